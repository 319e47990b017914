from decimal import Decimal

import pytest
from lxml import etree

from exams.exchange.exam_xml_fields import Fields, Texts, decimal_number, whole_number
from exams.exchange.exam_xml_terms import XmlCode
from exams.exchange.items import ItemRefused


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), (" +7\n", 7), ("-0", 0), ("1_0", None), ("٣", None), ("", None), ("1.0", None),
     ("9" * 61, None), ("-", None)],
)  # fmt: skip
def test_whole_numbers_are_ordinary_digits(text: str, number: int | None) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("7.50", Decimal("7.5")), (".5", Decimal("0.5")), ("5.", Decimal(5)), ("1e3", None),
     ("NaN", None), (".", None), ("1" * 25, None), ("0" * 30 + "1", Decimal(1)), ("", None)],
)  # fmt: skip
def test_numbers_are_written_as_the_schema_writes_them(text: str, number: Decimal | None) -> None:
    assert decimal_number(text) == number


def test_each_attribute_is_taken_once_and_the_rest_is_reported() -> None:
    fields = Fields(etree.fromstring('<a b="true" c="2" d="1.5" e="x" f="none"/>'))
    assert fields.boolean("b", usual=False)
    assert fields.whole("c") == 2
    assert fields.number("d") == Decimal("1.5")
    assert fields.take_word("f", "none")
    assert not fields.take_word("f", "none")
    assert fields.text("missing") is None
    assert [(one.code, one.text) for one in fields.unread()] == [(XmlCode.UNKNOWN_ATTRIBUTE, "e")]


def test_a_value_of_another_type_is_refused_by_name() -> None:
    fields = Fields(etree.fromstring('<a b="maybe"/>'))
    with pytest.raises(ItemRefused) as refusal:
        fields.boolean("b", usual=False)
    assert (refusal.value.text, refusal.value.line) == ('b="maybe"', 1)


def test_texts_lose_their_outer_spaces_unless_they_say_so() -> None:
    element = etree.fromstring('<q><a> x </a><b xml:space="preserve"> y </b><c/></q>')
    texts = Texts(element, frozenset({"a", "b"}))
    assert (texts.get("a"), texts.get("b"), texts.get("c")) == ("x", " y ", "")
    assert [one.tag for one in texts.others] == ["c"]
    assert texts.findings == []
