"""A plausible conversation of a class in the days before an exam, for the demo (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chat.services import PastLine


@dataclass(frozen=True, slots=True)
class Said:
    """One line: who (a student by position, or the staff), how long before, what."""

    speaker: int | None  # None is the member of staff
    before: timedelta
    text: str


def _ago(days: int, hours: int = 0, minutes: int = 0) -> timedelta:
    return timedelta(days=days, hours=hours, minutes=minutes)


CLASS_TALK: Final = (
    Said(
        None,
        _ago(2, 5),
        "Good morning! The exam is the day after tomorrow. Please try the device check before.",
    ),
    Said(0, _ago(2, 4, 41), "Thank you. Is the device check the page with the camera?"),
    Said(None, _ago(2, 4, 38), "Yes. It also tests the connection; it takes two minutes."),
    Said(1, _ago(2, 3, 12), "It works on my old laptop, but the fan is loud"),
    Said(2, _ago(2, 3, 5), "سلام، می‌شود امتحان را به فارسی بنویسیم؟"),
    Said(None, _ago(2, 2, 58), "بله. هر پرسش به هر دو زبان هست و می‌توانید به فارسی پاسخ دهید."),
    Said(2, _ago(2, 2, 57), "خیلی ممنون!"),
    Said(3, _ago(1, 7, 20), "Does anybody have the notes of last week? I was ill."),
    Said(0, _ago(1, 7, 11), "I can scan mine tonight."),
    Said(
        4,
        _ago(1, 7, 4),
        "The summary at https://en.wikipedia.org/wiki/Scientific_method helped me too.",
    ),
    Said(3, _ago(1, 6, 58), "You are both great, thank you!"),
    Said(1, _ago(1, 3, 30), "How many questions are there?"),
    Said(
        None,
        _ago(1, 3, 22),
        "Twenty, in 45 minutes. You can go back and forth, everything is saved as you go.",
    ),
    Said(
        None,
        _ago(1, 3, 21),
        "One more thing: this chat is locked while the exam runs. The Help button stays.",
    ),
    Said(2, _ago(0, 14, 2), "Good luck everybody."),
    Said(0, _ago(0, 13, 57), "Good luck!"),
    Said(4, _ago(0, 13, 40), "موفق باشید"),
)

STAFF_TALK: Final = (
    Said(
        None,
        _ago(1, 4),
        "Rooms are checked. Two students have extra time, it is in their seats' notes.",
    ),
    Said(None, _ago(0, 15), "I open the lobby. If a camera stays black, ask for a reload first."),
)


def lines_of(
    talk: Sequence[Said], *, student_ids: Sequence[int], staff_id: int, now: datetime
) -> list[PastLine]:
    """Return a conversation as past lines, ready for chat.services.import_conversation.

    Args:
        talk: CLASS_TALK or STAFF_TALK.
        student_ids: Speakers in order of position; short lists are used again from the start.
        staff_id: Who says what the staff says.
        now: The instant the demo is made (aware UTC).
    """
    return [
        PastLine(
            sender_id=staff_id
            if said.speaker is None
            else student_ids[said.speaker % len(student_ids)],
            body=said.text,
            at=now - said.before,
        )
        for said in talk
    ]
