"""A further attempt of a candidate in the same sitting, with a paper of its own."""

from typing import Final

from django.db import transaction

from exams.domain.policy import policy_of
from exams.domain.states import (
    LIVE,
    AttemptAction,
    AttemptState,
    ResultState,
    SittingState,
    SubmissionKind,
)
from exams.errors import AttemptIsPaused, AttemptUnknown, RetakeRefused
from exams.models import Attempt, Candidate, Result, Sitting
from exams.queries import database_now, hold_accommodations
from exams.queries_sittings import hold_sitting
from exams.selectors.contents import approved_content
from exams.services import pushes
from exams.services.accommodations import adjust_new
from exams.services.endings import Ending, end_attempt
from exams.services.ledger import deadline_for
from exams.services.scheduling import new_attempt
from exams.services.trail import append_line

_ENDED_BY_STAFF: Final = frozenset({AttemptState.TERMINATED})


@transaction.atomic
def create_attempt(sitting_id: int, *, student_id: int, resume: bool = True) -> int:
    """Return the attempt a candidate goes on with: the open one, or a further one.

    A further one needs an open sitting whose policy allows as many, and an attempt before that
    has ended, is graded and was not passed. The sitting, its accommodations and the candidate's
    attempts are held, in this order: two requests at once give one attempt, and time that is
    given, or an early end, comes wholly before it or wholly after.

    Args:
        sitting_id: The sitting.
        student_id: Its candidate.
        resume: Go on with the open attempt. Without it one that has begun is handed in as it is
            stored; one that has not begun is new anyway.

    Raises:
        AttemptUnknown: The student is not a candidate of the sitting.
        RetakeRefused: `why` says what is in the way; nothing was changed.
        AttemptIsPaused: The open attempt waits for an invigilator; nobody hands it in meanwhile.

    Source: seed 002, create: it resumes by default.
    """
    last = _last(sitting_id, student_id)
    if _goes_on(last, resume=resume):
        return last.pk
    sitting, candidate = _held(sitting_id, student_id)
    last = _last(sitting_id, student_id)
    if _goes_on(last, resume=resume):  # somebody was faster
        return last.pk
    _require_further(sitting, last)
    if last.state == AttemptState.PAUSED:
        raise AttemptIsPaused
    if last.state in LIVE:
        end_attempt(last.pk, Ending(AttemptAction.SUBMIT, SubmissionKind.SELF))
    else:
        _require_failed(last)
    return _further(sitting, candidate, last.number + 1)


def may_retake(attempt_id: int) -> bool:
    """Whether `create_attempt` would give a further attempt after this ended one."""
    attempt = Attempt.objects.select_related("sitting").defer("paper").get(pk=attempt_id)
    had_all = attempt.number >= policy_of(attempt.sitting.policy).attempts_allowed
    if attempt.state in LIVE or had_all:
        return False
    newer = Attempt.objects.filter(candidate_id=attempt.candidate_id, number__gt=attempt.number)
    if newer.exists():
        return False
    try:
        _require_further(attempt.sitting, attempt)
        _require_failed(attempt)
    except RetakeRefused:
        return False
    return True


def _last(sitting_id: int, student_id: int) -> Attempt:
    rows = Attempt.objects.filter(sitting_id=sitting_id, student_id=student_id).defer("paper")
    last = rows.order_by("-number").first()
    if last is None:
        raise AttemptUnknown(sitting=sitting_id)
    return last


def _goes_on(last: Attempt, *, resume: bool) -> bool:
    return last.state == AttemptState.READY or (resume and last.state in LIVE)


def _held(sitting_id: int, student_id: int) -> tuple[Sitting, Candidate]:
    """Return the sitting and the candidate as they stand once everything is held."""
    hold_sitting(sitting_id)
    sitting = Sitting.objects.select_related("exam").defer("exam__content").get(pk=sitting_id)
    hold_accommodations(sitting.institution_id, alone=False)
    mine = Attempt.objects.filter(sitting_id=sitting_id, student_id=student_id).order_by("pk")
    list(mine.select_for_update().values_list("pk"))
    return sitting, Candidate.objects.get(sitting_id=sitting_id, student_id=student_id)


def _require_further(sitting: Sitting, last: Attempt) -> None:
    """Refuse when the sitting is not open, or the candidate has had every attempt allowed."""
    is_open = sitting.state == SittingState.RUNNING and sitting.ended_early_at is None
    if not is_open or sitting.closes_at <= database_now():
        raise RetakeRefused(why="closed")
    if last.number >= policy_of(sitting.policy).attempts_allowed:
        raise RetakeRefused(why="none_left")


def _require_failed(last: Attempt) -> None:
    """Refuse after an attempt that was passed, is not graded yet, or was ended for cause."""
    if last.state in _ENDED_BY_STAFF:
        raise RetakeRefused(why="ended_by_staff")
    result = Result.objects.filter(attempt_id=last.pk).first()
    if result is None:  # nobody came
        return
    if result.state == ResultState.GRADING or result.needs_person:
        raise RetakeRefused(why="grading")
    if result.passed:
        raise RetakeRefused(why="passed")


def _further(sitting: Sitting, candidate: Candidate, number: int) -> int:
    content = approved_content(sitting.exam_id, sitting.exam.content_hash)
    adjust_new(sitting, [candidate])  # one may have been given since the attempt before
    attempt = new_attempt(sitting, candidate, content, number=number)
    attempt.deadline = deadline_for(attempt, None)
    attempt.save(force_insert=True)
    data: dict[str, object] = {"attempt": attempt.pk, "number": number}
    append_line("attempt.retaken", sitting, candidate.student_id, data=data)
    pushes.candidate_joined(attempt.pk, sitting.pk)
    return attempt.pk
