"""Refusals of the scanner: each with its stable code, status and facts."""

from kernel.errors import DomainError


class SignInNeeded(DomainError):
    """Nobody is signed in."""

    code = "sign_in_needed"
    http_status = 401


class UploadNotAllowed(DomainError):
    """This person may not upload for this purpose."""

    code = "upload_not_allowed"
    http_status = 403


class UploadNotFound(DomainError):
    """There is no such upload, or it is not this person's to see."""

    code = "upload_not_found"
    http_status = 404


class UploadAborted(DomainError):
    """The connection ended before the whole file arrived; nothing was kept."""

    code = "upload_aborted"
    http_status = 400


class FileRefused(DomainError):
    """The file is not of a kind that may be uploaded; `reason` says which rule."""

    code = "file_refused"
    http_status = 415


class FileTooLarge(DomainError):
    """The file is larger than `limit_bytes`; nothing was kept."""

    code = "file_too_large"
    http_status = 413


class TooManyWaiting(DomainError):
    """This person already has `limit` files that wait for their check."""

    code = "too_many_waiting"
    http_status = 429


class TooMuchToday(DomainError):
    """This person sent `limit_bytes` within a day."""

    code = "too_much_today"
    http_status = 429


class NotClean(DomainError):
    """The content may not be given out: it was not found clean, or is not what was checked."""

    code = "upload_not_clean"
    http_status = 409


class CheckUnavailable(DomainError):
    """The scanner does not answer; the file was not read."""

    code = "check_unavailable"
    http_status = 503


class FileUnreadable(DomainError):
    """The disk does not give out the stored file at the moment; nothing was decided about it."""

    code = "file_unreadable"
    http_status = 503


class StorageFailed(DomainError):
    """The file could not be stored safely; nothing was kept and nothing was acknowledged."""

    code = "storage_failed"
    http_status = 507
