"""The life of a regrade, what it proposes, and what it does to one result (pure)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import msgspec

from exams.domain.corrections import Correction
from kernel.machine import Machine


class RegradeState(StrEnum):
    """Where one regrade stands."""

    DRAFT = "draft"
    PREVIEWED = "previewed"
    APPROVED = "approved"
    REJECTED = "rejected"
    APPLIED = "applied"


class RegradeAction(StrEnum):
    """What may happen to it. `change` also when marks moved under an approved one."""

    PREVIEW = "preview"
    CHANGE = "change"
    APPROVE = "approve"
    REJECT = "reject"
    APPLY = "apply"


REGRADE: Final[Machine[RegradeState, RegradeAction]] = Machine(
    name="regrade",
    start=RegradeState.DRAFT,
    moves={
        (RegradeState.DRAFT, RegradeAction.CHANGE): RegradeState.DRAFT,
        (RegradeState.DRAFT, RegradeAction.PREVIEW): RegradeState.PREVIEWED,
        (RegradeState.DRAFT, RegradeAction.REJECT): RegradeState.REJECTED,
        (RegradeState.PREVIEWED, RegradeAction.CHANGE): RegradeState.DRAFT,
        (RegradeState.PREVIEWED, RegradeAction.APPROVE): RegradeState.APPROVED,
        (RegradeState.PREVIEWED, RegradeAction.REJECT): RegradeState.REJECTED,
        (RegradeState.APPROVED, RegradeAction.CHANGE): RegradeState.DRAFT,
        (RegradeState.APPROVED, RegradeAction.APPLY): RegradeState.APPLIED,
    },
    ends=frozenset({RegradeState.REJECTED, RegradeState.APPLIED}),
)

# One of these keeps others from being opened for the same sitting.
UNDER_WAY: Final = frozenset({RegradeState.DRAFT, RegradeState.PREVIEWED, RegradeState.APPROVED})


class LateAccept(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A held answer that is to count instead of what was handed in."""

    attempt: int
    question: int
    revision: int


class NewPoints(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Points that a person gives to one answer."""

    attempt: int
    question: int
    points: Decimal
    comment: str = ""


class Proposal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that a regrade changes.

    Attributes:
        corrections: By question id; None takes an earlier correction back.
        late: At most one held answer per attempt and question.
        points: At most one per attempt and question.
    """

    corrections: dict[str, Correction | None] = {}
    late: tuple[LateAccept, ...] = ()
    points: tuple[NewPoints, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing at all."""
        return not (self.corrections or self.late or self.points)

    def with_correction(self, question_id: int, correction: Correction | None) -> "Proposal":
        """Return it with another correction of one question."""
        return msgspec.structs.replace(
            self, corrections=self.corrections | {str(question_id): correction}
        )

    def with_late(self, one: LateAccept) -> "Proposal":
        """Return it with this held answer; it takes the place of another of the question."""
        place = (one.attempt, one.question)
        kept = tuple(o for o in self.late if (o.attempt, o.question) != place)
        return msgspec.structs.replace(self, late=(*kept, one))

    def with_points(self, one: NewPoints) -> "Proposal":
        """Return it with these points; they take the place of others for the same answer."""
        place = (one.attempt, one.question)
        kept = tuple(o for o in self.points if (o.attempt, o.question) != place)
        return msgspec.structs.replace(self, points=(*kept, one))

    def without(self, part: str) -> "Proposal":
        """Return it without one part, named as in `parts`."""
        return msgspec.structs.replace(
            self,
            corrections={q: c for q, c in self.corrections.items() if f"key-{q}" != part},
            late=tuple(o for o in self.late if f"late-{o.revision}" != part),
            points=tuple(o for o in self.points if f"points-{o.attempt}-{o.question}" != part),
        )

    def parts(self) -> list[str]:
        """Return the name of each part, as `without` takes it."""
        keys = [f"key-{question}" for question in self.corrections]
        late = [f"late-{one.revision}" for one in self.late]
        return keys + late + [f"points-{one.attempt}-{one.question}" for one in self.points]


def to_json(proposal: Proposal) -> dict[str, Any]:
    """Return a proposal as stored."""
    built: dict[str, Any] = msgspec.to_builtins(proposal)
    return built


def from_json(stored: dict[str, Any]) -> Proposal:
    """Return a stored proposal as its typed form; unknown fields are refused."""
    return msgspec.convert(stored, Proposal)


class Crossing(StrEnum):
    """What a regrade does to the pass mark of one result."""

    NONE = "none"
    NOW_PASSES = "now_passes"
    NOW_FAILS = "now_fails"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a result says, for display: percent half-up, passed by the exact fraction."""

    score: Decimal | None
    passed: bool | None


def crossing_of(before: Standing, after: Standing) -> Crossing:
    """Return whether a result crosses the pass mark, and which way."""
    if before.passed is not True and after.passed is True:
        return Crossing.NOW_PASSES
    if before.passed is not False and after.passed is False:
        return Crossing.NOW_FAILS
    return Crossing.NONE
