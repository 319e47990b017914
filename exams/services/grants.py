"""The time ledger: time given to one candidate, a room or everybody, told, seen, and taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction

from accounts.errors import Forbidden
from accounts.policies import can_lead_sitting
from accounts.selectors import roles_of
from exams.domain.deadline import GrantKind
from exams.domain.states import LIVE, SITTING, UNFINISHED
from exams.errors import AttemptUnknown, GrantInvalid, ReasonNeeded, SittingUnknown
from exams.events import AttemptExtended, LedgerChanged, TimeOrder
from exams.models import Attempt, Candidate, GrantReceipt, Sitting, TimeGrant
from exams.queries import database_now, next_command_seqs, write_deadlines
from exams.services import pushes
from exams.services.ledger import deadlines_of, reaches
from exams.services.trail import append_line
from kernel.events import bus
from kernel.machine import IllegalMove

MAX_GRANT: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Gift:
    """Time, from whom and why.

    Attributes:
        extra: Negative takes time away, but never the last minute.
        reason: Every candidate it reaches reads it.
        request: Client-made id; the same one gives once, however often it is sent.
    """

    extra: timedelta
    actor_id: int
    reason: str = ""
    kind: GrantKind = GrantKind.MANUAL
    request: UUID | None = None

    def check(self) -> None:
        """Refuse what nobody may give.

        Raises:
            ReasonNeeded: No reason was given.
            GrantInvalid: Nothing, or more than a day.
        """
        require_reason(self.reason)
        if not self.extra or abs(self.extra) > MAX_GRANT:
            raise GrantInvalid


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom an entry reaches: one attempt, one room, or (both empty) everybody, later ones too."""

    attempt_id: int | None = None
    room: str = ""


EVERYBODY: Final = Scope()


@transaction.atomic
def give_time(sitting_id: int, gift: Gift, *, to: Scope = EVERYBODY) -> int:
    """Make an entry of a sitting's ledger; returns how many live attempts it reaches now.

    Who is registered later is reached as well: the entry is of the room or of the sitting.

    Budget: the same number of queries for any number of candidates, whose rows are locked.

    Raises:
        SittingUnknown, ReasonNeeded, GrantInvalid: Nothing was changed.
        Forbidden: The actor does not lead sittings of this class.
        AttemptUnknown: The one it is for has no live attempt in this sitting.
        IllegalMove: The sitting is over, was cancelled or was ended early.
    """
    gift.check()
    sitting = _led_sitting(sitting_id, gift.actor_id)
    require_time(sitting)
    known = gift.request and TimeGrant.objects.filter(request=gift.request).first()
    if known:
        return known.receipts.filter(is_revocation=False).count()
    _check_scope(sitting, to)
    grant = add_grant(gift, sitting_id, to.attempt_id, room=to.room)
    attempts = _move_deadlines(grant, sitting, gift.reason)
    _audit_grant("grant.given", grant, gift.actor_id, gift.reason)
    _order(grant, attempts, gift.extra, gift)
    return len(attempts)


@transaction.atomic
def revoke_grant(grant_id: int, *, actor_id: int, reason: str) -> None:
    """Take an entry back; live attempts get their deadline without it, but never in the past.

    Raises:
        GrantInvalid: There is no such entry, or it was taken back before.
        ReasonNeeded: No reason was given.
        Forbidden: The actor does not lead sittings of this class.
        IllegalMove: The sitting is over.
    """
    require_reason(reason)
    sitting_id = TimeGrant.objects.filter(pk=grant_id).values_list("sitting_id", flat=True).first()
    if sitting_id is None:
        raise GrantInvalid
    sitting = _led_sitting(sitting_id, actor_id)
    require_unfinished(sitting)
    taken = TimeGrant.objects.filter(pk=grant_id, revoked_at=None).update(
        revoked_at=database_now(), revoked_by_id=actor_id, revoked_reason=reason.strip()
    )
    if not taken:
        raise GrantInvalid
    grant = TimeGrant.objects.select_related("sitting").get(pk=grant_id)
    attempts = _move_deadlines(grant, sitting, reason)
    _audit_grant("grant.revoked", grant, actor_id, reason)
    _order(grant, attempts, -grant.extra, Gift(-grant.extra, actor_id=actor_id, reason=reason))


def note_seen(order: UUID) -> None:
    """Write down that the candidate has confirmed what this order told; a repeat changes nothing."""
    GrantReceipt.objects.filter(order=order, seen_at=None).update(seen_at=database_now())


def _led_sitting(sitting_id: int, actor_id: int) -> Sitting:
    """Return the sitting, its row held, if the actor leads it: an early end comes wholly before
    or wholly after.
    """  # noqa: D205 one sentence
    sitting = Sitting.objects.select_for_update(no_key=True).filter(pk=sitting_id).first()
    if sitting is None:
        raise SittingUnknown(sitting=sitting_id)
    where = {"institution_id": sitting.institution_id, "class_id": sitting.class_group_id}
    if not can_lead_sitting(roles_of(actor_id), **where):
        raise Forbidden
    return sitting


def _check_scope(sitting: Sitting, to: Scope) -> None:
    if to.attempt_id is not None:
        one = sitting.attempts.filter(pk=to.attempt_id, state__in=LIVE)
        if to.room or not one.exists():
            raise AttemptUnknown(attempt=to.attempt_id)
    elif to.room and not sitting.candidates.filter(room=to.room).exists():
        raise GrantInvalid


def _move_deadlines(grant: TimeGrant, sitting: Sitting, reason: str) -> list[Attempt]:
    """Give the live attempts that an entry reaches their deadline anew; returns them."""
    rows = Attempt.objects.select_related("sitting", "candidate").defer("paper")
    live = rows.select_for_update(of=("self",)).filter(sitting=sitting, state__in=LIVE)
    attempts = [one for one in live.order_by("pk") if reaches(grant, one)]
    renew_deadlines(sitting, attempts)
    tell_deadlines(attempts, reason)
    return attempts


def _order(grant: TimeGrant, attempts: Sequence[Attempt], extra: timedelta, said: Gift) -> None:
    """Let each candidate be told by a command that waits for "seen", and keep a receipt for it."""
    orders = {one.pk: uuid4() for one in attempts}
    add_receipts(grant, orders)
    seqs = next_command_seqs(list(orders))
    bus.emit(
        LedgerChanged(
            sitting_id=grant.sitting_id,
            actor_id=said.actor_id,
            extra=extra,
            reason=said.reason.strip(),
            orders=tuple(
                TimeOrder(attempt_id=pk, order=order, seq=seqs[pk]) for pk, order in orders.items()
            ),
        )
    )


def _audit_grant(action: str, grant: TimeGrant, actor_id: int, reason: str) -> None:
    """Append one line about an entry of the ledger, whether or not an attempt is live."""
    data = {
        "grant": grant.pk,
        "attempt": grant.attempt_id,
        "room": grant.room,
        "extra_s": int(grant.extra.total_seconds()),
    }
    append_line(action, grant.sitting, actor_id, reason=reason, data=data)


# ── Shared with attempts.py: one attempt, by those who are assigned to it ───────────────────
def add_grant(gift: Gift, sitting_id: int, attempt_id: int | None, *, room: str = "") -> TimeGrant:
    """Write an entry of the ledger, at the database's instant."""
    return TimeGrant.objects.create(
        sitting_id=sitting_id,
        attempt_id=attempt_id,
        room=room,
        extra=gift.extra,
        kind=gift.kind,
        reason=gift.reason.strip(),
        granted_by_id=gift.actor_id,
        granted_at=database_now(),
        request=gift.request,
    )


def add_receipts(grant: TimeGrant, orders: Mapping[int, UUID]) -> None:
    """Keep who is told of an entry (of its end, if it was taken back) by which command."""
    GrantReceipt.objects.bulk_create(
        GrantReceipt(
            grant=grant,
            attempt_id=attempt_id,
            order=order,
            is_revocation=grant.revoked_at is not None,
        )
        for attempt_id, order in orders.items()
    )


def renew_deadlines(sitting: Sitting, attempts: Sequence[Attempt]) -> None:
    """Give attempts, whose rows are held, their deadlines by the ledger. Four queries.

    The sitting and the candidates are read again: where the rows had to be waited for, what was
    read along with them is older, and an early end or an accommodation would be outrun.
    """
    sitting.refresh_from_db()
    candidates = Candidate.objects.in_bulk([one.candidate_id for one in attempts])
    for attempt in attempts:
        attempt.candidate = candidates[attempt.candidate_id]
    deadlines = deadlines_of(sitting, attempts)
    write_deadlines(deadlines)
    for attempt in attempts:
        attempt.deadline = deadlines[attempt.pk]


def tell_deadlines(attempts: Sequence[Attempt], reason: str) -> None:
    """Say where the deadlines stand now: to the other apps, the candidates and the board."""
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


def require_unfinished(sitting: Sitting) -> None:
    """Refuse to touch the ledger of a sitting that is over: its deadlines are history."""
    if sitting.state not in UNFINISHED:
        raise IllegalMove(SITTING.name, sitting.state, "extend")


def require_time(sitting: Sitting) -> None:
    """Refuse time that nobody would get: an early end is the last word."""
    require_unfinished(sitting)
    if sitting.ended_early_at is not None:
        raise IllegalMove(SITTING.name, "ended_early", "extend")


def require_reason(reason: str) -> None:
    """Refuse an act whose reason people are told, without one."""
    if not reason.strip():
        raise ReasonNeeded
