from decimal import Decimal

import pytest

from exams.exchange.items import ItemCode, ItemRefused
from exams.exchange.qti_declarations import (
    Declaration,
    attribute_count,
    attribute_number,
    declaration_of,
    outcome_default,
    said_maximum,
)
from exams.tests.qti import declaration, mapping, tree

MAPPED = mapping({"A": 1, "B": "0.5"}, 'defaultValue="-1" lowerBound="0" upperBound="1.2"')


def test_a_declaration_says_type_key_and_values() -> None:
    declared = declaration("A", " B ", cardinality="multiple", mapping=MAPPED)
    found = declaration_of(tree(f"<i>{declaration(identifier='X')}{declared}</i>"), "RESPONSE")
    assert (found.cardinality, found.base_type, found.correct) == (
        "multiple",
        "identifier",
        ("A", "B"),
    )
    assert not found.is_single
    assert found.map is not None
    assert [found.map.worth(one) for one in "ABC"] == [1, Decimal("0.5"), -1]
    assert [found.map.bounded(Decimal(n)) for n in (-2, 1, 3)] == [0, 1, Decimal("1.2")]


def test_a_response_without_declaration_is_bare() -> None:
    assert declaration_of(tree("<i/>"), "RESPONSE") == Declaration("RESPONSE")


def test_a_number_that_is_none_is_refused_with_its_line() -> None:
    bad = tree(f"<i>\n{declaration(mapping=mapping({'A': 'lots'}))}</i>")
    with pytest.raises(ItemRefused) as refused:
        declaration_of(bad, "RESPONSE")
    assert (refused.value.code, refused.value.line) == (ItemCode.BAD_NUMBER, 2)


def test_numbers_in_attributes() -> None:
    element = tree('<i a="2" b="" c="2.5" d="-1"/>')
    assert attribute_number(element, "a") == 2
    assert attribute_number(element, "b") is None
    assert attribute_count(element, "a", 7) == 2
    assert attribute_count(element, "x", 7) == 7
    for name in "cd":
        with pytest.raises(ItemRefused):
            attribute_count(element, name, 7)


MAXIMUM = "<outcomeDeclaration identifier='SCORE' normalMaximum='4'/>"
MAXSCORE = (
    "<outcomeDeclaration identifier='MAXSCORE'><defaultValue><value>3</value></defaultValue>"
    "</outcomeDeclaration>"
)


@pytest.mark.parametrize(
    ("outcomes", "points"),
    [
        (MAXIMUM, 4),
        ("<outcomeDeclaration identifier='SCORE'/>", None),
        (MAXIMUM + MAXSCORE, 3),
    ],
)
def test_an_item_may_say_what_it_is_worth(outcomes: str, points: int | None) -> None:
    assert said_maximum(tree(f"<i>{outcomes}</i>")) == points


def test_a_default_that_is_no_number_says_nothing() -> None:
    element = tree(
        "<i><outcomeDeclaration identifier='X'><defaultValue><value>true</value>"
        "</defaultValue></outcomeDeclaration></i>"
    )
    assert outcome_default(element, "X") is None
