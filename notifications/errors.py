"""Refusals of notices: each with its stable code, status and facts."""

from kernel.errors import DomainError


class NoticeUnknown(DomainError):
    """There is no such notice, or it belongs to another institution."""

    code = "notice_unknown"
    http_status = 404


class NoticeForbidden(DomainError):
    """This person may not send notices there."""

    code = "forbidden"
    http_status = 403


class TextRefused(DomainError):
    """The text cannot be sent as it stands; `reason` and `variable` say why."""

    code = "notice_text_refused"
    http_status = 422


class TimeRefused(DomainError):
    """The time of sending is missing, past, or after what the notice is about."""

    code = "notice_time_refused"
    http_status = 422


class AudienceRefused(DomainError):
    """The audience is incomplete, of another institution, or empty."""

    code = "notice_audience_refused"
    http_status = 422


class NoticeMoved(DomainError):
    """The notice is no longer in the state this needs; nothing was changed."""

    code = "illegal_move"
    http_status = 409


class CallbackRefused(DomainError):
    """The report does not carry the provider's signature."""

    code = "callback_refused"
    http_status = 403
