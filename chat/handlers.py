"""What the chat does on the facts of others, in their transaction: the lock commits with its cause."""

from chat import services
from exams.events import (
    AttemptEnded,
    CandidateRegistered,
    SittingClosed,
    SittingLobbyOpened,
    SittingOpened,
)
from scanner.events import UploadCleared, UploadRejected


def lock_for_lobby(event: SittingLobbyOpened) -> None:
    """Lock with the opening of the lobby."""
    if event.locks_chat:
        services.lock_sitting(sitting_id=event.sitting_id)


def lock_for_start(event: SittingOpened) -> None:
    """Lock with the start, whatever the lobby did not lock."""
    if event.locks_chat:
        services.lock_sitting(sitting_id=event.sitting_id)


def lock_for_candidate(event: CandidateRegistered) -> None:
    """Lock the rooms of a candidate who was added late."""
    services.lock_late_candidate(sitting_id=event.sitting_id)


def release_after_close(event: SittingClosed) -> None:
    """Unlock when the sitting has closed or was cancelled."""
    reason = "cancelled" if event.cancelled else "closed"
    services.release_sitting(sitting_id=event.sitting_id, reason=reason)


def release_after_attempt(event: AttemptEnded) -> None:
    """Unlock when this was the last attempt of a sitting that had closed before."""
    services.release_sitting(sitting_id=event.sitting_id, reason="closed")


def note_cleared_file(event: UploadCleared) -> None:
    """Tell readers that a file can be opened now."""
    if event.purpose == "chat":
        services.note_attachment(upload_id=event.upload_id)


def note_rejected_file(event: UploadRejected) -> None:
    """Tell readers that a file will never be opened."""
    if event.purpose == "chat":
        services.note_attachment(upload_id=event.upload_id)
