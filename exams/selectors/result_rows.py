"""The results of a sitting for exports: every candidate, read in steps however many there are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, Func, OuterRef, Value

from exams.domain.scoring import shown
from exams.domain.states import AttemptState, ResultState
from exams.models import Attempt, Mark
from exams.selectors.counting import counting_attempts
from exams.selectors.markingplans import masks_of

_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One candidate of a sitting. Points are rounded half up, to two decimal places.

    Attributes:
        ended_early: The end for everybody stopped the attempt, not its own time.
        marks: Points by question id, of those that were asked and are marked.
        points: None while the paper is not graded.
        name: A number while the sitting is marked blind; seat and the like are empty then.
        number: Of the candidate's attempts in this sitting, from 1; None for a hidden name.
        counts: Whether it is the one that counts; None where there is no other.
    """

    attempt_id: int
    name: str
    registration_number: str
    seat: str
    room: str
    attempt_state: AttemptState
    ended_early: bool
    result_state: ResultState | None
    needs_person: bool
    submitted_at: datetime | None
    answered: int | None
    asked: int
    points: Decimal | None
    possible: Decimal | None
    score: Decimal | None
    passed: bool | None
    released_at: datetime | None
    number: int | None
    counts: bool | None
    marks: Mapping[int, Decimal]


_COLUMNS: Final = {
    "attempt_id": "pk",
    "name": "student__full_name",
    "registration_number": "student__registration_number",
    "seat": "candidate__seat",
    "room": "candidate__room",
    "attempt_state": "state",
    "deadline": "deadline",
    "ended_early_at": "sitting__ended_early_at",
    "result_state": "result__state",
    "needs_person": "result__needs_person",
    "submitted_at": "submission__submitted_at",
    "answered": "submission__answered",
    "question_ids": "question_ids",
    "closed_ids": "closed_ids",
    "points_num": "result__points_num",
    "points_den": "result__points_den",
    "possible_num": "result__possible_num",
    "possible_den": "result__possible_den",
    "score": "result__score",
    "passed": "result__passed",
    "released_at": "result__released_at",
    "number": "number",
}


def rows_to_export(sitting_id: int) -> Iterator[ExportRow]:
    """Return the candidates of a sitting by name. Three queries, one read through a cursor.

    While the sitting is marked blind they are numbers, by number, and nothing tells who they are.
    """
    masks = masks_of(sitting_id)
    if not masks:
        return _rows(sitting_id)
    masked = (_masked(row, masks[row.attempt_id]) for row in _rows(sitting_id))
    return iter(sorted(masked, key=lambda row: row.name))


def _masked(row: ExportRow, number: str) -> ExportRow:
    hidden = replace(row, name=number, registration_number="", seat="", room="")
    return replace(hidden, number=None, counts=None)


def _rows(sitting_id: int) -> Iterator[ExportRow]:
    packed = Mark.objects.filter(result__attempt=OuterRef("pk"), needs_person=False).values(
        packed=Func(
            Value(" "),
            "question_id",
            "points_num",
            "points_den",
            function="CONCAT_WS",
            output_field=CharField(),
        )
    )
    rows = (
        Attempt.objects.filter(sitting_id=sitting_id)
        .order_by("student__full_name", "pk")
        .values_list(*(F(path) for path in _COLUMNS.values()), ArraySubquery(packed))
    )
    shown_as: dict[tuple[int, int], Decimal] = {}
    counting = counting_attempts([sitting_id])
    for *values, marks in rows.iterator(chunk_size=_CHUNK):
        row = dict(zip(_COLUMNS, values, strict=True))
        yield _row(row | {"counts": counting.get(row["attempt_id"])}, marks, shown_as)


def _row(
    row: dict[str, Any], marks: list[str], shown_as: dict[tuple[int, int], Decimal]
) -> ExportRow:
    state = AttemptState(row["attempt_state"])
    graded = row["result_state"] not in (None, ResultState.GRADING)
    was_cut = state is AttemptState.EXPIRED and row["deadline"] == row["ended_early_at"]
    return ExportRow(
        attempt_id=row["attempt_id"],
        name=row["name"],
        registration_number=row["registration_number"] or "",
        seat=row["seat"],
        room=row["room"],
        attempt_state=state,
        ended_early=was_cut,
        result_state=ResultState(row["result_state"]) if row["result_state"] else None,
        needs_person=bool(row["needs_person"]),
        submitted_at=row["submitted_at"],
        answered=row["answered"],
        asked=len(row["closed_ids"]) + len(row["question_ids"]),
        points=_shown(row["points_num"], row["points_den"], shown_as) if graded else None,
        possible=_shown(row["possible_num"], row["possible_den"], shown_as) if graded else None,
        score=row["score"],
        passed=row["passed"],
        released_at=row["released_at"],
        number=row["number"],
        counts=row["counts"],
        marks=dict(_mark(one, shown_as) for one in marks),
    )


def _mark(packed: str, shown_as: dict[tuple[int, int], Decimal]) -> tuple[int, Decimal]:
    question, points, whole = packed.split(" ")
    return int(question), _shown(points, whole, shown_as)


def _shown(
    points: Decimal | str, whole: Decimal | str, shown_as: dict[tuple[int, int], Decimal]
) -> Decimal:
    """Return points as people see them; equal ones are computed once."""
    key = int(points), int(whole)
    found = shown_as.get(key)
    if found is None:
        found = shown_as[key] = shown(Fraction(*key))
    return found
