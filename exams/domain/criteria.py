"""What an answer earned by each criterion of its rubric, of the marks that count (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from exams.domain.marking import AgreementRule
from exams.domain.rubric import CriterionContent, RubricContent


@dataclass(frozen=True, slots=True)
class PickedMark:
    """What one person gave to an answer by its rubric.

    Attributes:
        points: Of all criteria together.
        levels: Place of the picked level by place of the criterion, both from 0.
        remarks: By place of the criterion; empty ones count as none.
    """

    points: Fraction
    levels: Mapping[int, int]
    remarks: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CriterionOutcome:
    """What an answer earned by one criterion.

    Attributes:
        levels: Words of the levels that were picked, each once.
        remarks: In the order given, each once.
    """

    name: str
    points: Fraction
    possible: Fraction
    levels: tuple[str, ...]
    remarks: tuple[str, ...]


def marks_that_count(given: Sequence[PickedMark], rule: AgreementRule) -> list[PickedMark]:
    """Return the marks of which the points of an answer are made.

    Args:
        given: One mark, two that agree, or three of which the last one reconciles; oldest first.
        rule: Which points count when two agree.
    """
    if len(given) != 2:
        return list(given[-1:])
    match rule:
        case AgreementRule.AVERAGE:
            return list(given)
        case AgreementRule.FIRST:
            return [given[0]]
        case AgreementRule.HIGHER:
            return [max(given, key=lambda mark: mark.points)]


def outcomes_of(
    rubric: RubricContent, marks: Sequence[PickedMark], possible: Fraction
) -> tuple[CriterionOutcome, ...]:
    """Return what every criterion earned: the mean of the marks, exact.

    Args:
        rubric: Of the question.
        marks: Those that count, each with one level for every criterion.
        possible: What the question carries; where it was corrected, the rubric's share counts.
    """
    share = possible / rubric.most if rubric.most else Fraction(1)
    return tuple(
        _outcome(criterion, place, marks, share) for place, criterion in enumerate(rubric.criteria)
    )


def _outcome(
    criterion: CriterionContent, place: int, marks: Sequence[PickedMark], share: Fraction
) -> CriterionOutcome:
    picked = [criterion.levels[mark.levels[place]] for mark in marks]
    points = sum((Fraction(level.points) for level in picked), Fraction(0))
    remarks = [mark.remarks.get(place, "").strip() for mark in marks]
    return CriterionOutcome(
        name=criterion.name,
        points=points / len(marks) * share,
        possible=criterion.most * share,
        levels=tuple(dict.fromkeys(level.text for level in picked if level.text)),
        remarks=tuple(dict.fromkeys(remark for remark in remarks if remark)),
    )
