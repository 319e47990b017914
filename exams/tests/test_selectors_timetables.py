"""Timetables as they are read: by class, with what has become of their entries."""

from exams.queries import database_now
from exams.selectors.timetables import (
    approved_timetables,
    planned_entries,
    surroundings_of,
    timetable_view,
    timetables_of_institution,
)
from exams.tests.conftest import Cast, approved_exam
from exams.tests.pages import draft_exam
from exams.tests.test_services_timetables import drafted, entry, standing


def test_versions_of_a_class_stand_under_each_other(cast: Cast) -> None:
    standing(cast, entry("a"))
    drafted(cast, entry("a"))
    seen = timetables_of_institution(cast.institution.pk)
    assert [(one.version, one.state) for one in seen] == [(2, "draft"), (1, "approved")]
    assert [one.version for one in approved_timetables([cast.class_group.pk])] == [1]
    assert timetables_of_institution(cast.institution.pk + 10) == []


def test_what_can_be_scheduled_is_ahead_and_names_an_approved_exam(cast: Cast) -> None:
    approved, (draft, _) = approved_exam(cast), draft_exam(cast)
    timetable_id = standing(
        cast,
        entry("a", 10, exam=approved),
        entry("b", 11, exam=draft),
        entry("c", 12),
        entry("d", -2, exam=approved),
    )
    planned = planned_entries(timetable_view(timetable_id), database_now())
    assert {one.entry.id: one.can_schedule for one in planned} == {
        "a": True,
        "b": False,
        "c": False,
        "d": False,
    }
    assert [one.entry.id for one in planned] == ["d", "a", "b", "c"]


def test_a_class_is_not_held_against_itself(cast: Cast) -> None:
    standing(cast, entry("a", rooms=["Hall"]))
    assert surroundings_of(cast.institution.pk, cast.class_group.pk).others == {}
    other = surroundings_of(cast.institution.pk, 0)
    assert list(other.others) == ["Class 10A"]
