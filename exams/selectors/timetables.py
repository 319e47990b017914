"""Reads of timetables: their entries, their faults, and the sittings that were made of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.selectors import class_cards
from exams.domain.content import hash_of
from exams.domain.documents import DocumentFault
from exams.domain.states import ExamState, SittingState
from exams.domain.timetable import (
    Entry,
    Surroundings,
    TimetableState,
    by_start,
    entries_of,
    faults_of,
    is_warning,
)
from exams.errors import TimetableUnknown
from exams.models import Exam, Sitting, Timetable, TimetableSitting


@dataclass(frozen=True, slots=True)
class TimetableView:
    """One timetable."""

    id: int
    institution_id: int
    class_group_id: int
    class_name: str
    title: str
    version: int
    state: TimetableState
    document: dict[str, Any] = field(repr=False)
    created_by_id: int = 0
    created_at: datetime | None = None
    sent_by_id: int | None = None
    editors: tuple[int, ...] = ()
    returned_reason: str = ""
    approved_by_id: int | None = None
    approved_at: datetime | None = None

    @property
    def author_ids(self) -> set[int]:
        """Who may not approve it."""
        return {self.created_by_id, self.sent_by_id or self.created_by_id, *self.editors}

    @property
    def digest(self) -> str:
        """The SHA-256 of what it says: whether two people look at the same."""
        return hash_of({"title": self.title, "document": self.document})


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with a timetable, and what is only told."""

    blocking: tuple[DocumentFault, ...] = ()
    warnings: tuple[DocumentFault, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """An entry with what has become of it.

    Attributes:
        exam_name: Of its exam; empty when it names none.
        can_schedule: It names an approved exam, lies ahead, and has no sitting yet.
        sitting_id: The sitting that was made of it, whichever version of the timetable it was.
        moved: The sitting takes place at another time than this version says.
    """

    entry: Entry
    exam_name: str
    can_schedule: bool
    sitting_id: int | None = None
    sitting_state: SittingState | None = None
    moved: bool = False


def timetable_view(timetable_id: int) -> TimetableView:
    """Return one timetable.

    Raises:
        TimetableUnknown: There is none.
    """
    row = Timetable.objects.filter(pk=timetable_id).first()
    if row is None:
        raise TimetableUnknown(timetable=timetable_id)
    return _views([row])[0]


def timetables_of_institution(institution_id: int) -> list[TimetableView]:
    """Return all timetables, by class, the newest version first. Two queries."""
    rows = Timetable.objects.filter(institution_id=institution_id)
    return sorted(
        _views(rows.order_by("-version")), key=lambda one: (one.class_name, one.class_group_id)
    )


def approved_timetables(class_group_ids: Iterable[int]) -> list[TimetableView]:
    """Return what stands for some classes. Two queries."""
    rows = Timetable.objects.filter(
        class_group_id__in=list(class_group_ids), state=TimetableState.APPROVED
    )
    return _views(rows.order_by("class_group_id"))


def _views(rows: Iterable[Timetable]) -> list[TimetableView]:
    found = list(rows)
    names = class_cards(row.class_group_id for row in found)
    return [
        TimetableView(
            id=row.pk,
            institution_id=row.institution_id,
            class_group_id=row.class_group_id,
            class_name=names[row.class_group_id].name,
            title=row.title,
            version=row.version,
            state=TimetableState(row.state),
            document=row.document,
            created_by_id=row.created_by_id,
            created_at=row.created_at,
            sent_by_id=row.sent_by_id,
            editors=tuple(row.editors),
            returned_reason=row.returned_reason,
            approved_by_id=row.approved_by_id,
            approved_at=row.approved_at,
        )
        for row in found
    ]


def surroundings_of(institution_id: int, class_group_id: int) -> Surroundings:
    """Return what a timetable of this class is held against. Three queries."""
    exams = Exam.objects.filter(institution_id=institution_id).values_list("pk", "state")
    others = Timetable.objects.filter(institution_id=institution_id, state=TimetableState.APPROVED)
    standing = _views(others.exclude(class_group_id=class_group_id))
    return Surroundings(
        exams={pk: state == ExamState.APPROVED for pk, state in exams},
        others={one.class_name: entries_of(one.document) for one in standing},
    )


def faults_of_timetable(view: TimetableView) -> Faults:
    """Return what is wrong with a timetable as its surroundings are now."""
    around = surroundings_of(view.institution_id, view.class_group_id)
    found = faults_of(view.document, around)
    return Faults(
        blocking=tuple(one for one in found if not is_warning(one)),
        warnings=tuple(one for one in found if is_warning(one)),
    )


def planned_entries(view: TimetableView, now: datetime) -> list[PlannedEntry]:
    """Return the entries by their start, each with its sitting. Two queries.

    Needs: a timetable whose values have no fault.
    """
    entries = by_start(entries_of(view.document))
    exams = Exam.objects.filter(
        institution_id=view.institution_id, pk__in=[one.exam_id for one in entries if one.exam_id]
    ).defer("content")
    names = {exam.pk: str(exam) for exam in exams}
    approved = {exam.pk for exam in exams if exam.state == ExamState.APPROVED}
    sittings = _sittings_of(view.class_group_id)
    return [
        PlannedEntry(
            entry=entry,
            exam_name=names.get(entry.exam_id or 0, ""),
            can_schedule=entry.exam_id in approved
            and entry.closes_at > now
            and entry.id not in sittings,
            **_fate(entry, sittings.get(entry.id)),
        )
        for entry in entries
    ]


def _sittings_of(class_group_id: int) -> dict[str, Sitting]:
    rows = TimetableSitting.objects.filter(class_group_id=class_group_id)
    return {row.entry: row.sitting for row in rows.select_related("sitting")}


def _fate(entry: Entry, sitting: Sitting | None) -> dict[str, Any]:
    if sitting is None:
        return {}
    return {
        "sitting_id": sitting.pk,
        "sitting_state": SittingState(sitting.state),
        "moved": sitting.starts_at != entry.starts_at or sitting.closes_at != entry.closes_at,
    }
