"""What notices do on others' events, in the transaction of whoever emits."""

from exams.events import SittingClosed, SittingMoved
from notifications.services import moves, notices


def cancel_notices_of_sitting(event: SittingClosed) -> None:
    """A cancelled sitting needs no reminders; a held one has none left."""
    if event.cancelled:
        notices.cancel_for_sitting(event.sitting_id)


def follow_moved_sitting(event: SittingMoved) -> None:
    """A new start moves reminders, asks for a second look at the others, drafts a correction."""
    if event.starts_at != event.was_to_start_at:
        moves.follow_sitting(
            sitting_id=event.sitting_id, starts_at=event.starts_at, actor_id=event.actor_id
        )
