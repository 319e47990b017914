"""Wrong tries at sign-in per person and day, over all addresses together.

The narrow limit of allauth counts by person and address: who guesses from many addresses gets its
tries many times. Here all addresses count together, a UTC day at a time. Browsers in which the
person has signed in before are counted apart, so that a stranger cannot use up a student's tries.

The counts are in the cache: they promise nothing to anybody, and an emptied Redis starts a new
day. Without Redis nobody signs in (fails closed).
"""

import contextlib
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from django.core.cache import cache

from kernel import clock

# NIST SP 800-63B-4, 3.2.2: no more than 100 failed tries in a row on one account.
A_DAY: Final = 100
LIFTED_FOR: Final = timedelta(minutes=30)
_KEEP_S: Final = 2 * 24 * 3600


@dataclass(frozen=True, slots=True)
class CountedTry:
    """One try that has been counted.

    Attributes:
        wait: How long to wait, when the day's tries are used up; None lets it go on.
        key: Where it was counted; "" where it was not.
    """

    wait: timedelta | None = None
    key: str = ""


def count_try(who: str) -> CountedTry:
    """Count one try before the password is looked at.

    Args:
        who: `person_key(id)`, or a text of the same kind for people who do not exist.
    """
    if cache.get(_lifted(who)):
        return CountedTry()
    key = _today(who)
    cache.add(key, 0, timeout=_KEEP_S)
    tries = cache.incr(key)
    return CountedTry(_midnight() - clock.now() if tries > A_DAY else None, key)


def give_back(counted: CountedTry) -> None:
    """Take back a counted try: the password was right."""
    if counted.key:
        with contextlib.suppress(ValueError):  # Redis was emptied meanwhile
            cache.decr(counted.key)


def blocked_until(user_id: int) -> datetime | None:
    """Return until when unknown browsers may not sign in as this person; None when they may."""
    who = person_key(user_id)
    if cache.get(_lifted(who)) or cache.get(_today(who), 0) < A_DAY:
        return None
    return _midnight()


def lift(user_id: int) -> None:
    """Let a person sign in from anywhere: for half an hour only the limit per address counts.

    A count that merely began anew would be used up again at once by whoever keeps guessing.
    """
    who = person_key(user_id)
    cache.set(_lifted(who), 1, timeout=int(LIFTED_FOR.total_seconds()))
    cache.delete(_today(who))


def person_key(user_id: int) -> str:
    """Return what tries on a person are counted by, however the person was named."""
    return f"person:{user_id}"


def _today(who: str) -> str:
    return f"tries:{clock.now():%Y-%m-%d}:{_hashed(who)}"


def _lifted(who: str) -> str:
    return f"tries:lifted:{_hashed(who)}"


def _hashed(who: str) -> str:
    return hashlib.sha256(who.encode()).hexdigest()  # typed by anybody: long, and of any letters


def _midnight() -> datetime:
    return datetime.combine(clock.now().date() + timedelta(days=1), time(), UTC)
