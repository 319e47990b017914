"""Decide on answers that came too late: one counts instead of what was handed in, or none does.

What was handed in stays as it is, with its digest and receipt; an accepted answer is laid over it
when the attempt is graded.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from exams.domain.late import LATE, LateAction, LateState
from exams.domain.states import ResultState
from exams.errors import ReasonNeeded, ResultUnknown
from exams.models import AnswerRevision, Result
from exams.queries import database_now
from exams.services import markings
from exams.services.grading import changeable_result, grade_attempt, grade_attempts
from exams.services.trail import append_line
from kernel.machine import IllegalMove


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides on late answers, and why."""

    actor_id: int
    reason: str = ""


@transaction.atomic
def accept_late_answer(
    attempt_id: int, question_id: int, revision_id: int, *, actor_id: int, reason: str = ""
) -> None:
    """Let one held answer count; the others held for its question do not.

    Points that a person gave to the question are dropped, because they were for another answer.

    Raises:
        ResultUnknown: There is no such held answer, or nothing was handed in.
        ResultFinal: The result was released.
        IllegalMove: It was accepted before.
    """
    result = changeable_result(attempt_id)
    held = _held(attempt_id, question_id)
    row = held.filter(pk=revision_id).first()
    if row is None:
        raise ResultUnknown(attempt=attempt_id, question=question_id)
    if not count_instead(attempt_id, question_id, revision_id, Decision(actor_id, reason)):
        raise IllegalMove(LATE.name, row.decision, LateAction.ACCEPT.value)
    _grade_again(result, question_id, actor_id)
    data = {"question": question_id, "seq": row.seq}
    append_line("late.accepted", result, actor_id, reason=reason, data=data)


@transaction.atomic
def reject_late_answers(attempt_id: int, question_id: int, *, actor_id: int, reason: str) -> None:
    """Let what was handed in count, and nothing that was held for the question.

    Raises:
        ReasonNeeded: No reason was given.
        ResultUnknown: There is nothing to reject, or nothing was handed in.
        ResultFinal: The result was released.
    """
    if not reason.strip():
        raise ReasonNeeded
    result = changeable_result(attempt_id)
    held = _held(attempt_id, question_id)
    counted = held.filter(decision=LateState.ACCEPTED).exists()
    rejected = _decide(held, LateAction.REJECT, actor_id, reason)
    if not rejected:
        raise ResultUnknown(attempt=attempt_id, question=question_id)
    if counted:
        _grade_again(result, question_id, actor_id)
    data = {"question": question_id, "n": rejected}
    append_line("late.rejected", result, actor_id, reason=reason, data=data)


def accept_late_answers(revisions: Mapping[int, Mapping[int, int]], decision: Decision) -> None:
    """Let held answers of many attempts count; their papers are graded again together.

    Args:
        revisions: Attempt id → question id → held answer.
        decision: Who, and why.

    Raises:
        ResultUnknown: Nothing was handed in.
        ResultFinal: A result was released.

    Needs: an open transaction that holds the sitting.
    """
    results = [_count_all(one, revisions[one], decision) for one in sorted(revisions)]
    graded = [one.attempt_id for one in results if one.state == ResultState.GRADED]
    if graded:
        grade_attempts(graded)


def _count_all(attempt_id: int, revisions: Mapping[int, int], decision: Decision) -> Result:
    result = changeable_result(attempt_id)
    for question_id, revision_id in revisions.items():
        count_instead(attempt_id, question_id, revision_id, decision)
        markings.reopen(result, question_id, actor_id=decision.actor_id, reason=decision.reason)
        result.marks.filter(question_id=question_id).delete()
    data = {"questions": sorted(revisions)}
    append_line("late.accepted", result, decision.actor_id, reason=decision.reason, data=data)
    return result


def reject_rows(revision_ids: Sequence[int], decision: Decision) -> int:
    """Reject held answers that wait for a decision; no result changes by it.

    Returns:
        How many were rejected.

    Needs: an open transaction.
    """
    waiting = AnswerRevision.objects.filter(pk__in=revision_ids, late=True, decision=LateState.OPEN)
    counts = Counter(waiting.values_list("attempt_id", flat=True))
    rejected = _decide(waiting, LateAction.REJECT, decision.actor_id, decision.reason)
    results = Result.objects.filter(attempt_id__in=counts).select_related("attempt__sitting")
    for result in results.defer("attempt__paper").order_by("attempt_id"):
        data = {"n": counts[result.attempt_id]}
        append_line("late.rejected", result, decision.actor_id, reason=decision.reason, data=data)
    return rejected


def count_instead(attempt_id: int, question_id: int, revision_id: int, decision: Decision) -> bool:
    """Let one held answer count and the others of its question not; nothing is graded.

    Returns:
        Whether it did not count before.

    Needs: the result, locked, in a transaction.
    """
    held = _held(attempt_id, question_id)
    _decide(held.exclude(pk=revision_id), LateAction.REJECT, decision.actor_id, "")
    accepted = held.filter(pk=revision_id)
    return bool(_decide(accepted, LateAction.ACCEPT, decision.actor_id, decision.reason))


def _held(attempt_id: int, question_id: int) -> QuerySet[AnswerRevision]:
    return AnswerRevision.objects.filter(attempt_id=attempt_id, question_id=question_id, late=True)


def _decide(rows: QuerySet[AnswerRevision], action: LateAction, actor_id: int, reason: str) -> int:
    """Move held answers by one conditional UPDATE; returns how many moved."""
    return rows.filter(decision__in=LATE.sources(action)).update(
        decision=LATE.target(action),
        decision_reason=reason.strip(),
        decided_by_id=actor_id,
        decided_at=database_now(),
    )


def _grade_again(result: Result, question_id: int, actor_id: int) -> None:
    """Grade the paper anew; while its first grading is under way, that one sees the decision.

    Points that people gave were for another answer: they are set aside, and kept as history.
    """
    markings.reopen(result, question_id, actor_id=actor_id)
    result.marks.filter(question_id=question_id).delete()
    if result.state == ResultState.GRADED:
        grade_attempt(result.attempt_id)
