"""Marks, totals and passing: exact, against an oracle of fractions."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, strategies as st

from exams.domain.answer import Fault, QuestionKind as Kind
from exams.domain.content import ChoiceContent, QuestionContent
from exams.domain.scoring import (
    QuestionMark,
    chosen_keys,
    fraction_of,
    is_scored,
    lacks_key,
    mark,
    normalise,
    shown,
    stored,
    text_fits,
    total,
    worth,
)


def key(
    number: int,
    text: str = "",
    fraction: float | str | None = None,
    *,
    match: str = "",
    tolerance: str | None = None,
) -> ChoiceContent:
    return ChoiceContent(
        key=number,
        text=text or f"c{number}",
        html="",
        match_key=number + 100,
        match=match,
        fraction=None if fraction is None else Decimal(str(fraction)),
        tolerance=None if tolerance is None else Decimal(tolerance),
    )


def ask(kind: Kind, *choices: ChoiceContent, points: int = 1, **rules: Any) -> QuestionContent:
    return QuestionContent(
        id=1,
        name="",
        kind=kind,
        prompt="p",
        prompt_html="p",
        points=Decimal(points),
        choices=choices,
        **rules,
    )


SINGLE = ask(Kind.CHOICE, key(1, fraction=100), key(2, fraction=0), key(3, fraction=-25), points=4)
MULTI = ask(
    Kind.CHOICE,
    key(1, fraction="33.33333"),
    key(2, fraction="33.33333"),
    key(3, fraction="33.33333"),
    key(4, fraction=-50),
    points=3,
    max_answers=None,
)
PAIRS = ask(Kind.MATCHING, key(1, match="a"), key(2, match="b"), key(3, match="c"), points=3)
YEAR = ask(
    Kind.FLOAT, key(1, "1822", 100, tolerance="0"), key(2, "1822", 50, tolerance="2"), points=2
)
TOMB = ask(Kind.CHAR, key(1, "no one", 100), key(2, "nobody", 100), key(3, "some*", 25), points=4)


@pytest.mark.parametrize(
    ("question", "value", "points", "correct"),
    [
        (SINGLE, [1], 4, True),
        (SINGLE, [2], 0, False),
        (SINGLE, [3], -1, False),
        (SINGLE, None, 0, False),
        (MULTI, [1, 2, 3], 3, True),
        (MULTI, [1, 2], 2, False),
        (MULTI, [1, 2, 3, 4], Fraction(3, 2), False),
        (MULTI, [4], 0, False),
        (PAIRS, {"1": 101, "2": 102, "3": 103}, 3, True),
        (PAIRS, {"1": 101, "2": 103, "3": 102}, 1, False),
        (PAIRS, {"2": 102}, 1, False),
        (YEAR, "1822", 2, True),
        (YEAR, "1824", 1, False),
        (YEAR, "1824.0001", 0, False),
        (YEAR, "۱۸۲۲", 2, True),
        (TOMB, "  No  One ", 4, True),
        (TOMB, "NOBODY", 4, True),
        (TOMB, "somebody", 1, False),
        (TOMB, "grant", 0, False),
        (ask(Kind.BOOL, key(1, "true", 100), key(2, "false", 0)), True, 1, True),
        (ask(Kind.BOOL, key(1, "true", 100), key(2, "false", 0)), False, 0, False),
        (ask(Kind.DATE, key(1, "2026-03-21", 100)), "2026-03-21", 1, True),
        (ask(Kind.TIME, key(1, "9:30", 100)), "09:30:00", 1, True),
        (ask(Kind.DATETIME, key(1, "2026-03-21T09:30", 100)), "2026-03-21 09:30", 1, True),
        (ask(Kind.INT, key(1, "7", 100), key(2, "9", 100)), "9", 1, True),
        (ask(Kind.DECIMAL, key(1, "0.1", 100, tolerance="0.05")), "0.15", 1, True),
    ],
)
def test_points(
    question: QuestionContent,
    value: object,
    points: int | Fraction,
    correct: bool,  # noqa: FBT001 table
) -> None:
    marked = mark(question, value)
    assert (marked.points, marked.correct) == (points, correct)
    assert marked.possible == Fraction(question.points)
    assert not marked.needs_person


HALVES = ask(
    Kind.CHOICE, key(1, fraction=50), key(2, fraction=50), key(3, fraction=0), max_answers=None
)
TWO_WRONG = ask(
    Kind.CHOICE,
    key(1, fraction=50),
    key(2, fraction=50),
    key(3, fraction=0),
    key(4, fraction=0),
    max_answers=None,
)


@pytest.mark.parametrize(
    ("question", "chosen", "share", "correct"),
    [
        (HALVES, [1, 2], 1, True),
        (HALVES, [1], Fraction(1, 2), False),
        (HALVES, [1, 2, 3], 0, False),
        (HALVES, [1, 3], 0, False),
        (HALVES, [3], 0, False),
        (TWO_WRONG, [1, 2, 3], Fraction(1, 2), False),
        (TWO_WRONG, [1, 3], 0, False),
        (TWO_WRONG, [1, 2, 3, 4], 0, False),
    ],
)
def test_a_wrong_box_ticked_too_costs_its_part(
    question: QuestionContent,
    chosen: list[int],
    share: int | Fraction,
    correct: bool,  # noqa: FBT001 table
) -> None:
    marked = mark(question, chosen)
    assert (marked.points, marked.correct) == (share, correct)


@given(st.lists(st.sampled_from([100, 60, 50, 25, 0, 0, -10]), min_size=2, max_size=8), st.data())
def test_a_wrong_choice_never_pays_and_only_right_ones_are_the_whole(
    shares: list[int], data: st.DataObject
) -> None:
    choices = [key(place, fraction=share) for place, share in enumerate(shares)]
    question = ask(Kind.CHOICE, *choices, max_answers=None)
    chosen = data.draw(st.sets(st.sampled_from(range(len(shares))), min_size=1))
    marked = mark(question, sorted(chosen))
    wrong = {place for place in chosen if shares[place] <= 0}
    assert not (wrong and marked.correct)
    if chosen - wrong:
        assert marked.points <= mark(question, sorted(chosen - wrong)).points


def test_an_invalid_answer_earns_nothing_and_says_why() -> None:
    marked = mark(SINGLE, [1, 2])
    assert (marked.points, marked.valid, marked.correct) == (Fraction(0), False, False)
    assert marked.fault is Fault.TOO_MANY_CHOICES


def test_information_is_never_scored() -> None:
    question = ask(Kind.INFO)
    assert not is_scored(question)
    assert mark(question, "x") == QuestionMark(Fraction(0), Fraction(0), valid=None, correct=None)


@pytest.mark.parametrize(
    ("question", "points", "missing"),
    [
        (ask(Kind.INFO), 0, False),
        (ask(Kind.INT), 0, True),
        (ask(Kind.INT, key(1, text="7", fraction=100), points=2), 2, False),
        (ask(Kind.TEXT, points=2), 2, False),
        (ask(Kind.CHOICE, key(1), key(2)), 0, True),
        (ask(Kind.CHOICE, key(1), key(2), points=0), 0, False),
    ],
)
def test_only_points_that_can_be_reached_count(
    question: QuestionContent, points: int, *, missing: bool
) -> None:
    assert worth(question) == points
    assert lacks_key(question) is missing


def test_a_survey_question_has_no_right_answer() -> None:
    marked = mark(ask(Kind.CHOICE, key(1), key(2)), [1])
    assert (marked.possible, marked.valid, marked.correct) == (Fraction(0), True, None)


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.FILE])
def test_a_person_reads_what_was_written_but_not_what_was_left_empty(kind: Kind) -> None:
    question = ask(kind, points=5)
    given_ = "an essay" if kind is Kind.TEXT else {"upload": "6f1c1f9e-3a53-4f0f-8d29-0c5d5a1f7f10"}
    waiting = mark(question, given_)
    assert (waiting.needs_person, waiting.correct, waiting.possible) == (True, None, Fraction(5))
    empty = mark(question, None)
    assert (empty.needs_person, empty.correct, empty.points) == (False, False, Fraction(0))


def test_a_person_reads_a_text_that_breaks_a_limit() -> None:
    marked = mark(ask(Kind.TEXT, max_length=3, points=5), "longer")
    assert marked.needs_person
    assert marked.fault is Fault.TOO_LONG
    assert not mark(ask(Kind.TEXT, points=5), [1]).needs_person


@pytest.mark.parametrize(
    ("pattern", "given_", "fits"),
    [
        ("colou*r", "colour", True),
        ("colou*r", "colr", False),
        ("*", "", True),
        ("a*b*c", "a--b--c", True),
        ("a*b*c", "acb", False),
        ("ab*ab", "ab", False),
        ("ab*ab", "abab", True),
        (r"2\*3", "2*3", True),
        (r"2\*3", "2x3", False),
        (r"a\b", "a\\b", True),
        ("علي", "علی", True),
        ("كتاب", "کتاب", True),
        ("۱۲", "12", True),
        ("می‌روم", "می روم", True),
        ("ＡＢ", "ab", True),
    ],
)
def test_short_answers(pattern: str, given_: str, fits: bool) -> None:  # noqa: FBT001 table
    assert text_fits(pattern, given_) is fits


@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing_and_a_text_fits_itself(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    literal = text.replace("\\", "").replace("*", "")
    assert text_fits(literal, literal)


@pytest.mark.parametrize(
    ("percent", "fraction"),
    [
        ("33.33333", Fraction(1, 3)),
        ("66.66667", Fraction(2, 3)),
        ("16.66667", Fraction(1, 6)),
        ("14.28571", Fraction(1, 7)),
        ("50", Fraction(1, 2)),
        ("-33.33333", Fraction(-1, 3)),
        ("33.3", Fraction(333, 1000)),
        ("12.5", Fraction(1, 8)),
    ],
)
def test_a_rounded_percentage_is_the_fraction_it_stands_for(
    percent: str, fraction: Fraction
) -> None:
    assert fraction_of(Decimal(percent)) == fraction


def plain(points: Fraction, possible: int = 1, *, waits: bool = False) -> QuestionMark:
    return QuestionMark(
        points, Fraction(possible), valid=True, correct=points == possible, needs_person=waits
    )


@given(st.integers(1, 400), st.integers(0, 400), st.integers(0, 10000))
def test_the_score_equals_the_oracle_and_is_compared_unrounded(
    asked: int, right: int, passing: int
) -> None:
    right = min(right, asked)
    pass_mark = Decimal(passing) / 100
    marks = [plain(Fraction(1))] * right + [plain(Fraction(0))] * (asked - right)
    outcome = total(marks, pass_mark)
    assert outcome.score == Fraction(100 * right, asked)
    assert outcome.passed == (100 * right >= Fraction(pass_mark) * asked)


def test_rounding_never_lets_anybody_pass() -> None:
    """1 of 101 is 0.990…: shown as 0.99, and rounding up would have passed at 1."""
    outcome = total([plain(Fraction(1))] + [plain(Fraction(0))] * 100, Decimal(1))
    assert outcome.passed is False
    assert outcome.score is not None
    assert shown(outcome.score) == Decimal("0.99")


@given(st.fractions(0, 100))
def test_a_score_is_shown_half_up(score: Fraction) -> None:
    displayed = Fraction(shown(score))
    assert abs(displayed - score) <= Fraction(1, 200)
    assert displayed >= score or score - displayed < Fraction(1, 200)


def test_half_goes_up() -> None:
    assert shown(Fraction(1, 200)) == Decimal("0.01")
    assert shown(Fraction(3333, 100)) == Decimal("33.33")
    assert shown(Fraction(100, 3)) == Decimal("33.33")


def test_penalties_never_push_the_total_below_zero() -> None:
    outcome = total([plain(Fraction(-1)), plain(Fraction(-1))], Decimal(0))
    assert (outcome.points, outcome.score, outcome.passed) == (Fraction(0), Fraction(0), True)


def test_there_is_no_score_while_a_person_is_needed_or_in_a_survey() -> None:
    waiting = total([plain(Fraction(1)), plain(Fraction(0), waits=True)], Decimal(50))
    assert (waiting.score, waiting.passed, waiting.needs_person) == (None, None, True)
    survey = total([QuestionMark(Fraction(0), Fraction(0), valid=True, correct=None)], Decimal(50))
    assert (survey.score, survey.passed, survey.needs_person) == (None, None, False)


@pytest.mark.parametrize(
    ("question", "value", "keys"),
    [
        (MULTI, [1, 4], [1, 4]),
        (MULTI, [9], []),
        (SINGLE, None, []),
        (YEAR, "1822", [1]),
        (YEAR, "1823", [2]),
        (YEAR, "7", []),
        (TOMB, "somebody", [3]),
        (PAIRS, {"1": 101}, []),
        (ask(Kind.BOOL, key(1, "true", 100), key(2, "false", 0)), False, [2]),
        (ask(Kind.TEXT), "an essay", []),
    ],
)
def test_what_was_chosen_is_known_for_the_feedback(
    question: QuestionContent, value: object, keys: list[int]
) -> None:
    assert [one.key for one in chosen_keys(question, value)] == keys


ORDER = ask(Kind.ORDERING, key(1), key(2), key(3), key(4), points=4)


@pytest.mark.parametrize(
    ("order", "points"), [([1, 2, 3, 4], 4), ([1, 3, 2, 4], 2), ([2, 3, 4, 1], 0)]
)
def test_each_item_at_its_place_earns_its_part(order: list[int], points: int) -> None:
    given = mark(ORDER, order)
    assert given == QuestionMark(Fraction(points), Fraction(4), valid=True, correct=points == 4)


def test_all_or_nothing_leaves_no_part_of_the_points() -> None:
    strict = ask(Kind.ORDERING, key(1), key(2), points=4, all_or_nothing=True)
    assert mark(strict, [1, 2]).points == 4
    assert mark(ask(Kind.ORDERING, key(1), key(2), key(3), all_or_nothing=True), [1, 3, 2]) == (
        QuestionMark(Fraction(0), Fraction(1), valid=True, correct=False)
    )


SEVERAL = ask(
    Kind.CHOICE,
    key(1, fraction=100),
    key(2, fraction=100),
    key(3, fraction=0),
    key(4),
    all_or_nothing=True,
    max_answers=None,
    min_answers=1,
)


@pytest.mark.parametrize(
    ("chosen", "correct"),
    [([1], True), ([1, 2], True), ([2], True), ([1, 3], False), ([1, 4], False), ([4], False)],
)
def test_a_choice_that_is_not_marked_right_makes_it_wrong_and_one_left_out_does_not(
    chosen: list[int], *, correct: bool
) -> None:
    assert mark(SEVERAL, chosen).correct is correct


def test_several_right_values_all_count() -> None:
    either = ask(Kind.INT, key(1, "7", 100), key(2, "8", 100), key(3, "9", 0), key(4, "10"))
    assert [mark(either, str(n)).correct for n in (7, 8, 9, 10, 11)] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_stored_number_is_exact() -> None:
    assert stored(Decimal(1), Decimal(3)) == stored("2", "6") == Fraction(1, 3)
