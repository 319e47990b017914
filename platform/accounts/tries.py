"""Wrong tries at sign-in, counted three ways; a right password gives its try back.

- By address, wide: an exam hall sits behind one.
- By person and place, narrow: guessing in one place does not keep a person out elsewhere. A place
  is an address; browsers in which the person has signed in before are a place of their own.
- By person and UTC day, over all addresses together: who guesses from many gets no more. Known
  browsers are counted apart, so that a stranger cannot use up a student's tries.

Each count is one atomic step of Redis. The counts promise nothing to anybody: an emptied Redis
begins anew. Without Redis nobody signs in (fails closed).
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
AT_A_PLACE: Final = 10
PLACE_PERIOD: Final = timedelta(minutes=15)
FROM_AN_ADDRESS: Final = 600
ADDRESS_PERIOD: Final = timedelta(minutes=1)
LIFTED_FOR: Final = timedelta(minutes=30)
_KEEP_S: Final = 2 * 24 * 3600


@dataclass(frozen=True, slots=True)
class CountedTry:
    """One try that has been counted.

    Attributes:
        wait: How long to wait, when the tries are used up; None lets it go on.
        key: Where it was counted; "" where it was not.
    """

    wait: timedelta | None = None
    key: str = ""


def count_from(address: str) -> CountedTry:
    """Count one try from an address, whoever it names."""
    return _count_in(f"address:{address}", FROM_AN_ADDRESS, ADDRESS_PERIOD)


def count_at(place: str, who: str) -> CountedTry:
    """Count one try on a person at a place, unless the limit was lifted for the person."""
    if cache.get(_lifted(who)):
        return CountedTry()
    counted = _count_in(f"{who}@{place}", AT_A_PLACE, PLACE_PERIOD)
    if counted.wait is not None:
        until = clock.now() + counted.wait
        cache.set(_stopped(who), until, timeout=_seconds(counted.wait))
    return counted


def count_try(who: str) -> CountedTry:
    """Count one try of the day before the password is looked at.

    Args:
        who: `person_key(id)`, or a text of the same kind for people who do not exist.
    """
    if cache.get(_lifted(who)):
        return CountedTry()
    key = _today(who)
    tries = _one_more(key, _KEEP_S)
    return CountedTry(_midnight() - clock.now() if tries > A_DAY else None, key)


def give_back(counted: CountedTry) -> None:
    """Take back a counted try: the password was right."""
    if counted.key:
        with contextlib.suppress(ValueError):  # Redis was emptied meanwhile
            cache.decr(counted.key)


def blocked_until(user_id: int) -> datetime | None:
    """Return until when unknown browsers may not sign in as this person; None when they may.

    Those of one place at least: where somebody guesses, the person may sit as well.
    """
    who = person_key(user_id)
    if cache.get(_lifted(who)):
        return None
    if cache.get(_today(who), 0) >= A_DAY:
        return _midnight()
    stopped: datetime | None = cache.get(_stopped(who))
    return stopped


def lift(user_id: int) -> None:
    """Let a person sign in from anywhere: for half an hour only the limit per address counts.

    A count that merely began anew would be used up again at once by whoever keeps guessing.
    """
    who = person_key(user_id)
    for counted_as in (who, known(who)):
        cache.set(_lifted(counted_as), 1, timeout=_seconds(LIFTED_FOR))
        cache.delete_many([_today(counted_as), _stopped(counted_as)])


def person_key(user_id: int) -> str:
    """Return what tries on a person are counted by, however the person was named."""
    return f"person:{user_id}"


def known(who: str) -> str:
    """Return what tries in browsers that the person has used before are counted by."""
    return f"{who}:known"


def _count_in(what: str, most: int, period: timedelta) -> CountedTry:
    """Count in a span that begins with the first try; the tries beyond `most` wait for its end."""
    now = clock.now()
    start_key = f"tries:since:{_hashed(what)}"
    cache.add(start_key, now, timeout=_seconds(period))
    start: datetime = cache.get(start_key, now)
    key = f"tries:{start.timestamp()}:{_hashed(what)}"
    tries = _one_more(key, 2 * _seconds(period))
    wait = max(start + period - clock.now(), timedelta())
    return CountedTry(wait if tries > most else None, key)


def _one_more(key: str, keep_s: int) -> int:
    cache.add(key, 0, timeout=keep_s)
    return int(cache.incr(key))


def _today(who: str) -> str:
    return f"tries:{clock.now():%Y-%m-%d}:{_hashed(who)}"


def _lifted(who: str) -> str:
    return f"tries:lifted:{_hashed(who)}"


def _stopped(who: str) -> str:
    return f"tries:stopped:{_hashed(who)}"


def _hashed(who: str) -> str:
    return hashlib.sha256(who.encode()).hexdigest()  # typed by anybody: long, and of any letters


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


def _midnight() -> datetime:
    return datetime.combine(clock.now().date() + timedelta(days=1), time(), UTC)
