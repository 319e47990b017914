"""What staff and the clock do to attempts: pause, resume, extend, end, expire."""

import time
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction

from exams import queries
from exams.domain.deadline import GrantKind, pause_credit
from exams.domain.policy import policy_of
from exams.domain.states import (
    ATTEMPT,
    LIVE,
    AttemptAction,
    AttemptState,
    SubmissionKind,
)
from exams.errors import AttemptUnknown
from exams.events import AttemptPaused, AttemptResumed
from exams.models import Attempt
from exams.queries import database_now, lock_overdue_attempt, move_attempt
from exams.queries_attempts import read_attempt
from exams.services import pushes
from exams.services.endings import Ending, end_attempt
from exams.services.grants import (
    Gift,
    add_grant,
    add_receipts,
    renew_deadlines,
    require_reason,
    require_time,
    tell_deadlines,
)
from exams.services.trail import append_line
from kernel.events import bus
from kernel.machine import IllegalMove

log = structlog.get_logger(__name__)

EXPIRE_BUDGET_S: Final = 8.0  # then the next tick goes on; a task is cut off after 30 s


@transaction.atomic
def pause_attempt(attempt_id: int, *, actor_id: int, reason: str) -> None:
    """Stop the attempt's clock and hide its questions.

    Raises:
        ReasonNeeded: The candidate is told why, so a reason must be given.
        IllegalMove: The attempt is not running.
    """
    require_reason(reason)
    changes = {"paused_at": database_now(), "state_reason": reason.strip()}
    attempt = _moved(attempt_id, AttemptAction.PAUSE, changes)
    append_line("attempt.paused", attempt, actor_id, reason=reason)
    bus.emit(
        AttemptPaused(
            attempt_id=attempt_id,
            sitting_id=attempt.sitting_id,
            student_id=attempt.student_id,
            reason=reason.strip(),
        )
    )
    pushes.attempt_moved(attempt_id)


@transaction.atomic
def resume_attempt(attempt_id: int, *, actor_id: int) -> None:
    """Let the attempt run again and credit the pause, up to the policy's limit.

    Raises:
        IllegalMove: The attempt is not paused.
    """
    attempt = _live(attempt_id, AttemptAction.RESUME)
    now = database_now()
    limit = timedelta(seconds=policy_of(attempt.sitting.policy).pause_limit_s)
    credit = pause_credit(attempt.paused_at or now, now, limit)
    _moved(attempt_id, AttemptAction.RESUME, {"paused_at": None, "state_reason": ""})
    add_grant(Gift(credit, actor_id=actor_id, kind=GrantKind.PAUSE), attempt.sitting_id, attempt_id)
    renew_deadlines(attempt.sitting, [attempt])
    append_line(
        "attempt.resumed", attempt, actor_id, data={"credit_s": int(credit.total_seconds())}
    )
    bus.emit(
        AttemptResumed(
            attempt_id=attempt_id,
            sitting_id=attempt.sitting_id,
            student_id=attempt.student_id,
            deadline=attempt.deadline,
        )
    )
    pushes.attempt_moved(attempt_id)


@transaction.atomic
def extend_attempt(
    attempt_id: int,
    *,
    extra: timedelta,
    actor_id: int,
    reason: str,
    kind: GrantKind = GrantKind.MANUAL,
    order: UUID | None = None,
) -> None:
    """Give one attempt time (negative takes time, but never the last minute).

    Args:
        attempt_id: The attempt.
        extra: How much.
        actor_id: Who; that they may is for the caller to see to, who knows who is assigned.
        reason: The candidate reads it.
        kind: Why the entry is made.
        order: Id of the command that tells the candidate, whose "seen" is the receipt.

    Raises:
        ReasonNeeded: No reason was given.
        GrantInvalid: Nothing, or more than a day.
        IllegalMove: The attempt has ended, or its sitting was ended early.
    """
    gift = Gift(extra, actor_id=actor_id, reason=reason, kind=kind)
    gift.check()
    attempt = _live(attempt_id, None)
    require_time(attempt.sitting)
    grant = add_grant(gift, attempt.sitting_id, attempt_id)
    renew_deadlines(attempt.sitting, [attempt])
    seconds = int(extra.total_seconds())
    append_line("attempt.extended", attempt, actor_id, reason=reason, data={"extra_s": seconds})
    if order is not None:
        add_receipts(grant, {attempt_id: order})
    tell_deadlines([attempt], reason)


@transaction.atomic
def force_submit(attempt_id: int, *, actor_id: int, reason: str) -> None:
    """Hand an attempt in for its candidate, running or paused, as it is stored.

    Raises:
        ReasonNeeded: No reason was given.
        IllegalMove: The attempt is not running or paused.
    """
    _end_by_staff(attempt_id, AttemptAction.SUBMIT, actor_id, reason)


@transaction.atomic
def terminate_attempt(attempt_id: int, *, actor_id: int, reason: str) -> None:
    """End an attempt for cause; what was saved is frozen and can still be graded.

    Raises:
        ReasonNeeded: No reason was given.
        IllegalMove: The attempt has ended.
    """
    _end_by_staff(attempt_id, AttemptAction.TERMINATE, actor_id, reason)


def _end_by_staff(attempt_id: int, action: AttemptAction, actor_id: int, reason: str) -> None:
    require_reason(reason)
    attempt = _live(attempt_id, action)
    if not end_attempt(attempt_id, Ending(action, SubmissionKind.STAFF, reason.strip())):
        raise IllegalMove(ATTEMPT.name, attempt.state, action.value)
    name = {
        AttemptAction.SUBMIT: "attempt.submitted_for",
        AttemptAction.TERMINATE: "attempt.terminated",
    }
    append_line(name[action], attempt, actor_id, reason=reason)


def next_command_seq(attempt_id: int) -> int:
    """Count the attempt's commands up and return the new one's number.

    The attempt's row stays locked until the caller's transaction ends, so numbers commit in
    their order.

    Raises:
        AttemptUnknown: There is none.
    """
    seqs = queries.next_command_seqs([attempt_id])
    if attempt_id not in seqs:
        raise AttemptUnknown(attempt=attempt_id)
    return seqs[attempt_id]


def hold_attempt(attempt_id: int) -> None:
    """Let nobody else hold, save to or move the attempt before the caller's transaction has ended.

    Raises:
        AttemptUnknown: There is none.
    """
    held = Attempt.objects.select_for_update(no_key=True).filter(pk=attempt_id)
    if not held.values_list("pk", flat=True):
        raise AttemptUnknown(attempt=attempt_id)


# ── The clock ───────────────────────────────────────────────────────────────────────────────
def expire_due() -> int:
    """End every attempt whose deadline and grace have passed; mark who never started as absent.

    Each attempt is its own transaction, so that one that fails is logged and holds up nobody.
    Any number of processes may run this at once: a row that another one holds is passed over.

    Returns:
        How many ended.
    """
    failed: list[int] = []
    ended = 0
    give_up_at = time.monotonic() + EXPIRE_BUDGET_S
    while time.monotonic() < give_up_at:
        found, moved = _expire_next(failed)
        if found is None:
            break
        ended += moved
        if not moved:
            failed.append(found)
    return ended


def _expire_next(skip: list[int]) -> tuple[int | None, bool]:
    found: int | None = None
    try:
        with transaction.atomic():
            found = lock_overdue_attempt(skip)
            return found, found is not None and _expire(found)
    except Exception:  # the attempt stays due and is tried again at the next tick
        if found is None:
            raise
        log.exception("attempt.expire_failed", attempt=found)
        return found, False


def _expire(attempt_id: int) -> bool:
    attempt = read_attempt(attempt_id)
    if attempt is None:
        return False
    never_started = attempt.state == AttemptState.READY
    action = AttemptAction.MARK_ABSENT if never_started else AttemptAction.EXPIRE
    was_ended = attempt.sitting.ended_early_at is not None
    kind = SubmissionKind.STAFF if was_ended else SubmissionKind.AUTO
    ending = Ending(action, kind, attempt.sitting.ended_early_reason)
    return end_attempt(attempt_id, ending) is not None


# ── Shared ──────────────────────────────────────────────────────────────────────────────────
def _live(attempt_id: int, action: AttemptAction | None) -> Attempt:
    """Return a live attempt, locked; its legal actions are decided by the table."""
    attempt = read_attempt(attempt_id, lock=True)
    if attempt is None:
        raise AttemptUnknown(attempt=attempt_id)
    allowed = LIVE if action is None else ATTEMPT.sources(action)
    if attempt.state not in allowed:
        raise IllegalMove(ATTEMPT.name, attempt.state, action.value if action else "extend")
    return attempt


def _moved(attempt_id: int, action: AttemptAction, changes: dict[str, object]) -> Attempt:
    moved = move_attempt(attempt_id, action, {}, changes)
    attempt = read_attempt(attempt_id)
    if attempt is None:
        raise AttemptUnknown(attempt=attempt_id)
    if not moved:
        raise IllegalMove(ATTEMPT.name, attempt.state, action.value)
    return attempt
