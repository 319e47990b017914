"""Which of a candidate's attempts in one sitting counts (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class AttemptsCount(StrEnum):
    """Which of several attempts counts."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt that was handed in.

    Attributes:
        attempt_id: Which one.
        number: Counted from 1 in the order in which they began.
        share: Of the reachable points; None where there are none to reach.
        is_complete: Graded, and nothing of it waits for a person.
    """

    attempt_id: int
    number: int
    share: Fraction | None
    is_complete: bool


def counting_attempt(tried: Sequence[Tried], rule: AttemptsCount) -> int | None:
    """Return the attempt that counts; None while nothing was handed in.

    Of equally good ones it is the earlier. What is not marked completely is no better than what is,
    so the best one is only certain once everything is marked; nothing is released before.
    """
    if not tried:
        return None
    match rule:
        case AttemptsCount.BEST:
            return max(tried, key=_goodness).attempt_id
        case AttemptsCount.LAST:
            return max(tried, key=lambda one: one.number).attempt_id
        case AttemptsCount.FIRST:
            return min(tried, key=lambda one: one.number).attempt_id


def _goodness(one: Tried) -> tuple[bool, Fraction, int]:
    share = one.share or Fraction(0)
    return one.is_complete, share if one.is_complete else Fraction(0), -one.number
