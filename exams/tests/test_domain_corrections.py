"""Corrections laid over a frozen key: exact, reversible, and refused where they mean nothing."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from exams.domain import corrections
from exams.domain.answer import QuestionKind
from exams.domain.content import ChoiceContent, QuestionContent
from exams.domain.corrections import (
    Correction,
    CorrectionFault,
    KeyValue,
    Remedy,
    changed_overlay,
    corrected,
    faults_of,
    hand_mark_under,
    mark_under,
    remedies_for,
)
from exams.domain.scoring import QuestionMark


def question(kind: QuestionKind, *keys: tuple[str, int | None], **more: Any) -> QuestionContent:
    choices = tuple(
        ChoiceContent(
            key=place,
            text=text,
            html=text,
            match_key=place,
            fraction=None if share is None else Decimal(share),
        )
        for place, (text, share) in enumerate(keys, start=1)
    )
    return QuestionContent(
        id=7, name="q", kind=kind, prompt="?", prompt_html="?", choices=choices, **more
    )


ONE_OF_TWO = question(QuestionKind.CHOICE, ("a", 100), ("b", 0), points=Decimal(2))
NUMBER = question(QuestionKind.INT, ("4", 100), points=Decimal(3))
ESSAY = question(QuestionKind.TEXT, points=Decimal(4))
VOID, FULL = Correction(remedy=Remedy.VOID), Correction(remedy=Remedy.FULL)


def worth(asked: QuestionContent, value: object, correction: Correction) -> tuple[Any, ...]:
    mark = mark_under(asked, value, {asked.id: correction})
    return mark.points, mark.possible, mark.correct, mark.needs_person


def by_hand(points: Fraction, possible: int = 4) -> QuestionMark:
    return QuestionMark(points, Fraction(possible), valid=True, correct=False)


def test_another_key_marks_the_other_choice_right() -> None:
    other = Correction(remedy=Remedy.KEY, shares={"1": Decimal(0), "2": Decimal(100)})
    assert worth(ONE_OF_TWO, [1], other) == (0, 2, False, False)
    assert worth(ONE_OF_TWO, [2], other) == (2, 2, True, False)


def test_another_key_of_a_value_takes_its_place_with_tolerance_and_points() -> None:
    near = Correction(
        remedy=Remedy.KEY,
        values=(KeyValue(text="10", tolerance=Decimal(1)), KeyValue(text="4", share=Decimal(50))),
        points=Decimal(1),
    )
    assert worth(NUMBER, "11", near) == (1, 1, True, False)
    assert worth(NUMBER, "4", near) == (Fraction(1, 2), 1, False, False)
    assert worth(NUMBER, "12", near) == (0, 1, False, False)


def test_a_void_question_counts_for_nobody_and_needs_nobody() -> None:
    assert worth(ONE_OF_TWO, [1], VOID)[1:] == (0, None, False)
    assert worth(ESSAY, "An essay", VOID)[1:] == (0, None, False)


@pytest.mark.parametrize("value", [None, [1], [2], "nonsense"])
def test_everybody_gets_all_points_whatever_was_given(value: object) -> None:
    assert worth(ONE_OF_TWO, value, FULL) == (2, 2, True, False)
    more = Correction(remedy=Remedy.FULL, points=Decimal(5))
    assert worth(ONE_OF_TWO, value, more)[:2] == (5, 5)


def test_without_a_correction_the_author_decides() -> None:
    assert mark_under(NUMBER, "4", {}).points == 3
    assert corrected(NUMBER, None) is NUMBER


def test_points_of_a_person_are_scaled_exactly() -> None:
    half = {7: Correction(remedy=Remedy.POINTS, points=Decimal(2))}
    mark = hand_mark_under(ESSAY, by_hand(Fraction(10, 3)), {}, half)
    assert mark is not None
    assert (mark.points, mark.possible) == (Fraction(5, 3), Fraction(2))
    again = hand_mark_under(ESSAY, mark, half, half)
    assert again == mark


def test_points_of_a_person_come_back_when_a_void_is_taken_back() -> None:
    void = hand_mark_under(ESSAY, by_hand(Fraction(3)), {}, {7: VOID})
    assert void is not None
    assert (void.points, void.possible, void.correct) == (Fraction(3), Fraction(0), None)
    back = hand_mark_under(ESSAY, void, {7: VOID}, {})
    assert back is not None
    assert (back.points, back.possible) == (Fraction(3), Fraction(4))


def test_points_of_a_person_that_all_points_replaced_are_given_anew() -> None:
    full = hand_mark_under(ESSAY, by_hand(Fraction(1)), {}, {7: FULL})
    assert full is not None
    assert (full.points, full.correct) == (Fraction(4), True)
    assert hand_mark_under(ESSAY, full, {7: FULL}, {7: FULL}) == full
    assert hand_mark_under(ESSAY, full, {7: FULL}, {}) is None


@pytest.mark.parametrize(
    ("asked", "correction", "fault"),
    [
        (ESSAY, Correction(remedy=Remedy.KEY), CorrectionFault.NOT_FOR_KIND),
        (question(QuestionKind.INFO), VOID, CorrectionFault.NOT_FOR_KIND),
        (NUMBER, Correction(remedy=Remedy.POINTS), CorrectionFault.NOTHING),
        (
            NUMBER,
            Correction(remedy=Remedy.POINTS, points=Decimal(0)),
            CorrectionFault.OUT_OF_RANGE,
        ),
        (
            NUMBER,
            Correction(remedy=Remedy.POINTS, points=Decimal("NaN")),
            CorrectionFault.OUT_OF_RANGE,
        ),
        (NUMBER, Correction(remedy=Remedy.KEY), CorrectionFault.NO_FULL_SHARE),
        (
            NUMBER,
            Correction(remedy=Remedy.KEY, values=(KeyValue(text="four"),)),
            CorrectionFault.NOT_A_VALUE,
        ),
        (
            ONE_OF_TWO,
            Correction(remedy=Remedy.KEY, shares={"1": Decimal(100)}),
            CorrectionFault.NOT_A_VALUE,
        ),
        (
            ONE_OF_TWO,
            Correction(remedy=Remedy.KEY, shares={"1": Decimal(101), "2": Decimal(0)}),
            CorrectionFault.OUT_OF_RANGE,
        ),
    ],
)
def test_what_means_nothing_is_refused(
    asked: QuestionContent, correction: Correction, fault: CorrectionFault
) -> None:
    assert fault in faults_of(asked, correction)


def test_what_fits_is_not_refused() -> None:
    assert faults_of(ESSAY, VOID) == []
    assert faults_of(NUMBER, Correction(remedy=Remedy.KEY, values=(KeyValue(text="5"),))) == []
    assert Remedy.KEY in remedies_for(NUMBER)
    assert Remedy.KEY not in remedies_for(ESSAY)
    assert Remedy.KEY not in remedies_for(question(QuestionKind.MATCHING))


def test_an_overlay_survives_its_stored_form_and_loses_what_is_taken_back() -> None:
    overlay = changed_overlay({1: VOID}, {2: FULL, 3: Correction(remedy=Remedy.VOID)})
    assert corrections.from_json(corrections.to_json(overlay)) == overlay
    assert changed_overlay(overlay, {1: None, 3: FULL}) == {2: FULL, 3: FULL}
