"""The demo class's timetable: drafted by the author, approved by the administrator."""

from datetime import timedelta
from typing import Any, Final

from accounts.selectors import class_card, institution_card
from exams.services import timetables
from kernel import clock

# name, subject, weeks ahead, from, to, whether it is the demo's own exam
PLAN: Final = (
    ("General knowledge · Final exam", "General knowledge", 3, "09:00", "10:30", True),
    ("Algebra", "Mathematics", 4, "09:00", "11:00", False),
    ("Reading and writing", "Language", 5, "13:00", "14:30", False),
)


def approve_demo_timetable(
    class_group_id: int, *, exam_id: int, author_id: int, approver_id: int
) -> int:
    """Make the timetable by the ordinary steps; return its id. No sitting is made of it yet."""
    zone = institution_card(class_card(class_group_id).institution_id).time_zone
    timetable_id = timetables.draft_timetable(
        class_group_id, title="End of term", actor_id=author_id
    )
    timetables.write_timetable(
        timetable_id,
        title="End of term",
        document={"zone": zone, "entries": [_entry(n, exam_id) for n in range(len(PLAN))]},
        actor_id=author_id,
    )
    timetables.send_to_review(timetable_id, actor_id=author_id)
    timetables.approve_timetable(timetable_id, actor_id=approver_id)
    return timetable_id


def _entry(number: int, exam_id: int) -> dict[str, Any]:
    name, subject, weeks, start, end, is_ours = PLAN[number]
    day = clock.now().date() + timedelta(weeks=weeks)
    return {
        "id": f"entry-{number + 1}",
        "name": name,
        "subject": subject,
        "exam": exam_id if is_ours else None,
        "date": day.isoformat(),
        "from": start,
        "to": end,
        "minutes": None,
        "rooms": ["Room 1"],
        "note": "",
    }
