"""A timetable: its life against its specification, its document against every kind of fault."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import pytest
from hypothesis import given, strategies as st
from jsonschema import Draft202012Validator

from exams.domain.timetable import (
    SCHEMA,
    TIMETABLE,
    WARNINGS,
    Surroundings,
    TimetableAction,
    TimetableState,
    by_start,
    entries_of,
    faults_of,
    form_faults_of,
    is_warning,
    is_zone,
)
from kernel.tests.machines import differences, unnoticed

# A second person gives it back or approves it; what stands ends only by a newer one.
MOVES: Final = {
    (TimetableState.DRAFT, TimetableAction.SEND_TO_REVIEW): TimetableState.IN_REVIEW,
    (TimetableState.IN_REVIEW, TimetableAction.RETURN): TimetableState.DRAFT,
    (TimetableState.IN_REVIEW, TimetableAction.APPROVE): TimetableState.APPROVED,
    (TimetableState.APPROVED, TimetableAction.SUPERSEDE): TimetableState.SUPERSEDED,
}
ALONE: Final = Surroundings(exams={1: True, 2: False}, others={})


def entry(**changes: Any) -> dict[str, Any]:
    one = {"id": "a", "name": "Algebra", "date": "2026-12-01", "from": "09:00", "to": "10:30"}
    return {**one, **changes}


def document(*entries: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"zone": "Asia/Tehran", "entries": list(entries), **changes}


def told(given_: dict[str, Any], around: Surroundings = ALONE) -> list[str]:
    assert not form_faults_of(given_)
    return [str(fault) for fault in faults_of(given_, around)]


def test_a_timetable_moves_as_specified_and_no_mutant_escapes() -> None:
    assert differences(TIMETABLE, TimetableState.DRAFT, MOVES) == []
    assert unnoticed(TIMETABLE, TimetableState.DRAFT, MOVES) == []


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_an_entry_is_at_the_clock_of_its_zone() -> None:
    (one,) = entries_of(document(entry(minutes=60, rooms=["Hall"], exam=1, note="n")))
    assert one.starts_at.astimezone(UTC) == datetime(2026, 12, 1, 5, 30, tzinfo=UTC)
    assert (one.duration, one.rooms, one.exam_id) == (timedelta(minutes=60), ("Hall",), 1)
    assert entries_of(document(entry()))[0].duration == timedelta(minutes=90)


@pytest.mark.parametrize(
    ("given_", "fault"),
    [
        (document(entry()), None),
        (document(), "entries: empty"),
        (document(entry(), zone="Mars/Base"), "zone: unknown_zone (Mars/Base)"),
        (document(entry(), zone="../etc"), "zone: unknown_zone (../etc)"),
        (document(entry(date="2026-02-30")), "entries[0].date: not_a_day (2026-02-30)"),
        (document(entry(to="09:00")), "entries[0].to: not_in_order (09:00)"),
        (document(entry(minutes=91)), "entries[0].minutes: too_little_time"),
        (document(entry(minutes=90)), None),
        (document(entry(exam=1)), None),
        (document(entry(exam=None)), None),
        (document(entry(exam=2)), "entries[0].exam: exam_not_approved"),
        (document(entry(exam=3)), "entries[0].exam: exam_unknown"),
        (
            document(entry(), entry(id="b", **{"from": "10:29", "to": "11:00"})),
            "entries[1]: overlaps (Algebra)",
        ),
        (document(entry(), entry(id="b", **{"from": "10:30", "to": "11:00"})), None),
        (document(entry(), entry(date="2026-12-02")), "entries[1].id: repeated_id (a)"),
        (
            document(entry(), term={"first": "2026-12-02", "last": "2026-12-31"}),
            "entries[0].date: outside_term (2026-12-01)",
        ),
        (document(entry(), term={"first": "2026-12-01", "last": "2026-12-01"}), None),
    ],
)
def test_a_fault_names_its_place(given_: dict[str, Any], fault: str | None) -> None:
    assert told(given_) == ([] if fault is None else [fault])


def test_a_term_that_ends_before_it_begins_is_told_besides_its_entries() -> None:
    faults = told(document(entry(), term={"first": "2026-12-31", "last": "2026-12-02"}))
    assert faults == [
        "entries[0].date: outside_term (2026-12-01)",
        "term.last: not_in_order (2026-12-31)",
    ]


@pytest.mark.parametrize(
    ("given_", "fault"),
    [
        (document(entry(date="1.12.2026")), "entries[0].date: wrong_form"),
        (document(entry(**{"from": "24:00"})), "entries[0].from: wrong_form"),
        (document(entry(id="a b")), "entries[0].id: wrong_form"),
        (document(entry(name="")), "entries[0].name: too_short"),
        (document(entry(diagnosis="x")), "entries[0].diagnosis: unknown_key"),
        (document(entry(exam="1")), "entries[0].exam: wrong_type"),
        ({"entries": []}, "zone: missing_key"),
        (document(*[entry()] * 201), "entries: too_long"),
    ],
)
def test_the_form_is_checked_first(given_: dict[str, Any], fault: str) -> None:
    (found,) = form_faults_of(given_)
    assert str(found).startswith(fault)


def test_a_room_that_another_class_has_then_is_told_and_holds_nobody_up() -> None:
    others = {"10B": entries_of(document(entry(rooms=["Hall", "Lab"]), zone="UTC"))}
    around = Surroundings(exams={}, others=others)
    clash = document(entry(rooms=["Hall"], **{"from": "12:00", "to": "13:00"}))
    (fault,) = faults_of(clash, around)
    assert str(fault) == "entries[0].rooms: room_taken (Hall: 10B, Algebra)"
    assert is_warning(fault)
    assert not told(document(entry(rooms=["Gym"], **{"from": "12:00", "to": "13:00"})), around)
    assert not told(document(entry(rooms=["Hall"])), around), "09:00 in Tehran is 05:30 UTC"


def test_only_what_may_be_put_right_later_is_a_warning() -> None:
    assert {code.value for code in WARNINGS} == {"exam_not_approved", "room_taken"}


@given(st.text(max_size=30))
def test_any_name_of_a_zone_has_an_answer(name: str) -> None:
    assert is_zone(name) in {True, False}


CLOCKS = st.integers(0, 23).flatmap(
    lambda hour: st.integers(0, 59).map(lambda minute: f"{hour:02}:{minute:02}")
)
ENTRIES = st.builds(
    lambda number, day, start, end: entry(
        id=f"e{number}", date=f"2026-12-{day:02}", **{"from": start, "to": end}
    ),
    st.integers(0, 3),
    st.integers(1, 31),
    CLOCKS,
    CLOCKS,
)


@given(st.lists(ENTRIES, max_size=5))
def test_entries_without_faults_follow_each_other(entries: list[dict[str, Any]]) -> None:
    given_ = document(*entries)
    if faults_of(given_, ALONE):
        return
    ordered = by_start(entries_of(given_))
    for one, other in pairwise(ordered):
        assert one.closes_at <= other.starts_at
