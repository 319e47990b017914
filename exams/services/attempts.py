"""What staff and the clock do to attempts: pause, resume, extend, end, expire."""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog
from django.db import transaction
from django.db.models import QuerySet

from exams import queries
from exams.domain.deadline import GrantKind, pause_credit
from exams.domain.policy import policy_of
from exams.domain.states import (
    ATTEMPT,
    LIVE,
    SITTING,
    UNFINISHED,
    AttemptAction,
    AttemptState,
    SubmissionKind,
)
from exams.errors import AttemptUnknown, GrantInvalid, ReasonNeeded, SittingUnknown
from exams.events import AttemptExtended, AttemptPaused, AttemptResumed
from exams.models import Attempt, Sitting, TimeGrant
from exams.queries import database_now, lock_overdue_attempt, move_attempt, write_deadlines
from exams.services import pushes
from exams.services.endings import Ending, end_attempt
from exams.services.ledger import deadlines_of
from kernel import audit
from kernel.events import bus
from kernel.machine import IllegalMove

log = structlog.get_logger(__name__)

MAX_GRANT: Final = timedelta(hours=24)
EXPIRE_BUDGET_S: Final = 8.0  # then the next tick goes on; a task is cut off after 30 s


@transaction.atomic
def pause_attempt(attempt_id: int, *, actor_id: int, reason: str) -> None:
    """Stop the attempt's clock and hide its questions.

    Raises:
        ReasonNeeded: The candidate is told why, so a reason must be given.
        IllegalMove: The attempt is not running.
    """
    _require_reason(reason)
    changes = {"paused_at": database_now(), "state_reason": reason.strip()}
    attempt = _moved(attempt_id, AttemptAction.PAUSE, changes)
    _audit("attempt.paused", attempt, actor_id, reason=reason)
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
    _grant(attempt, credit, GrantKind.PAUSE, "", actor_id)
    _renew_deadlines(attempt.sitting, [attempt])
    _audit("attempt.resumed", attempt, actor_id, data={"credit_s": int(credit.total_seconds())})
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
) -> None:
    """Give one attempt time (negative takes time, but never the last minute).

    Raises:
        ReasonNeeded: No reason was given.
        GrantInvalid: Nothing, or more than a day.
        IllegalMove: The attempt has ended, or its sitting was ended early.
    """
    _check_grant(extra, reason)
    attempt = _live(attempt_id, None)
    _require_time(attempt.sitting)
    _grant(attempt, extra, kind, reason, actor_id)
    _renew_deadlines(attempt.sitting, [attempt])
    seconds = int(extra.total_seconds())
    _audit("attempt.extended", attempt, actor_id, reason=reason, data={"extra_s": seconds})
    _tell_deadlines([attempt], reason)


@transaction.atomic
def extend_sitting(
    sitting_id: int,
    *,
    extra: timedelta,
    actor_id: int,
    reason: str,
    kind: GrantKind = GrantKind.MANUAL,
) -> int:
    """Give every attempt of a sitting time, later ones included; returns how many are live now.

    Budget: the same number of queries for any number of candidates, whose rows are locked.

    Raises:
        SittingUnknown, ReasonNeeded, GrantInvalid: Nothing was changed.
        IllegalMove: The sitting is over, was cancelled or was ended early.
    """
    _check_grant(extra, reason)
    sitting = Sitting.objects.select_for_update(no_key=True).filter(pk=sitting_id).first()
    if sitting is None:
        raise SittingUnknown(sitting=sitting_id)
    _require_time(sitting)
    grant = _grant(sitting, extra, kind, reason, actor_id)
    moved = _move_deadlines(grant, reason)
    _audit_grant("grant.given", grant, actor_id, reason)
    return moved


@transaction.atomic
def revoke_grant(grant_id: int, *, actor_id: int, reason: str) -> None:
    """Take an entry of the ledger back; live attempts get their deadline without it.

    Raises:
        GrantInvalid: There is no such entry, or it was taken back before.
        ReasonNeeded: No reason was given.
        IllegalMove: The sitting is over.
    """
    _require_reason(reason)
    grants = TimeGrant.objects.select_for_update(no_key=True).select_related("sitting")
    grant = grants.filter(pk=grant_id, revoked_at=None).first()
    if grant is None:
        raise GrantInvalid
    _require_unfinished(grant.sitting)
    grant.revoked_at = database_now()
    grant.save(update_fields=["revoked_at"])
    _move_deadlines(grant, reason)
    _audit_grant("grant.revoked", grant, actor_id, reason)


def _move_deadlines(grant: TimeGrant, reason: str) -> int:
    """Give the live attempts that a grant reaches their deadline anew; returns how many."""
    live = _with_terms().select_for_update(of=("self",)).defer("paper")
    live = live.filter(sitting_id=grant.sitting_id, state__in=LIVE)
    if grant.attempt_id:
        live = live.filter(pk=grant.attempt_id)
    attempts = list(live.order_by("pk"))
    _renew_deadlines(grant.sitting, attempts)
    _tell_deadlines(attempts, reason)
    return len(attempts)


def _audit_grant(action: str, grant: TimeGrant, actor_id: int, reason: str) -> None:
    """Append one line about an entry of the ledger, whether or not an attempt is live."""
    audit.append(
        action,
        actor_id=actor_id,
        subject=f"sitting:{grant.sitting_id}",
        reason=reason.strip(),
        data={
            "grant": grant.pk,
            "attempt": grant.attempt_id,
            "extra_s": int(grant.extra.total_seconds()),
        },
        institution_id=grant.sitting.institution_id,
    )


def _check_grant(extra: timedelta, reason: str) -> None:
    _require_reason(reason)
    if not extra or abs(extra) > MAX_GRANT:
        raise GrantInvalid


def _grant(
    to: Attempt | Sitting, extra: timedelta, kind: GrantKind, reason: str, actor_id: int
) -> TimeGrant:
    return TimeGrant.objects.create(
        sitting_id=to.pk if isinstance(to, Sitting) else to.sitting_id,
        attempt=None if isinstance(to, Sitting) else to,
        extra=extra,
        kind=kind,
        reason=reason.strip(),
        granted_by_id=actor_id,
        granted_at=database_now(),
    )


def _tell_deadlines(attempts: Sequence[Attempt], reason: str) -> None:
    for attempt in attempts:
        bus.emit(
            AttemptExtended(
                attempt_id=attempt.pk,
                sitting_id=attempt.sitting_id,
                student_id=attempt.student_id,
                deadline=attempt.deadline,
                reason=reason.strip(),
            )
        )
    pushes.attempts_moved([attempt.pk for attempt in attempts])


def _renew_deadlines(sitting: Sitting, attempts: Sequence[Attempt]) -> None:
    """Give attempts, whose rows are held, their deadlines by the ledger. Two queries."""
    deadlines = deadlines_of(sitting, attempts)
    write_deadlines(deadlines)
    for attempt in attempts:
        attempt.deadline = deadlines[attempt.pk]


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
    _require_reason(reason)
    attempt = _live(attempt_id, action)
    if not end_attempt(attempt_id, Ending(action, SubmissionKind.STAFF, reason.strip())):
        raise IllegalMove(ATTEMPT.name, attempt.state, action.value)
    name = {
        AttemptAction.SUBMIT: "attempt.submitted_for",
        AttemptAction.TERMINATE: "attempt.terminated",
    }
    _audit(name[action], attempt, actor_id, reason=reason)


def next_command_seq(attempt_id: int) -> int:
    """Count the attempt's commands up and return the new one's number.

    The attempt's row stays locked until the caller's transaction ends, so numbers commit in
    their order.

    Raises:
        AttemptUnknown: There is none.
    """
    seq = queries.next_command_seq(attempt_id)
    if seq is None:
        raise AttemptUnknown(attempt=attempt_id)
    return seq


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
    attempt = _with_terms().get(pk=attempt_id)
    never_started = attempt.state == AttemptState.READY
    action = AttemptAction.MARK_ABSENT if never_started else AttemptAction.EXPIRE
    was_ended = attempt.sitting.ended_early_at is not None
    kind = SubmissionKind.STAFF if was_ended else SubmissionKind.AUTO
    return end_attempt(attempt_id, Ending(action, kind, attempt.sitting.ended_early_reason))


# ── Shared ──────────────────────────────────────────────────────────────────────────────────
def _with_terms() -> QuerySet[Attempt]:
    return Attempt.objects.select_related("sitting", "candidate")


def _live(attempt_id: int, action: AttemptAction | None) -> Attempt:
    """Return a live attempt, locked; its legal actions are decided by the table."""
    attempt = _with_terms().select_for_update(of=("self",)).filter(pk=attempt_id).first()
    if attempt is None:
        raise AttemptUnknown(attempt=attempt_id)
    allowed = LIVE if action is None else ATTEMPT.sources(action)
    if attempt.state not in allowed:
        raise IllegalMove(ATTEMPT.name, attempt.state, action.value if action else "extend")
    return attempt


def _moved(attempt_id: int, action: AttemptAction, changes: dict[str, object]) -> Attempt:
    moved = move_attempt(attempt_id, action, {}, changes)
    attempt = _with_terms().filter(pk=attempt_id).first()
    if attempt is None:
        raise AttemptUnknown(attempt=attempt_id)
    if not moved:
        raise IllegalMove(ATTEMPT.name, attempt.state, action.value)
    return attempt


def _require_unfinished(sitting: Sitting) -> None:
    """Refuse to touch the ledger of a sitting that is over: its deadlines are history."""
    if sitting.state not in UNFINISHED:
        raise IllegalMove(SITTING.name, sitting.state, "extend")


def _require_time(sitting: Sitting) -> None:
    """Refuse time that nobody would get: an early end is the last word."""
    _require_unfinished(sitting)
    if sitting.ended_early_at is not None:
        raise IllegalMove(SITTING.name, "ended_early", "extend")


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonNeeded


def _audit(
    action: str,
    attempt: Attempt,
    actor_id: int,
    *,
    reason: str = "",
    data: dict[str, object] | None = None,
) -> None:
    audit.append(
        action,
        actor_id=actor_id,
        subject=f"attempt:{attempt.pk}",
        reason=reason.strip(),
        data=data,
        institution_id=attempt.sitting.institution_id,
    )
