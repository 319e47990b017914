"""The demo's timetable stands, and one sitting can be made of it."""

from exams.demo.timetable import PLAN, approve_demo_timetable
from exams.queries import database_now
from exams.selectors.timetables import approved_timetables, planned_entries
from exams.tests.conftest import Cast, approved_exam


def test_it_stands_for_the_class(cast: Cast) -> None:
    made = approve_demo_timetable(
        cast.class_group.pk,
        exam_id=approved_exam(cast),
        author_id=cast.author.pk,
        approver_id=cast.admin.pk,
    )
    (seen,) = approved_timetables([cast.class_group.pk])
    assert seen.id == made
    planned = planned_entries(seen, database_now())
    assert [one.can_schedule for one in planned] == [ours for *_, ours in PLAN]
