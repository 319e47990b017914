"""Rubrics: criteria with levels that a person picks from; the points add up (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

import msgspec

from exams.domain.answer import PERSON_KINDS, QuestionKind

MAX_CRITERIA: Final = 20
MAX_LEVELS: Final = 8


class LevelContent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How well a criterion is met."""

    points: Decimal
    text: str


class CriterionContent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing to look for."""

    name: str
    levels: tuple[LevelContent, ...]

    @property
    def most(self) -> Fraction:
        """The points of its best level."""
        return max((Fraction(level.points) for level in self.levels), default=Fraction(0))


class RubricContent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a person looks for in the answers to one question; frozen with the exam."""

    criteria: tuple[CriterionContent, ...]
    guidance: str = ""

    @property
    def most(self) -> Fraction:
        """What the best levels add up to: the points of the question."""
        return sum((one.most for one in self.criteria), Fraction(0))


class NotPicked(Exception):
    """A criterion has no level picked, or one that it does not have."""


def points_of_levels(rubric: RubricContent, picked: Mapping[int, int]) -> Fraction:
    """Return what the picked levels add up to.

    Args:
        rubric: Of the question.
        picked: Place of the level by place of the criterion, both from 0; one for each criterion.

    Raises:
        NotPicked: A criterion has none, or the level does not exist.
    """
    if set(picked) != set(range(len(rubric.criteria))):
        raise NotPicked
    points = Fraction(0)
    for place, criterion in enumerate(rubric.criteria):
        level = picked[place]
        if not 0 <= level < len(criterion.levels):
            raise NotPicked
        points += Fraction(criterion.levels[level].points)
    return points


class RubricFault(StrEnum):
    """What is wrong with a rubric. Texts for people are made at the edge."""

    NOT_FOR_KIND = "not_for_kind"
    TOO_MANY = "too_many"
    NO_NAME = "no_name"
    TOO_FEW_LEVELS = "too_few_levels"
    OUT_OF_RANGE = "out_of_range"
    NOT_THE_POINTS = "not_the_points"


@dataclass(frozen=True, slots=True)
class RubricFinding:
    """One thing to mend; `place` is that of the criterion, None for the whole."""

    fault: RubricFault
    place: int | None = None


def findings_of_rubric(
    rubric: RubricContent, *, kind: QuestionKind, points: Decimal
) -> list[RubricFinding]:
    """Return everything that is wrong with a rubric; empty when it may be stored.

    The best levels add up to what the question carries: a perfect answer earns all of it.
    """
    if not rubric.criteria:
        return []
    findings = list(_of_criteria(rubric.criteria))
    if kind not in PERSON_KINDS:
        findings.append(RubricFinding(RubricFault.NOT_FOR_KIND))
    if len(rubric.criteria) > MAX_CRITERIA:
        findings.append(RubricFinding(RubricFault.TOO_MANY))
    if not findings and rubric.most != Fraction(points):
        findings.append(RubricFinding(RubricFault.NOT_THE_POINTS))
    return findings


def _of_criteria(criteria: Sequence[CriterionContent]) -> Iterator[RubricFinding]:
    for place, criterion in enumerate(criteria):
        if not criterion.name.strip() or len(criterion.name) > 200:
            yield RubricFinding(RubricFault.NO_NAME, place)
        if not 2 <= len(criterion.levels) <= MAX_LEVELS:
            yield RubricFinding(RubricFault.TOO_FEW_LEVELS, place)
        if not all(one.points.is_finite() and one.points >= 0 for one in criterion.levels):
            yield RubricFinding(RubricFault.OUT_OF_RANGE, place)
