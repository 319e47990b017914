"""What notices do on others' events, in the transaction of whoever emits."""

from exams.events import SittingClosed
from notifications.services import notices


def cancel_notices_of_sitting(event: SittingClosed) -> None:
    """A cancelled sitting needs no reminders; a held one has none left."""
    if event.cancelled:
        notices.cancel_for_sitting(event.sitting_id)
