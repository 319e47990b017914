"""Refusals of the real-time plane; each reaches the client as an `err` frame with its code."""

from kernel.errors import DomainError


class RealtimeError(DomainError):
    """Base of every refusal made by the gateway itself."""

    code = "realtime_refused"


class UnknownTopic(RealtimeError):
    """No such topic, or its name breaks the grammar `noun:id`."""

    code = "unknown_topic"
    http_status = 404


class NotSubscribed(RealtimeError):
    """Calls are only taken on a topic this socket has joined."""

    code = "not_subscribed"
    http_status = 409


class UnknownCall(RealtimeError):
    """The topic has no call of this name."""

    code = "unknown_call"
    http_status = 404


class Forbidden(RealtimeError):
    """The person may not see or do this."""

    code = "forbidden"
    http_status = 403


class NotFound(RealtimeError):
    """There is nothing under this id (or the person may not know that there is)."""

    code = "not_found"
    http_status = 404


class RateLimited(RealtimeError):
    """Too many messages; this one was ignored."""

    code = "rate_limited"
    http_status = 429


class Busy(RealtimeError):
    """The server has no room for this now; try again after a pause."""

    code = "busy"
    http_status = 503


class ServerFault(RealtimeError):
    """A bug on the server; it is in the log with its cause."""

    code = "server_error"
    http_status = 500
