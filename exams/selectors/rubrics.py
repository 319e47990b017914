"""Reads of rubrics: typed, as they are edited and frozen."""

from exams.domain.rubric import CriterionContent, LevelContent, RubricContent
from exams.models import Criterion, Rubric


def rubric_of(question_id: int) -> RubricContent | None:
    """Return the rubric of a question; None if it has none. At most three queries."""
    rubric = (
        Rubric.objects.prefetch_related("criteria__levels").filter(question_id=question_id).first()
    )
    return content_of_rubric(rubric) if rubric else None


def content_of_rubric(rubric: Rubric) -> RubricContent:
    """Return a stored rubric as it is frozen with its exam."""
    return RubricContent(
        criteria=tuple(_criterion(row) for row in rubric.criteria.all()), guidance=rubric.guidance
    )


def _criterion(row: Criterion) -> CriterionContent:
    levels = tuple(LevelContent(points=one.points, text=one.text) for one in row.levels.all())
    return CriterionContent(name=row.name, levels=levels)
