"""The end of an attempt, whichever way: answers frozen, events told, grading queued, once."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from exams import queries_attempts
from exams.domain.answer import is_empty
from exams.domain.content import canonical
from exams.domain.jobs import GRADE_QUEUE, GRADE_TASK
from exams.domain.states import ATTEMPT, AttemptAction, AttemptState, SubmissionKind
from exams.events import AttemptEnded, AttemptSubmitted
from exams.models import Attempt, Submission
from exams.queries_attempts import Freeze, read_attempt
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


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that has just ended; there is no submission of who never came."""

    attempt: Attempt
    submission: Submission | None


def end_attempt(attempt_id: int, ending: Ending) -> Ended | None:
    """End one attempt, whoever's; None when its state does not allow it or there is none.

    Needs: an open transaction.
    """
    attempt = read_attempt(attempt_id, lock=True)
    return end_held(attempt, ending, stored_answers(attempt_id)) if attempt else None


def end_held(
    attempt: Attempt, ending: Ending, answers: Mapping[str, Mapping[str, Any]]
) -> Ended | None:
    """End an attempt whose row is locked; None when its state does not allow it.

    1. The row is locked since before the answers were read: no save of this attempt can come
       between, and from the move on none is accepted.
    2. One statement moves it, freezes the answers with their digest and opens an empty result.
    3. Events, the grading job, the wall: all in the caller's transaction.

    Args:
        attempt: As `queries_attempts.read_attempt` gives it, locked.
        ending: How.
        answers: As stored, read after the lock.

    Needs: an open transaction.
    """
    freeze = _freeze(attempt, ending, answers)
    moved = queries_attempts.end_attempt(attempt.pk, ending.action, ending.reason, freeze)
    if moved is None:
        return None
    attempt.version, attempt.ended_at = moved
    attempt.state, attempt.state_reason = ATTEMPT.target(ending.action), ending.reason
    if freeze.freezes:
        outbox.enqueue(
            GRADE_TASK,
            {"attempt_id": attempt.pk},
            queue=GRADE_QUEUE,
            dedupe_key=f"{GRADE_TASK}:{attempt.pk}",
        )
    _tell(attempt, moved[1])
    pushes.attempt_told(attempt, answered=freeze.answered, at=moved[1])
    return Ended(attempt, _submission(attempt, freeze, moved[1]) if freeze.freezes else None)


def _freeze(attempt: Attempt, ending: Ending, answers: Mapping[str, Mapping[str, Any]]) -> Freeze:
    document = canonical(answers)
    return Freeze(
        receipt=uuid4(),
        kind=ending.kind.value,
        answers=document.decode(),
        digest=hashlib.sha256(document).hexdigest(),
        answered=sum(not is_empty(answer["value"]) for answer in answers.values()),
        total=attempt.asked,
        freezes=ending.action is not _NO_SUBMISSION,
    )


def _submission(attempt: Attempt, freeze: Freeze, at: datetime) -> Submission:
    """Return what was just stored, without reading it again."""
    return Submission(
        attempt=attempt,
        receipt=freeze.receipt,
        kind=freeze.kind,
        digest=freeze.digest,
        answered=freeze.answered,
        total=freeze.total,
        submitted_at=at,
    )


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


def stored_answers(attempt_id: int) -> dict[str, dict[str, Any]]:
    """Return the acknowledged answers of an attempt: question id → {seq, value} and any text."""
    return {
        str(question): {"seq": seq, "value": value} | ({"text": text} if text else {})
        for question, seq, value, text in queries_attempts.stored_answers(attempt_id)
    }
