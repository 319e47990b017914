"""What answers consist of when they are counted."""

from decimal import Decimal

import msgspec
import pytest

from exams.domain.answer import QuestionKind
from exams.domain.answer_parts import identity_of, named_part, parts_of, possible_parts
from exams.domain.content import ChoiceContent, QuestionContent


def choice(key: int, text: str, fraction: int | None = 0, match: str = "") -> ChoiceContent:
    return ChoiceContent(
        key=key,
        text=text,
        html=f"<b>{text}</b>",
        match_key=key + 100,
        match=match,
        match_html=match,
        fraction=None if fraction is None else Decimal(fraction),
    )


def question(kind: QuestionKind, *choices: ChoiceContent) -> QuestionContent:
    return QuestionContent(
        id=1, name="q", kind=kind, prompt="?", prompt_html="?", choices=choices, max_answers=None
    )


CAPITALS = question(QuestionKind.CHOICE, choice(5, "Paris", 100), choice(6, "Rome"))


def test_every_chosen_choice_counts_once() -> None:
    assert parts_of(CAPITALS, [5, 6, 5]) == ("5", "6")
    assert parts_of(CAPITALS, ["6"]) == ("6",)


@pytest.mark.parametrize("value", [[999], "5", {"5": 6}, 5, None])
def test_what_names_no_choice_has_no_part(value: object) -> None:
    assert parts_of(CAPITALS, value) == ()


def test_choices_come_in_authored_order_with_their_role() -> None:
    found = possible_parts(CAPITALS)
    assert [(one.part, one.text, one.is_key) for one in found] == [
        ("5", "Paris", True),
        ("6", "Rome", False),
    ]
    assert found[0].html == "<b>Paris</b>"


def test_a_choice_of_a_survey_is_neither_right_nor_wrong() -> None:
    survey = question(QuestionKind.CHOICE, choice(5, "Yes", None))
    assert possible_parts(survey)[0].is_key is None


def test_pairs_are_counted_each_by_itself() -> None:
    pairs = question(
        QuestionKind.MATCHING, choice(1, "one", 100, "eins"), choice(2, "two", 100, "zwei")
    )
    assert parts_of(pairs, {"1": 101, "2": "", "9": 101}) == ("1:101",)
    named = {one.part: one for one in possible_parts(pairs)}
    assert named["1:101"].is_key
    assert not named["1:102"].is_key
    assert named["1:102"].text == "one → zwei"


@pytest.mark.parametrize(
    ("kind", "value", "part"),
    [
        (QuestionKind.BOOL, True, "true"),
        (QuestionKind.INT, "007", "7"),
        (QuestionKind.DECIMAL, "1,50", "1.5"),
        (QuestionKind.DECIMAL, "۱٫۵", "1.5"),
        (QuestionKind.FLOAT, "-0", "0"),
        (QuestionKind.INT, "many", "many"),
        (QuestionKind.CHAR, "  Paris ", "paris"),
        (QuestionKind.DATE, "2026-03-11", "2026-03-11"),
    ],
)
def test_equal_values_are_one_part(kind: QuestionKind, value: object, part: str) -> None:
    assert parts_of(question(kind), value) == (part,)


@pytest.mark.parametrize("kind", [QuestionKind.TEXT, QuestionKind.FILE])
def test_what_a_person_reads_is_not_counted_by_content(kind: QuestionKind) -> None:
    assert parts_of(question(kind), "an essay") == ()


def test_a_typed_value_is_right_if_it_earns_points() -> None:
    number = question(QuestionKind.INT, choice(1, "42", 100))
    assert named_part(number, "42").is_key is True
    assert named_part(number, "41").is_key is False
    assert named_part(question(QuestionKind.RATING), "3").is_key is None
    truth = question(QuestionKind.BOOL, choice(1, "true", 100))
    assert [one.is_key for one in possible_parts(truth)] == [True, False]


def test_equal_answers_have_one_identity() -> None:
    assert identity_of([1, 2]) == identity_of(["1", "2"])
    assert identity_of({"b": 1, "a": 2}) == identity_of({"a": 2, "b": 1})
    assert identity_of("x" * 500) == identity_of("x" * 120)
    assert identity_of([1, 2]) != identity_of([2, 1])


def test_an_ordering_is_counted_by_what_stands_at_each_place() -> None:
    order = question(QuestionKind.ORDERING, choice(5, "first"), choice(6, "second"))
    assert parts_of(order, [6, 5]) == ("1:6", "2:5")
    assert parts_of(order, ["5", 99]) == ("1:5",)
    named = {one.part: one for one in possible_parts(order)}
    assert [part for part, one in named.items() if one.is_key] == ["1:5", "2:6"]
    assert named["2:5"].text == "2 · first"


def test_labelled_values_are_shown_by_their_labels() -> None:
    seven = msgspec.structs.replace(choice(1, "07", 100), label="seven days")
    week = question(QuestionKind.INT, seven)
    (named,) = possible_parts(week)
    assert parts_of(week, "7") == (named.part,)
    assert (named.text, named.is_key) == ("seven days", True)
