"""The end of an attempt, whichever way: answers frozen, events told, grading queued, once."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from exams.domain.answer import is_empty
from exams.domain.content import canonical
from exams.domain.jobs import GRADE_QUEUE, GRADE_TASK
from exams.domain.states import AttemptAction, AttemptState, SubmissionKind
from exams.events import AttemptEnded, AttemptSubmitted
from exams.models import Answer, Attempt, Result, Submission
from exams.queries import database_now, move_attempt
from exams.services import pushes
from kernel import outbox
from kernel.events import bus

_NO_SUBMISSION: Final = AttemptAction.MARK_ABSENT


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt is to end."""

    action: AttemptAction
    kind: SubmissionKind
    reason: str = ""
    guards: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that has just ended; there is no submission of who never came."""

    attempt: Attempt
    submission: Submission | None


def end_attempt(
    attempt_id: int, ending: Ending, answers: Mapping[str, Mapping[str, Any]] | None = None
) -> Ended | None:
    """End one attempt; None when its state or the guards do not allow it.

    1. The conditional UPDATE: from here no save of this attempt can be accepted, and those
       accepted before are visible, because a save locks the same row.
    2. The submission: the answers as stored, with their digest.
    3. An empty result, events, the grading job: all in the caller's transaction.

    Args:
        attempt_id: Which.
        ending: How.
        answers: As stored, if the caller has read them with the attempt's row locked.

    Needs: an open transaction.
    """
    now = database_now()
    changes = {"ended_at": now, "state_reason": ending.reason}
    if not move_attempt(attempt_id, ending.action, ending.guards, changes):
        return None
    attempt = Attempt.objects.select_related("sitting").defer("paper").get(pk=attempt_id)
    submission = None
    if ending.action is not _NO_SUBMISSION:
        held = stored_answers(attempt_id) if answers is None else answers
        submission = _freeze(attempt, ending.kind, now, held)
    _tell(attempt, now)
    answered = submission.answered if submission else 0
    # Asked anew: a save that the UPDATE had to wait for told the wall a time after `now`.
    pushes.attempt_told(attempt, answered=answered, at=database_now())
    return Ended(attempt, submission)


def _tell(attempt: Attempt, now: datetime) -> None:
    if attempt.state == AttemptState.SUBMITTED:
        bus.emit(
            AttemptSubmitted(
                attempt_id=attempt.pk,
                sitting_id=attempt.sitting_id,
                student_id=attempt.student_id,
                submitted_at=now,
            )
        )
    bus.emit(
        AttemptEnded(
            attempt_id=attempt.pk,
            sitting_id=attempt.sitting_id,
            student_id=attempt.student_id,
            state=attempt.state,
            ended_at=now,
        )
    )


def _freeze(
    attempt: Attempt, kind: SubmissionKind, now: datetime, answers: Mapping[str, Mapping[str, Any]]
) -> Submission:
    submission = Submission.objects.create(
        attempt=attempt,
        kind=kind,
        answers=answers,
        digest=hashlib.sha256(canonical(answers)).hexdigest(),
        answered=sum(not is_empty(answer["value"]) for answer in answers.values()),
        total=attempt.asked,
        submitted_at=now,
    )
    Result.objects.create(attempt=attempt)
    outbox.enqueue(
        GRADE_TASK,
        {"attempt_id": attempt.pk},
        queue=GRADE_QUEUE,
        dedupe_key=f"{GRADE_TASK}:{attempt.pk}",
    )
    return submission


def stored_answers(attempt_id: int) -> dict[str, dict[str, Any]]:
    """Return the acknowledged answers of an attempt: question id → {seq, value} and any text."""
    rows = Answer.objects.filter(attempt_id=attempt_id).order_by("question_id")
    return {
        str(question): {"seq": seq, "value": value} | ({"text": text} if text else {})
        for question, seq, value, text in rows.values_list("question_id", "seq", "value", "text")
    }
