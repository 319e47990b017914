"""Reads of the time ledger: its entries, and who has seen what they were told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from exams.models import Candidate, GrantReceipt, TimeGrant


@dataclass(frozen=True, slots=True)
class Seen:
    """How many were told of an entry, how many have confirmed it, and who has not."""

    told: int = 0
    confirmed: int = 0
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GrantView:
    """One entry of the time ledger.

    Attributes:
        room: Only for this room; empty for one attempt and for everybody.
        seen: Who has confirmed the entry; of its end, if it was taken back.
    """

    id: int
    attempt_id: int | None
    room: str
    extra: timedelta
    kind: str
    reason: str
    granted_by_id: int | None
    granted_at: datetime
    revoked_at: datetime | None
    revoked_by_id: int | None
    revoked_reason: str
    seen: Seen


def grants_of_sitting(sitting_id: int) -> list[GrantView]:
    """Return the ledger of a sitting, oldest first. Two queries."""
    rows = list(TimeGrant.objects.filter(sitting_id=sitting_id).order_by("granted_at", "pk"))
    receipts = _receipts_of(sitting_id)
    return [
        GrantView(
            id=row.pk,
            attempt_id=row.attempt_id,
            room=row.room,
            extra=row.extra,
            kind=row.kind,
            reason=row.reason,
            granted_by_id=row.granted_by_id,
            granted_at=row.granted_at,
            revoked_at=row.revoked_at,
            revoked_by_id=row.revoked_by_id,
            revoked_reason=row.revoked_reason,
            seen=_seen(receipts.get((row.pk, row.revoked_at is not None), ())),
        )
        for row in rows
    ]


def _receipts_of(sitting_id: int) -> dict[tuple[int, bool], list[tuple[str, bool]]]:
    rows = GrantReceipt.objects.filter(grant__sitting_id=sitting_id).annotate(
        name=F("attempt__student__full_name")
    )
    found: dict[tuple[int, bool], list[tuple[str, bool]]] = {}
    for row in rows.order_by("name", "pk"):
        entry = found.setdefault((row.grant_id, row.is_revocation), [])
        entry.append((row.name, row.seen_at is not None))
    return found


def _seen(receipts: Iterable[tuple[str, bool]]) -> Seen:
    known = list(receipts)
    waiting = tuple(name for name, has_seen in known if not has_seen)
    return Seen(told=len(known), confirmed=len(known) - len(waiting), waiting=waiting)


def rooms_of_sitting(sitting_id: int) -> list[str]:
    """Return the rooms in which candidates sit, by name. One query."""
    rows = Candidate.objects.filter(sitting_id=sitting_id).exclude(room="")
    return list(rows.order_by("room").values_list("room", flat=True).distinct())
