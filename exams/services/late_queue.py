"""Decide on all answers of a sitting that came too late at once: all count, some, or none.

Results that are released do not change here: what is to count there goes into a regrade, which a
second person approves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from exams.domain.late import LateState, lateness
from exams.domain.regrade import LateAccept
from exams.domain.states import ResultState
from exams.errors import ReasonNeeded, ResultUnknown
from exams.models import AnswerRevision, Result, Sitting
from exams.services import late, regrade
from exams.services.late import Decision


@dataclass(frozen=True, slots=True)
class QueueOutcome:
    """What was done.

    Attributes:
        accepted: Answers that count now.
        rejected: Answers that do not.
        proposed: Answers of released results, which wait in a regrade.
        left: Answers to questions of closed pages, which a person decides on one by one.
        run_id: The regrade; None when none is needed.
    """

    accepted: int = 0
    rejected: int = 0
    proposed: int = 0
    left: int = 0
    run_id: int | None = None


@transaction.atomic
def accept_open(
    sitting_id: int, *, reason: str, actor_id: int, within: timedelta | None = None
) -> QueueOutcome:
    """Let the newest held answer of each question count, of everybody, where none does yet.

    Not where the question's page was closed: who has seen the pages after it may have come back to
    it with a lease of their own making. Those stay to be decided on one by one.

    Args:
        sitting_id: Whose answers.
        reason: Kept with each of them.
        actor_id: Who decides.
        within: After each candidate's own end; later ones are rejected. None takes all.

    Raises:
        ReasonNeeded: No reason was given.
        RegradeUnderWay: Results are released, and an approved regrade is being applied.
    """
    if not reason.strip():
        raise ReasonNeeded
    _hold(sitting_id)
    decision = Decision(actor_id, reason.strip())
    everything, beyond = _split(_open_answers(sitting_id), within)
    timely = [row for row in everything if row.question_id not in row.attempt.closed_ids]
    newest = {(row.attempt_id, row.question_id): row for row in timely}
    released = [row for row in newest.values() if _is_released(row)]
    counting = [row for row in newest.values() if not _is_released(row)]
    rejected = late.reject_rows([row.pk for row in beyond], decision)
    accepted = _accept(counting, decision)
    run_id = _propose(sitting_id, released, decision) if released else None
    return QueueOutcome(
        accepted=accepted,
        rejected=rejected,
        proposed=len(released),
        left=len(everything) - len(timely),
        run_id=run_id,
    )


@transaction.atomic
def reject_open(sitting_id: int, *, reason: str, actor_id: int) -> QueueOutcome:
    """Let nothing count that still waits for a decision; what counts already stays.

    Raises:
        ReasonNeeded: No reason was given.
    """
    if not reason.strip():
        raise ReasonNeeded
    waiting = [row.pk for row in _open_answers(sitting_id)]
    return QueueOutcome(rejected=late.reject_rows(waiting, Decision(actor_id, reason.strip())))


@transaction.atomic
def accept_one(sitting_id: int, revision_id: int, *, actor_id: int, reason: str = "") -> int | None:
    """Let one held answer of a sitting count: at once, or by a regrade once its result is out.

    Returns:
        The regrade in which it waits for approval; None when it counts now.

    Raises:
        ResultUnknown: There is no such held answer.
        ReasonNeeded: The result is released, and its student would read no reason.
        RegradeUnderWay: The result is released, and an approved regrade is being applied.
        IllegalMove: It was accepted before.
    """
    rows = _held().filter(pk=revision_id, attempt__sitting_id=sitting_id)
    row = rows.select_related("attempt__result").defer("attempt__paper").first()
    if row is None:
        raise ResultUnknown(sitting=sitting_id)
    if _is_released(row):
        return _propose(sitting_id, [row], Decision(actor_id, reason.strip()))
    late.accept_late_answer(
        row.attempt_id, row.question_id, row.pk, actor_id=actor_id, reason=reason
    )
    return None


def _hold(sitting_id: int) -> None:
    """Hold the sitting, then its results, before the audit trail: as a release and marks do."""
    list(Sitting.objects.select_for_update().filter(pk=sitting_id).values_list("pk"))
    results = Result.objects.select_for_update(of=("self",)).order_by("pk")
    list(results.filter(attempt__sitting_id=sitting_id).values_list("pk"))


def _held() -> QuerySet[AnswerRevision]:
    return AnswerRevision.objects.filter(late=True, attempt__result__isnull=False)


def _open_answers(sitting_id: int) -> list[AnswerRevision]:
    """Return what waits for a decision and has no counting answer beside it, oldest first."""
    rows = _held().filter(attempt__sitting_id=sitting_id).select_related("attempt__result")
    held = list(rows.defer("attempt__paper").order_by("saved_at", "pk"))
    counting = {(r.attempt_id, r.question_id) for r in held if r.decision == LateState.ACCEPTED}
    return [
        row
        for row in held
        if row.decision == LateState.OPEN and (row.attempt_id, row.question_id) not in counting
    ]


def _split(
    rows: Sequence[AnswerRevision], within: timedelta | None
) -> tuple[list[AnswerRevision], list[AnswerRevision]]:
    if within is None:
        return list(rows), []
    timely = [row for row in rows if lateness(row.saved_at, row.attempt.ended_at) <= within]
    return timely, [row for row in rows if lateness(row.saved_at, row.attempt.ended_at) > within]


def _is_released(row: AnswerRevision) -> bool:
    return row.attempt.result.state == ResultState.RELEASED


def _accept(rows: Iterable[AnswerRevision], decision: Decision) -> int:
    by_attempt: dict[int, dict[int, int]] = {}
    for row in rows:
        by_attempt.setdefault(row.attempt_id, {})[row.question_id] = row.pk
    late.accept_late_answers(by_attempt, decision)
    return sum(len(questions) for questions in by_attempt.values())


def _propose(sitting_id: int, rows: Iterable[AnswerRevision], decision: Decision) -> int:
    if not decision.reason:
        raise ReasonNeeded
    run_id = regrade.regrade_to_write(
        sitting_id, reason=decision.reason, actor_id=decision.actor_id
    )
    accepts = [
        LateAccept(attempt=row.attempt_id, question=row.question_id, revision=row.pk)
        for row in rows
    ]
    regrade.propose_late(run_id, accepts, actor_id=decision.actor_id)
    return run_id
