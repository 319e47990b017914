from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from exams.domain.answer import QuestionKind
from exams.domain.paths import Flaw, PathFinding
from exams.domain.states import ExamState
from exams.selectors.exams import ExamView, PoolView, QuestionView
from exams.views.checklist import checklist_of, is_complete


def exam(state: ExamState = ExamState.DRAFT) -> ExamView:
    return ExamView(
        id=1,
        institution_id=1,
        name="Exam",
        version_label="1",
        subject="",
        state=state,
        passing_score=Decimal(50),
        content_hash="",
        created_by_id=1,
        sent_by_id=None,
        approved_by_id=None,
        approved_at=None,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        questions=0,
        sittings=0,
    )


def pool(*points: int, **fields: Any) -> PoolView:
    questions = tuple(
        QuestionView(number, number, "q", QuestionKind.CHAR, "", Decimal(worth), 1)
        for number, worth in enumerate(points, start=1)
    )
    given = {"id": 1, "order": 1, "name": "Part one", "randomize_questions": False}
    return PoolView(
        **{**given, "number_to_answer": None, **fields},
        points=Decimal(sum(points)),
        questions=questions,
    )


def open_checks(*pools: PoolView) -> list[str]:
    return [str(check.label) for check in checklist_of(exam(), pools) if not check.met]


LAST = "Approved by a second person"


@pytest.mark.parametrize(
    ("pools", "still_open", "complete"),
    [
        ((), {"Has questions", "Has points to reach", LAST}, False),
        (
            (pool(),),
            {"Has questions", "No section is empty", "Has points to reach", LAST},
            False,
        ),
        ((pool(1),), {LAST}, True),
        ((pool(0),), {"Has points to reach", LAST}, True),
        ((pool(1), pool()), {"No section is empty", LAST}, True),
        ((pool(1, 1, randomize_questions=True, number_to_answer=2),), {LAST}, True),
        (
            (pool(1, 1, randomize_questions=True, number_to_answer=3),),
            {"Every draw has enough questions", LAST},
            False,
        ),
        (
            (pool(1, 1, number_to_answer=1),),
            {"Every draw is shuffled", LAST},
            False,
        ),
        (
            (pool(1, 2, randomize_questions=True, number_to_answer=1),),
            {"Drawn questions carry equal points", LAST},
            True,
        ),
    ],
)
def test_each_gap_is_named_and_only_grave_ones_block(
    pools: tuple[PoolView, ...], still_open: set[str], *, complete: bool
) -> None:
    assert set(open_checks(*pools)) == still_open
    assert is_complete(checklist_of(exam(), pools)) is complete


def test_an_approved_exam_has_nothing_open() -> None:
    assert all(check.met for check in checklist_of(exam(ExamState.APPROVED), [pool(1)]))


def test_the_section_at_fault_is_named() -> None:
    checks = checklist_of(exam(), [pool(1, name="Part one", number_to_answer=5)])
    assert [c.detail for c in checks if str(c.label).endswith("enough questions")] == ["Part one"]


def test_questions_without_a_key_are_named() -> None:
    keyed = pool(1, 1)
    first, second = keyed.questions
    unkeyed = replace(keyed, questions=(replace(first, name="Year", lacks_key=True), second))
    checks = {str(one.label): one for one in checklist_of(exam(), [unkeyed])}
    found = checks["Every question with points can be graded"]
    assert (found.met, found.blocks) == (False, False)
    assert str(found.detail).endswith("nobody gets their points: Year")


def test_a_way_that_leads_wrong_blocks_and_says_where() -> None:
    ways = [
        PathFinding(Flaw.UNREACHABLE, 2, "Extra"),
        PathFinding(Flaw.LEADS_BACK, 1, "Main", 7, "Q7"),
    ]
    checks = checklist_of(exam(), [pool(1)], ways)
    assert not is_complete(checks)
    (check,) = [one for one in checks if one.blocks and not one.met]
    assert "Extra" in str(check.detail)
    assert "Main / Q7" in str(check.detail)


def test_an_exam_that_was_sent_is_not_asked_to_be_sent() -> None:
    said = {
        state: checklist_of(replace(exam(), state=state), [pool(1)])[-1].detail
        for state in ExamState
    }
    assert "send it to review" in said[ExamState.DRAFT]
    assert said[ExamState.IN_REVIEW] == "It was sent: now somebody else reads it."
    assert said[ExamState.APPROVED] == ""
