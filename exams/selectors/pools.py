"""Reads of the pools of an exam without their questions: where they lead, where others may lead."""

from dataclasses import dataclass

from exams.models import QuestionPool


@dataclass(frozen=True, slots=True)
class PoolPlace:
    """A pool and its place in its exam, counted from 1."""

    id: int
    order: int
    name: str


def pool_places(exam_id: int) -> list[PoolPlace]:
    """Return the pools of an exam in order. One query."""
    rows = QuestionPool.objects.filter(exam_id=exam_id).order_by("order")
    return [PoolPlace(row.pk, row.order, row.name) for row in rows]


def later_pools(exam_id: int, pool_id: int | None) -> list[tuple[int, str]]:
    """Return id and name of the pools to which this one, or its choices, may lead. One query.

    A pool that is still to be made stands at the end, so nothing comes later.
    """
    places = pool_places(exam_id)
    here = next((place.order for place in places if place.id == pool_id), None)
    return [(one.id, one.name) for one in places if here is not None and one.order > here]
