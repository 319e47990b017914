"""What the answers of one paper earned by the criteria of their rubrics, without who marked them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from exams.domain.content import QuestionContent
from exams.domain.criteria import PickedMark, marks_that_count, outcomes_of
from exams.domain.rubric import RubricContent
from exams.domain.scoring import shown, stored
from exams.models import GivenMark, Mark
from exams.selectors.markingplans import marking_rules


@dataclass(frozen=True, slots=True)
class CriterionView:
    """One criterion. Points are rounded half up for display.

    Attributes:
        levels: Words of what was picked; two where two markers picked differently.
    """

    name: str
    points: Decimal
    possible: Decimal
    levels: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CriteriaView:
    """All criteria of one answer.

    Attributes:
        is_current: They add up to the points of the answer; nobody has changed those since.
    """

    criteria: tuple[CriterionView, ...]
    is_current: bool


def criteria_of(
    marks: Mapping[int, Mark],
    questions: Iterable[QuestionContent],
    *,
    sitting_id: int,
    to_student: bool,
) -> dict[int, CriteriaView]:
    """Return what was picked and remarked, by question id, where the points are final.

    Two queries; none where no question has a rubric.

    Args:
        marks: Of one result, by question id; those that wait for a person say nothing yet.
        questions: Of the paper.
        sitting_id: Whose marking plan says which of two marks count.
        to_student: The plan may keep it from students.
    """
    rubrics = {
        one.id: one.rubric
        for one in questions
        if one.rubric and one.rubric.criteria and one.id in marks
    }
    settled = {one: rubric for one, rubric in rubrics.items() if not marks[one].needs_person}
    if not settled:
        return {}
    rules = marking_rules(sitting_id)
    if to_student and not rules.show_criteria:
        return {}
    given = _given(marks[one] for one in settled)
    return {
        one: _view(rubric, marks_that_count(given[one], rules.agreement), marks[one])
        for one, rubric in settled.items()
        if one in given and marks[one].possible
    }


def _given(marks: Iterable[Mark]) -> dict[int, list[PickedMark]]:
    """Return the marks that people picked by a rubric, oldest first, by question id. One query."""
    wanted = {row.question_id: row.result_id for row in marks}
    rows = GivenMark.objects.filter(
        marking__result_id__in=set(wanted.values()),
        marking__question_id__in=wanted,
        set_aside_at=None,
    ).exclude(levels={})
    found: dict[int, list[PickedMark]] = {}
    for row in rows.order_by("pk").select_related("marking"):
        found.setdefault(row.marking.question_id, []).append(_picked(row))
    return found


def criteria_given(
    rubric: RubricContent | None, row: GivenMark, possible: Decimal
) -> tuple[CriterionView, ...]:
    """Return what one person picked and remarked; empty where they gave plain points."""
    if not (rubric and row.levels and possible):
        return ()
    return _shown(rubric, [_picked(row)], possible)


def _picked(row: GivenMark) -> PickedMark:
    return PickedMark(
        points=stored(row.points_num, row.points_den),
        levels={int(place): one["level"] for place, one in row.levels.items()},
        remarks={int(place): one["comment"] for place, one in row.levels.items()},
    )


def _view(rubric: RubricContent, counted: list[PickedMark], mark: Mark) -> CriteriaView:
    outcomes = outcomes_of(rubric, counted, Fraction(mark.possible))
    points = stored(mark.points_num, mark.points_den)
    return CriteriaView(
        criteria=_shown(rubric, counted, mark.possible),
        is_current=points == sum(one.points for one in outcomes),
    )


def _shown(
    rubric: RubricContent, marks: list[PickedMark], possible: Decimal
) -> tuple[CriterionView, ...]:
    return tuple(
        CriterionView(one.name, shown(one.points), shown(one.possible), one.levels, one.remarks)
        for one in outcomes_of(rubric, marks, Fraction(possible))
    )
