"""Append one hash-chained audit line in the caller's transaction."""

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection, transaction

from kernel import clock
from kernel.models import AuditEntry

GENESIS: Final = "0" * 64
_LOCK_CLASS: Final = 0x1A0D17  # first key of the advisory locks that order a chain


def append(
    action: str,
    *,
    actor_id: int | None,
    subject: str,
    reason: str = "",
    data: dict[str, object] | None = None,
    institution_id: int | None = None,
) -> AuditEntry:
    """Record a privileged act; it commits or rolls back with the act itself.

    Args:
        action: `noun.verbed`, for example `attempt.extended`.
        actor_id: Who did it; None for the system.
        subject: `noun:id` of what it was done to.
        reason: The words given by the actor, where the act needs them.
        data: JSON-safe facts (before, after); dictionaries with text keys.
        institution_id: Chain to append to; None is the system chain.

    Raises:
        TransactionManagementError: No transaction is open, which has to hold the chain's lock.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(f"no transaction around {action}")
    chain = f"institution:{institution_id}" if institution_id else "system"
    last = _locked_end(chain)
    entry = AuditEntry(
        chain=chain,
        position=last.position + 1 if last else 1,
        at=clock.now(),
        actor_id=actor_id,
        action=action,
        subject=subject,
        reason=reason,
        data=data or {},
        prev_hash=last.hash if last else GENESIS,
    )
    entry.hash = hash_of(entry)
    entry.save(force_insert=True)
    return entry


def _locked_end(chain: str) -> AuditEntry | None:
    """Return the last entry of a chain; nobody else appends to it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_CLASS, chain])
    return AuditEntry.objects.filter(chain=chain).order_by("-position").first()


def hash_of(entry: AuditEntry) -> str:
    """Return the SHA-256 of the entry's canonical JSON, its predecessor's hash included."""
    facts = {
        "chain": entry.chain,
        "position": entry.position,
        "at": _instant(entry.at),
        "actor": entry.actor_id,
        "action": entry.action,
        "subject": entry.subject,
        "reason": entry.reason,
        "data": _canonical(entry.data),
        "prev": entry.prev_hash,
    }
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def first_broken(chain: str) -> int | None:
    """Return the position of the first entry that does not fit its chain; None if all do."""
    expected_prev, expected_position = GENESIS, 1
    for entry in AuditEntry.objects.filter(chain=chain).order_by("position").iterator():
        fits = entry.position == expected_position and entry.prev_hash == expected_prev
        if not fits or entry.hash != hash_of(entry):
            return expected_position
        expected_prev, expected_position = entry.hash, entry.position + 1
    return None


def _canonical(value: Any) -> Any:  # noqa: ANN401 JSON in, JSON out
    """Return `value` with numbers as text: PostgreSQL gives 1e20 back as a whole number."""
    match value:
        case bool() | None | str():
            return value
        case int() | float():
            return f"{(Decimal(repr(value)) + 0).normalize():f}"
        case list() | tuple():
            return [_canonical(item) for item in value]
        case dict():
            return {str(key): _canonical(item) for key, item in value.items()}
        case _:
            raise TypeError(f"not JSON: {type(value).__name__}")


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
