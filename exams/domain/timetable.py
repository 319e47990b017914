"""The timetable of a class: a document of entries, what may be wrong with it, and its life (pure)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jsonschema import Draft202012Validator

from exams.domain.documents import DocumentFault, faults_against
from kernel.machine import Machine


class TimetableState(StrEnum):
    """Where one timetable stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SUPERSEDED = "superseded"


class TimetableAction(StrEnum):
    """What may happen to it. It is superseded when a newer one of its class is approved."""

    SEND_TO_REVIEW = "send_to_review"
    RETURN = "return"
    APPROVE = "approve"
    SUPERSEDE = "supersede"


TIMETABLE: Final[Machine[TimetableState, TimetableAction]] = Machine(
    name="timetable",
    start=TimetableState.DRAFT,
    moves={
        (TimetableState.DRAFT, TimetableAction.SEND_TO_REVIEW): TimetableState.IN_REVIEW,
        (TimetableState.IN_REVIEW, TimetableAction.RETURN): TimetableState.DRAFT,
        (TimetableState.IN_REVIEW, TimetableAction.APPROVE): TimetableState.APPROVED,
        (TimetableState.APPROVED, TimetableAction.SUPERSEDE): TimetableState.SUPERSEDED,
    },
    ends=frozenset({TimetableState.SUPERSEDED}),
)

MAX_ENTRIES: Final = 200
_DAY: Final = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_CLOCK: Final = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
_WORDS: Final = {"type": "string", "maxLength": 200}

SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Timetable of a class",
    "type": "object",
    "additionalProperties": False,
    "required": ["zone", "entries"],
    "properties": {
        "zone": {
            "type": "string",
            "maxLength": 50,
            "description": "Time zone of every date and time, for example Asia/Tehran.",
        },
        "term": {
            "type": "object",
            "additionalProperties": False,
            "required": ["first", "last"],
            "properties": {"first": _DAY, "last": _DAY},
            "description": "Entries outside of these days are faults.",
        },
        "entries": {
            "type": "array",
            "maxItems": MAX_ENTRIES,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["id", "name", "date", "from", "to"],
                "properties": {
                    "id": {
                        "type": "string",
                        "pattern": "^[A-Za-z0-9_-]{1,40}$",
                        "description": "Stays the same while the entry is moved or renamed.",
                    },
                    "name": {"type": "string", "minLength": 1, "maxLength": 200},
                    "subject": _WORDS,
                    "exam": {
                        "type": ["integer", "null"],
                        "minimum": 1,
                        "description": "Id of an exam of the institution; sittings are made of it.",
                    },
                    "date": _DAY,
                    "from": _CLOCK,
                    "to": _CLOCK,
                    "minutes": {
                        "type": ["integer", "null"],
                        "minimum": 1,
                        "maximum": 1440,
                        "description": "Working time; without it the whole window.",
                    },
                    "rooms": {
                        "type": "array",
                        "maxItems": 20,
                        "items": {"type": "string", "minLength": 1, "maxLength": 80},
                    },
                    "note": {"type": "string", "maxLength": 500},
                },
            },
        },
    },
}

_VALIDATOR: Final = Draft202012Validator(SCHEMA)


class TimetableCode(StrEnum):
    """What may be wrong with a timetable besides its form."""

    UNKNOWN_ZONE = "unknown_zone"
    NOT_A_DAY = "not_a_day"
    NOT_IN_ORDER = "not_in_order"
    TOO_LITTLE_TIME = "too_little_time"
    REPEATED_ID = "repeated_id"
    OVERLAPS = "overlaps"
    OUTSIDE_TERM = "outside_term"
    EXAM_UNKNOWN = "exam_unknown"
    EXAM_NOT_APPROVED = "exam_not_approved"
    ROOM_TAKEN = "room_taken"
    EMPTY = "empty"


# These are told and do not hold anybody up: they may be put right later, or be meant so.
WARNINGS: Final = frozenset({TimetableCode.EXAM_NOT_APPROVED, TimetableCode.ROOM_TAKEN})


@dataclass(frozen=True, slots=True)
class Entry:
    """One exam of a class as it is planned.

    Attributes:
        exam_id: The exam version of which a sitting is made; None while it is not known.
        duration: Working time of a candidate.
    """

    id: str
    name: str
    subject: str
    exam_id: int | None
    starts_at: datetime
    closes_at: datetime
    duration: timedelta
    rooms: tuple[str, ...]
    note: str

    def overlaps(self, other: "Entry") -> bool:
        """Whether the two have a moment in common."""
        return self.starts_at < other.closes_at and other.starts_at < self.closes_at


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a timetable is held against.

    Attributes:
        exams: Exam id → whether it is approved; those of the institution.
        others: Name of another class → the entries of its approved timetable.
    """

    exams: Mapping[int, bool]
    others: Mapping[str, Sequence[Entry]]


def form_faults_of(document: object) -> list[DocumentFault]:
    """Return what is wrong with the form of a document: without such it can be stored."""
    return faults_against(_VALIDATOR, document)


def faults_of(document: dict[str, Any], around: Surroundings) -> list[DocumentFault]:
    """Return everything that is wrong or to be told, by place; `is_warning` parts the two.

    Needs: a document without faults of its form.
    """
    found = [*_faults_of_values(document)]
    if found:
        return sorted(found)  # instants cannot be made of these
    entries = entries_of(document)
    if not entries:
        found.append(DocumentFault("entries", TimetableCode.EMPTY.value))
    found += _faults_of_ids(entries)
    found += _faults_of_term(document)
    found += _overlaps(entries)
    for index, entry in enumerate(entries):
        found += _faults_around(f"entries[{index}]", entry, around)
    return sorted(found)


def is_warning(fault: DocumentFault) -> bool:
    """Whether a fault is only told."""
    return fault.code in WARNINGS


def _faults_of_values(document: dict[str, Any]) -> Iterator[DocumentFault]:
    if not is_zone(document["zone"]):
        yield DocumentFault("zone", TimetableCode.UNKNOWN_ZONE.value, document["zone"])
    for name, day in document.get("term", {}).items():
        if _day(day) is None:
            yield DocumentFault(f"term.{name}", TimetableCode.NOT_A_DAY.value, day)
    for index, entry in enumerate(document["entries"]):
        path = f"entries[{index}]"
        if _day(entry["date"]) is None:
            yield DocumentFault(f"{path}.date", TimetableCode.NOT_A_DAY.value, entry["date"])
        if entry["to"] <= entry["from"]:
            yield DocumentFault(f"{path}.to", TimetableCode.NOT_IN_ORDER.value, entry["from"])
        elif (entry.get("minutes") or 0) > _minutes(entry["to"]) - _minutes(entry["from"]):
            yield DocumentFault(f"{path}.minutes", TimetableCode.TOO_LITTLE_TIME.value)


def _faults_of_ids(entries: Sequence[Entry]) -> Iterator[DocumentFault]:
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        if entry.id in seen:
            yield DocumentFault(f"entries[{index}].id", TimetableCode.REPEATED_ID.value, entry.id)
        seen.add(entry.id)


def _faults_of_term(document: dict[str, Any]) -> Iterator[DocumentFault]:
    term = document.get("term")
    if term is None:
        return
    if term["last"] < term["first"]:
        yield DocumentFault("term.last", TimetableCode.NOT_IN_ORDER.value, term["first"])
    for index, entry in enumerate(document["entries"]):
        if not term["first"] <= entry["date"] <= term["last"]:
            path = f"entries[{index}].date"
            yield DocumentFault(path, TimetableCode.OUTSIDE_TERM.value, entry["date"])


def _overlaps(entries: Sequence[Entry]) -> Iterator[DocumentFault]:
    for (_, one), (index, other) in combinations(enumerate(entries), 2):
        if one.overlaps(other):
            yield DocumentFault(f"entries[{index}]", TimetableCode.OVERLAPS.value, one.name)


def _faults_around(path: str, entry: Entry, around: Surroundings) -> Iterator[DocumentFault]:
    if entry.exam_id is not None:
        if entry.exam_id not in around.exams:
            yield DocumentFault(f"{path}.exam", TimetableCode.EXAM_UNKNOWN.value)
        elif not around.exams[entry.exam_id]:
            yield DocumentFault(f"{path}.exam", TimetableCode.EXAM_NOT_APPROVED.value)
    for class_name, others in around.others.items():
        for other in others:
            shared = sorted(set(entry.rooms) & set(other.rooms))
            if shared and entry.overlaps(other):
                detail = f"{', '.join(shared)}: {class_name}, {other.name}"
                yield DocumentFault(f"{path}.rooms", TimetableCode.ROOM_TAKEN.value, detail)


def entries_of(document: dict[str, Any]) -> list[Entry]:
    """Return the entries as instants, in the order of the document.

    Needs: a document without faults of its form, its zone, its days and its clocks.
    """
    zone = ZoneInfo(document["zone"])
    return [_entry(one, zone) for one in document["entries"]]


def _entry(one: dict[str, Any], zone: ZoneInfo) -> Entry:
    day = date.fromisoformat(one["date"])
    starts_at, closes_at = (
        datetime.combine(day, time.fromisoformat(one[name]), zone) for name in ("from", "to")
    )
    minutes = one.get("minutes")
    return Entry(
        id=one["id"],
        name=one["name"],
        subject=one.get("subject", ""),
        exam_id=one.get("exam"),
        starts_at=starts_at,
        closes_at=closes_at,
        duration=timedelta(minutes=minutes) if minutes else closes_at - starts_at,
        rooms=tuple(one.get("rooms", ())),
        note=one.get("note", ""),
    )


def is_zone(name: str) -> bool:
    """Whether there is a time zone of this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return bool(name)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def by_start(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries by their start."""
    return sorted(entries, key=lambda entry: (entry.starts_at, entry.name))
