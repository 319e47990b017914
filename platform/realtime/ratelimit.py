"""Token buckets (pure): how often a socket may speak."""

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
