"""The life of one SMS to one person as a table; quiet hours and pauses (pure)."""

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kernel.machine import Machine

MAX_TRIES: Final = 8
CLAIM_LEASE: Final = timedelta(seconds=60)
QUIET_FROM: Final = time(22, 0)
QUIET_TO: Final = time(7, 0)
_FIRST_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PAUSE: Final = timedelta(minutes=10)


class DeliveryState(StrEnum):
    """Where one SMS to one person stands."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    REJECTED = "rejected"
    RETRY = "retry"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class DeliveryAction(StrEnum):
    """What may happen to it."""

    CLAIM = "claim"
    DEFER = "defer"
    SKIP = "skip"
    SEND = "send"
    ACCEPT = "accept"
    REJECT = "reject"
    RETRY = "retry"
    LOSE = "lose"
    RELEASE = "release"
    DELIVER = "deliver"
    FAIL = "fail"


_S, _A = DeliveryState, DeliveryAction

# `sending` is stored before the request leaves. From it, only a definite "not sent" leads back to
# a try; whatever is not known leads to `unknown`, and only the provider's own records lead out.
# A report about the last request counts until the next one begins: it proves that it had left.
DELIVERY: Machine[DeliveryState, DeliveryAction] = Machine(
    name="delivery",
    start=_S.PENDING,
    moves={
        (_S.PENDING, _A.CLAIM): _S.CLAIMED,
        (_S.RETRY, _A.CLAIM): _S.CLAIMED,
        (_S.CLAIMED, _A.CLAIM): _S.CLAIMED,  # its worker went silent before it sent anything
        (_S.CLAIMED, _A.DEFER): _S.PENDING,
        (_S.PENDING, _A.SKIP): _S.SKIPPED,
        (_S.RETRY, _A.SKIP): _S.SKIPPED,
        (_S.CLAIMED, _A.SKIP): _S.SKIPPED,
        (_S.CLAIMED, _A.SEND): _S.SENDING,
        (_S.SENDING, _A.ACCEPT): _S.ACCEPTED,
        (_S.SENDING, _A.REJECT): _S.REJECTED,
        (_S.SENDING, _A.RETRY): _S.RETRY,
        (_S.SENDING, _A.LOSE): _S.UNKNOWN,
        (_S.SENDING, _A.DELIVER): _S.DELIVERED,  # the report overtook the answer
        (_S.SENDING, _A.FAIL): _S.UNDELIVERED,
        (_S.UNKNOWN, _A.ACCEPT): _S.ACCEPTED,
        (_S.UNKNOWN, _A.DELIVER): _S.DELIVERED,
        (_S.UNKNOWN, _A.FAIL): _S.UNDELIVERED,
        (_S.UNKNOWN, _A.RELEASE): _S.RETRY,  # the provider has no record of it
        (_S.PENDING, _A.ACCEPT): _S.ACCEPTED,
        (_S.PENDING, _A.DELIVER): _S.DELIVERED,
        (_S.PENDING, _A.FAIL): _S.UNDELIVERED,
        (_S.RETRY, _A.ACCEPT): _S.ACCEPTED,
        (_S.RETRY, _A.DELIVER): _S.DELIVERED,
        (_S.RETRY, _A.FAIL): _S.UNDELIVERED,
        (_S.CLAIMED, _A.ACCEPT): _S.ACCEPTED,
        (_S.CLAIMED, _A.DELIVER): _S.DELIVERED,
        (_S.CLAIMED, _A.FAIL): _S.UNDELIVERED,
        (_S.ACCEPTED, _A.DELIVER): _S.DELIVERED,
        (_S.ACCEPTED, _A.FAIL): _S.UNDELIVERED,
    },
    ends=frozenset({_S.DELIVERED, _S.UNDELIVERED, _S.REJECTED, _S.SKIPPED}),
)

OPEN: Final = frozenset({_S.PENDING, _S.CLAIMED, _S.SENDING, _S.RETRY, _S.UNKNOWN})
"""States in which the notice still has work to do for this recipient."""


LEFT: Final = frozenset({_S.SENDING, _S.UNKNOWN, _S.ACCEPTED, _S.DELIVERED, _S.UNDELIVERED})
"""States of a message that has left or may have: what the daily limits count."""


def pause_before(tries: int) -> timedelta:
    """Return the pause after the `tries`-th definite "not sent": 5 s, 10 s … 10 min."""
    doublings = min(max(tries - 1, 0), 16)
    return min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of this name, UTC for one that is not known."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def next_waking(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return `instant`, or the end of the recipient's night when it falls into it.

    Args:
        instant: Aware.
        zone: The recipient's own.
    """
    local = instant.astimezone(zone)
    clock_time = local.timetz().replace(tzinfo=None)
    if QUIET_TO <= clock_time < QUIET_FROM:
        return instant
    day = local.date() if clock_time < QUIET_TO else local.date() + timedelta(days=1)
    return datetime.combine(day, QUIET_TO, tzinfo=zone).astimezone(instant.tzinfo)
