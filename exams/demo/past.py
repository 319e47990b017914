"""A sitting of the demo exam that is over: taken, graded, released, so that no page is empty.

Every step goes through the ordinary services; only the dates are moved into the past at the end.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.db.models import F

from exams.domain import paper as papers
from exams.domain.answer import NUMBER_KINDS, QuestionKind
from exams.domain.content import QuestionContent
from exams.domain.deadline import GrantKind
from exams.models import (
    Answer,
    AnswerRevision,
    Attempt,
    Result,
    Sitting,
    Submission,
    TimeGrant,
)
from exams.selectors.attempts import attempt_of
from exams.selectors.contents import approved_content
from exams.services import answers, attempts, grading, handmarks, scheduling, sittings, taking
from exams.services.handmarks import HandMark
from exams.services.scheduling import SittingPlan
from exams.wire import AnswerIn, AnswerValue
from kernel import clock

ESSAY: Final = (
    "I would take two equal plants and give both the same water and soil. One stands at the "
    "window, the other in a dark box. After two weeks I measure both. If the one in the dark has "
    "grown less, the plant needs light."
)


@dataclass(frozen=True, slots=True)
class PastSitting:
    """Who held it, who took it, how long ago."""

    exam_id: int
    class_group_id: int
    title: str
    admin_id: int
    invigilator_id: int
    grader_id: int
    student_ids: Sequence[int]
    days_ago: int = 7


def hold_past_sitting(past: PastSitting, *, seed: int = 1) -> int:
    """Hold a whole sitting and move it into the past; return its id.

    The last student does not come; the others answer well, each in a different way. The file
    question stays empty: its bytes would have to pass the scanner.
    """
    now = clock.now()
    sitting_id = scheduling.schedule_sitting(
        exam_id=past.exam_id,
        class_group_id=past.class_group_id,
        plan=SittingPlan(
            title=past.title,
            lobby_opens_at=now - timedelta(minutes=15),
            starts_at=now,
            closes_at=now + timedelta(minutes=60),
            duration=timedelta(minutes=45),
        ),
        actor_id=past.admin_id,
        student_ids=past.student_ids,
    )
    sittings.start_sitting(sitting_id)
    chance = random.Random(seed)  # noqa: S311 sample answers, nothing secret
    attempts.extend_attempt(
        attempt_of(sitting_id, past.student_ids[0]),
        extra=timedelta(minutes=5),
        actor_id=past.invigilator_id,
        reason="The screen went dark · صفحه خاموش شد",
        kind=GrantKind.TECHNICAL,
    )
    for student_id in past.student_ids[:-1]:
        _take(sitting_id, student_id, past, chance)
    for student_id in past.student_ids[-1:]:
        absent = attempt_of(sitting_id, student_id)
        Attempt.objects.filter(pk=absent).update(deadline=now - timedelta(seconds=1))
    attempts.expire_due()
    sittings.close_sitting(sitting_id)
    sittings.finish_grading(sitting_id)
    grading.release_results(sitting_id, actor_id=past.grader_id)
    _age(sitting_id, timedelta(days=past.days_ago))
    return sitting_id


def _take(sitting_id: int, student_id: int, past: PastSitting, chance: random.Random) -> None:
    attempt_id = attempt_of(sitting_id, student_id)
    lease = str(taking.take_lease(attempt_id, student_id=student_id, device="Demo"))
    taking.start_attempt(attempt_id, student_id=student_id, lease=lease)
    skill = chance.uniform(0.4, 1.0)
    given = [
        AnswerIn(question=question.id, seq=1, value=value)
        for question in _asked(attempt_id)
        if (value := _answer(question, right=chance.random() < skill, chance=chance)) is not None
    ]
    for start in range(0, len(given), 20):
        answers.save_answers(
            attempt_id, student_id=student_id, lease=lease, answers=given[start : start + 20]
        )
    digest = {one.question: one.seq for one in given}
    taking.submit_attempt(attempt_id, student_id=student_id, lease=lease, digest=digest)
    grading.grade_attempt(attempt_id)
    _read_essays(attempt_id, past.grader_id, chance)


def _asked(attempt_id: int) -> list[QuestionContent]:
    attempt = Attempt.objects.select_related("sitting__exam").get(pk=attempt_id)
    exam = attempt.sitting.exam
    questions = approved_content(exam.pk, exam.content_hash).question_map()
    drawn = papers.from_json(attempt.paper).question_ids()
    return [questions[one] for one in drawn if questions[one].is_answerable]


def _answer(question: QuestionContent, *, right: bool, chance: random.Random) -> AnswerValue:
    match question.kind:
        case QuestionKind.BOOL:
            return (question.choices[0].text == "true") is right
        case QuestionKind.CHOICE:
            wanted = [c.key for c in question.choices if ((c.fraction or 0) > 0) is right]
            return wanted[:1] if question.max_answers == 1 else wanted
        case QuestionKind.MATCHING:
            return _pairs(question, right=right, chance=chance)
        case QuestionKind.TEXT:
            return ESSAY
        case QuestionKind.RATING:
            return str(chance.randint(1, 5))
        case _:
            return _value(question, right=right)


def _pairs(question: QuestionContent, *, right: bool, chance: random.Random) -> AnswerValue:
    rights = [choice.match_key for choice in question.lefts]
    if not right:
        chance.shuffle(rights)
    return {str(left.key): key for left, key in zip(question.lefts, rights, strict=True)}


def _value(question: QuestionContent, *, right: bool) -> AnswerValue:
    if question.kind is QuestionKind.FILE:
        return None
    if right and question.choices:
        return question.choices[0].text
    return "1" if question.kind in NUMBER_KINDS else "I do not know"


def _read_essays(attempt_id: int, grader_id: int, chance: random.Random) -> None:
    waiting = Result.objects.get(attempt_id=attempt_id).marks.filter(needs_person=True)
    for row in waiting:
        points = Decimal(chance.randint(4, 8)) / 8 * row.possible
        given = HandMark(row.question_id, points, "Clear and complete.")
        handmarks.mark_answer(attempt_id, given, actor_id=grader_id)


@transaction.atomic
def _age(sitting_id: int, by: timedelta) -> None:
    """Move every instant of a sitting back."""
    mine = {"attempt__sitting_id": sitting_id}
    moves = (
        (
            Sitting.objects.filter(pk=sitting_id),
            "lobby_opens_at starts_at closes_at lobby_opened_at started_at closed_at created_at",
        ),
        (
            Attempt.objects.filter(sitting_id=sitting_id),
            "checked_in_at started_at deadline ended_at last_saved_at created_at",
        ),
        (Answer.objects.filter(**mine), "saved_at"),
        (AnswerRevision.objects.filter(**mine), "saved_at"),
        (Submission.objects.filter(**mine), "submitted_at"),
        (Result.objects.filter(**mine), "graded_at released_at"),
        (TimeGrant.objects.filter(sitting_id=sitting_id), "granted_at"),
    )
    for rows, names in moves:
        rows.update(**{name: F(name) - by for name in names.split()})
