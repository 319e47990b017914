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
from exams.errors import AttemptUnknown, RetakeRefused
from exams.models import Attempt, Candidate, Result, Sitting
from exams.queries import database_now
from exams.selectors.contents import approved_content
from exams.services import pushes
from exams.services.endings import Ending, end_attempt
from exams.services.ledger import deadline_for
from exams.services.scheduling import new_attempt
from exams.services.trail import append_line

_ENDED_BY_STAFF: Final = frozenset({AttemptState.TERMINATED})


@transaction.atomic
def create_attempt(sitting_id: int, *, student_id: int, resume: bool = True) -> int:
    """Return the attempt a candidate goes on with: the open one, or a further one.

    A further one needs an open sitting whose policy allows as many, and an attempt before that
    has ended, is graded and was not passed. The candidate's row is locked, so that two requests
    at once give one attempt.

    Args:
        sitting_id: The sitting.
        student_id: Its candidate.
        resume: Go on with the open attempt. Without it one that has begun is handed in as it is
            stored; one that has not begun is new anyway.

    Raises:
        AttemptUnknown: The student is not a candidate of the sitting.
        RetakeRefused: `why` says what is in the way; nothing was changed.

    Source: seed 002, create: it resumes by default.
    """
    sitting, candidate = _candidate(sitting_id, student_id)
    last = candidate.attempts.order_by("-number").first()
    if last is None:
        raise AttemptUnknown(sitting=sitting_id)
    if last.state == AttemptState.READY or (resume and last.state in LIVE):
        return last.pk
    _require_further(sitting, last)
    if last.state in LIVE:
        end_attempt(last.pk, Ending(AttemptAction.SUBMIT, SubmissionKind.SELF))
    else:
        _require_failed(last)
    return _further(sitting, candidate, last.number + 1)


def may_retake(attempt_id: int) -> bool:
    """Whether `create_attempt` would give a further attempt after this ended one."""
    attempt = Attempt.objects.select_related("sitting").defer("paper").get(pk=attempt_id)
    newer = Attempt.objects.filter(candidate_id=attempt.candidate_id, number__gt=attempt.number)
    if attempt.state in LIVE or newer.exists():
        return False
    try:
        _require_further(attempt.sitting, attempt)
        _require_failed(attempt)
    except RetakeRefused:
        return False
    return True


def _candidate(sitting_id: int, student_id: int) -> tuple[Sitting, Candidate]:
    rows = Candidate.objects.select_for_update(of=("self",)).select_related("sitting__exam")
    mine = rows.defer("sitting__exam__content").filter(sitting_id=sitting_id, student_id=student_id)
    candidate = mine.first()
    if candidate is None:
        raise AttemptUnknown(sitting=sitting_id)
    return candidate.sitting, candidate


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
    attempt = new_attempt(sitting, candidate, content, number=number)
    attempt.deadline = deadline_for(attempt, None)
    attempt.save(force_insert=True)
    data: dict[str, object] = {"attempt": attempt.pk, "number": number}
    append_line("attempt.retaken", sitting, candidate.student_id, data=data)
    pushes.candidate_joined(attempt.pk, sitting.pk)
    return attempt.pk
