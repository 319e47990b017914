"""Settings and alternatives that the big fixture of test_exchange_moodle_xml does not hold."""

import pytest

from exams.domain.answer import QuestionKind
from exams.domain.draft import QuestionDraft
from exams.exchange.items import ItemCode, ItemRefused
from exams.exchange.moodle_answers import READERS, is_true
from exams.exchange.xml_parts import Notes
from exams.exchange.xml_reader import read_xml

BASE = QuestionDraft(name="n", kind=QuestionKind.INFO, prompt="p")


def read(kind: str, inner: str) -> QuestionDraft:
    return READERS[kind](read_xml(f"<question>{inner}</question>".encode()), BASE, Notes())


@pytest.mark.parametrize(
    ("said", "is_on"), [("true", True), ("1", True), ("false", False), ("0", False), ("TRUE", True)]
)
def test_a_setting_is_a_word_or_a_digit(said: str, *, is_on: bool) -> None:
    assert is_true(read_xml(f"<single>{said}</single>".encode())) is is_on
    assert is_true(None, default=True)


def test_a_share_may_be_an_element_in_old_files() -> None:
    draft = read("shortanswer", "<answer><fraction>100</fraction><text>a</text></answer>")
    assert draft.choices[0].fraction == 100


@pytest.mark.parametrize(("single", "most"), [("", 1), ("<single>false</single>", None)])
def test_one_choice_unless_said_otherwise(single: str, most: int | None) -> None:
    assert read("multichoice", single).max_answers == most


@pytest.mark.parametrize(
    "kind", ["multichoice", "shortanswer", "numerical", "ordering", "matching"]
)
def test_more_answers_than_a_question_has_are_refused_before_they_are_read(kind: str) -> None:
    name = "subquestion" if kind == "matching" else "answer"
    with pytest.raises(ItemRefused) as refused:
        read(kind, f"<{name}/>" * 101)
    assert refused.value.code is ItemCode.NOT_STORABLE


def test_an_empty_pair_text_is_a_distractor() -> None:
    draft = read(
        "match", "<subquestion><text/><answer><text>a &lt; b</text></answer></subquestion>"
    )
    assert [(one.text, one.match) for one in draft.choices] == [("", "a < b")]
