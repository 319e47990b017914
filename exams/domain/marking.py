"""How people mark one answer: alone or two of them, blind, and when two marks agree (pure)."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from kernel.machine import Machine


class MarkingState(StrEnum):
    """Where the marking of one answer stands."""

    WAITING = "waiting"
    FIRST_IN = "first_in"
    DISPUTED = "disputed"
    SETTLED = "settled"


class MarkingAction(StrEnum):
    """What may happen to it. `reopen` when another answer counts, or the points are in doubt."""

    GIVE_ONLY = "give_only"
    GIVE_FIRST = "give_first"
    AGREE = "agree"
    DISAGREE = "disagree"
    RECONCILE = "reconcile"
    REOPEN = "reopen"


MARKING: Final[Machine[MarkingState, MarkingAction]] = Machine(
    name="marking",
    start=MarkingState.WAITING,
    moves={
        (MarkingState.WAITING, MarkingAction.GIVE_ONLY): MarkingState.SETTLED,
        (MarkingState.WAITING, MarkingAction.GIVE_FIRST): MarkingState.FIRST_IN,
        (MarkingState.FIRST_IN, MarkingAction.AGREE): MarkingState.SETTLED,
        (MarkingState.FIRST_IN, MarkingAction.DISAGREE): MarkingState.DISPUTED,
        (MarkingState.DISPUTED, MarkingAction.RECONCILE): MarkingState.SETTLED,
        (MarkingState.FIRST_IN, MarkingAction.REOPEN): MarkingState.WAITING,
        (MarkingState.DISPUTED, MarkingAction.REOPEN): MarkingState.WAITING,
        (MarkingState.SETTLED, MarkingAction.REOPEN): MarkingState.WAITING,
    },
    ends=frozenset(),
)


class AgreementRule(StrEnum):
    """Which points count when two marks agree within the tolerance."""

    AVERAGE = "average"
    FIRST = "first"
    HIGHER = "higher"


@dataclass(frozen=True, slots=True)
class MarkingRules:
    """How the answers of one sitting are marked by people.

    Attributes:
        blind: Candidates are numbers until every answer is marked.
        second_marker: Two people mark each answer, neither knowing the other's points.
        tolerance_percent: Of the question's points; two marks this close together agree.
        show_criteria: Students see what each criterion of a rubric earned, and its remarks.
    """

    blind: bool = False
    second_marker: bool = False
    tolerance_percent: int = 10
    agreement: AgreementRule = AgreementRule.AVERAGE
    show_criteria: bool = True


def agreed_points(
    first: Fraction, second: Fraction, possible: Fraction, rules: MarkingRules
) -> Fraction | None:
    """Return the points that two marks come to; None when they are too far apart.

    Equal marks always agree; the average of two is exact, never rounded.
    """
    if abs(first - second) * 100 > possible * rules.tolerance_percent:
        return None
    match rules.agreement:
        case AgreementRule.AVERAGE:
            return (first + second) / 2
        case AgreementRule.FIRST:
            return first
        case AgreementRule.HIGHER:
            return max(first, second)


def blind_number(salt: str, attempt_id: int) -> str:
    """Return the number that stands for a candidate: stable, and without any order.

    Eight digits: in a sitting of a thousand, two share one once in two hundred sittings, which
    is no harm, since nothing is looked up by it.
    """
    digest = hashlib.sha256(f"{salt}/{attempt_id}".encode()).digest()
    digits = f"{int.from_bytes(digest[:8]) % 10**8:08d}"
    return f"{digits[:4]}-{digits[4:]}"
