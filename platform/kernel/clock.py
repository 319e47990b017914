"""The only reader of "now": aware UTC, so that tests can freeze time in one place."""

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """Return the current instant, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 the one permitted call


def to_millis(instant: datetime) -> int:
    """Return whole milliseconds since the Unix epoch, the form times take on the wire."""
    return (instant - EPOCH) // timedelta(milliseconds=1)


def to_millis_or_none(instant: datetime | None) -> int | None:
    """Return the form on the wire of an instant that may not have come."""
    return None if instant is None else to_millis(instant)
