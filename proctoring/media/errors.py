"""Refusals of the media plane, each with a stable code."""

from kernel.errors import DomainError


class MediaUnavailable(DomainError):
    """No media worker answered in time; ask again after a moment."""

    code = "media_unavailable"
    http_status = 503


class MediaBusy(DomainError):
    """A limit of the worker or of one participant is reached."""

    code = "media_busy"
    http_status = 429


class OfferRefused(DomainError):
    """The browser's offer is malformed or has nothing we can carry."""

    code = "offer_refused"
    http_status = 400


class PeerUnknown(DomainError):
    """The connection is gone or belongs to somebody else; make a new one."""

    code = "peer_unknown"
    http_status = 404


class MediaForbidden(DomainError):
    """The caller may not send or see this picture."""

    code = "media_forbidden"
    http_status = 403
