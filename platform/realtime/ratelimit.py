"""Token buckets (pure): how often a socket, or a person on any socket, may speak."""

from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """Allowed pace.

    Attributes:
        per_second: Tokens that come back each second.
        burst: Most tokens held; the first so many messages pass at once.
    """

    per_second: float
    burst: int


class TokenBucket:
    """One bucket. Time is given by the caller, in seconds of any steady clock."""

    __slots__ = ("_at", "_rate", "_tokens")

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._tokens = float(rate.burst)
        self._at = now

    def take(self, now: float) -> bool:
        """Take one token; False when there is none."""
        gained = max(0.0, now - self._at) * self._rate.per_second
        self._tokens = min(float(self._rate.burst), self._tokens + gained)
        self._at = max(self._at, now)
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def is_full(self, now: float) -> bool:
        """Whether it holds all it can: as good as a new one."""
        gained = max(0.0, now - self._at) * self._rate.per_second
        return self._tokens + gained >= self._rate.burst


class Buckets:
    """Buckets that outlive a socket: who closes one and opens another finds them as they were."""

    def __init__(self) -> None:
        self._buckets: dict[Hashable, TokenBucket] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: Hashable, rate: Rate, now: float) -> bool:
        """Take one token of the bucket of this key; False when there is none."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = TokenBucket(rate, now)
        return bucket.take(now)

    def forget_full(self, now: float) -> None:
        """Drop the buckets that say no more than a new one would."""
        for key, bucket in list(self._buckets.items()):
            if bucket.is_full(now):
                del self._buckets[key]
