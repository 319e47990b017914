"""Refusals of the chat: each with its stable code, status and facts."""

from kernel.errors import DomainError


class RoomNotFound(DomainError):
    """There is no such room, or it is not this person's (one answer for both)."""

    code = "room_not_found"
    http_status = 404


class MessageNotFound(DomainError):
    """There is no such message in this room."""

    code = "message_not_found"
    http_status = 404


class ChatLocked(DomainError):
    """A sitting holds the room: nobody posts, and its candidates do not read either.

    Data: `sitting` (title), `since` and `until` (milliseconds; until may be null), `sealed`.
    """

    code = "chat_locked"
    http_status = 423


class PostNotAllowed(DomainError):
    """This person may read the room but not write in it."""

    code = "post_not_allowed"
    http_status = 403


class MessageRefused(DomainError):
    """The text cannot be a message; `reason` says why (empty, too_long)."""

    code = "message_refused"
    http_status = 422


class AttachmentRefused(DomainError):
    """The file is not the sender's, was not sent for the chat, or did not pass its check."""

    code = "attachment_refused"
    http_status = 422


class ModerationNotAllowed(DomainError):
    """Only staff of the room may remove messages or see what was removed."""

    code = "moderation_not_allowed"
    http_status = 403


class ReasonNeeded(DomainError):
    """Removing somebody's message needs a reason."""

    code = "reason_needed"
    http_status = 422


class HistoryNotEmpty(DomainError):
    """A conversation can be imported only into a room where nobody has spoken yet."""

    code = "history_not_empty"
    http_status = 409


class SignInNeeded(DomainError):
    """Nobody is signed in."""

    code = "sign_in_needed"
    http_status = 401
