"""The text beside an answer, for every kind that may have one."""

from decimal import Decimal
from typing import Any

import pytest

from exams.domain.answer import Fault, InvalidAnswer, QuestionKind as Kind, Rules
from exams.domain.scoring import asks_text, mark
from exams.domain.text_beside import Given, check_text_beside, handed_in
from exams.tests.branching import ask, option

# Seed 002: text_response with lengths and a pattern, for each kind that is not a text itself.
GIVEN: list[tuple[Kind, object, str]] = [
    (Kind.BOOL, True, "true"),
    (Kind.CHOICE, [11], ""),
    (Kind.DATE, "2026-11-21", "2026-11-21"),
    (Kind.DATETIME, "2026-11-21T10:30", "2026-11-21T10:30"),
    (Kind.DECIMAL, "1.5", "1.5"),
    (Kind.FLOAT, "1.5", "1.5"),
    (Kind.INT, "7", "7"),
    (Kind.RATING, "3", "3"),
    (Kind.TIME, "10:30", "10:30"),
]
LIMITS: dict[str, Any] = {"min_length": 3, "max_length": 5, "text_regex": "[a-z]+"}


@pytest.mark.parametrize(("kind", "value", "key"), GIVEN)
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("abcd", None),
        ("", None),
        ("  ", None),
        ("ab", Fault.TOO_SHORT),
        ("abcdef", Fault.TOO_LONG),
        ("abc1", Fault.PATTERN),
    ],
)
def test_the_text_keeps_the_limits_of_a_text(
    kind: Kind, value: object, key: str, text: str, fault: Fault | None
) -> None:
    choices = (option(11, key, right=True), option(12, key, right=True))
    question = ask(1, *choices, kind=kind, text_response=True, **LIMITS)
    found = mark(question, value, text)
    assert (found.fault, found.valid) == (fault, fault is None)
    assert found.correct is (fault is None)


@pytest.mark.parametrize(("kind", "value", "key"), GIVEN)
def test_a_text_that_nothing_asks_for_is_refused(kind: Kind, value: object, key: str) -> None:
    question = ask(1, option(11, key, right=True), option(12, key), kind=kind)
    assert mark(question, value, "words").fault is Fault.TEXT_NOT_ASKED
    assert mark(question, value, "").valid


def test_a_chosen_answer_may_ask_for_it_and_only_when_it_is_chosen() -> None:
    other = option(12, "other", right=False, text_response=True)
    question = ask(1, option(11, right=True), other, max_answers=None)
    assert mark(question, [12], "words").valid
    assert mark(question, [11, 12], "words").valid
    assert mark(question, [11], "words").fault is Fault.TEXT_NOT_ASKED
    assert not asks_text(question, None)


def test_a_value_that_was_given_may_ask_for_it() -> None:
    keys = (option(11, "7", text_response=True), option(12, "8"))
    question = ask(1, *keys, kind=Kind.INT)
    assert mark(question, "7", "words").valid
    assert mark(question, "8", "words").fault is Fault.TEXT_NOT_ASKED


@pytest.mark.parametrize("kind", [Kind.CHAR, Kind.TEXT])
def test_a_text_has_no_text_beside_it(kind: Kind) -> None:
    with pytest.raises(InvalidAnswer) as refusal:
        check_text_beside(Rules(kind=kind), "words", is_asked=True)
    assert refusal.value.fault is Fault.TEXT_NOT_ASKED


def test_a_text_of_any_length_is_not_read_for_ever() -> None:
    with pytest.raises(InvalidAnswer) as refusal:
        check_text_beside(Rules(kind=Kind.INT), "x" * 100_001, is_asked=True)
    assert refusal.value.fault is Fault.TOO_LONG


def test_the_text_counts_also_beside_no_answer() -> None:
    question = ask(1, text_response=True, points=Decimal(2))
    assert mark(question, None, "words").valid is None
    assert mark(question, None, "words").correct is False


def test_a_submission_says_what_was_given_and_what_stands_beside_it() -> None:
    answers = {"7": {"seq": 2, "value": "1", "text": "because"}, "8": {"seq": 1, "value": None}}
    assert handed_in(answers, 7) == Given("1", "because")
    assert handed_in(answers, 8) == handed_in(answers, 9) == Given(None)
