"""Who may open a socket: resume tickets, the strict Origin check, the session cookie."""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import parse_cookie

from kernel import clock

MAX_AGE_S: Final = 300
PREFIX: Final = "ticket."
_SALT: Final = "invigil.socket-ticket"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a good ticket says.

    Attributes:
        user_id: Whose.
        checked_ms: When the session itself was last found good, milliseconds since the epoch.
    """

    user_id: int
    checked_ms: int


def issue_ticket(user_id: int, session_key: str, checked_ms: int) -> str:
    """Return a ticket that opens a socket without a session look-up.

    It is good for five minutes from the last look at the session, not from now: a ticket got by a
    ticket is no younger, so nobody stays signed in by coming back again and again. It is bound to
    the session: it is worthless without the cookie it was issued under.
    """
    signed = Signer(salt=_SALT).sign(f"{user_id}.{checked_ms}.{_digest(session_key)}")
    return base64.urlsafe_b64encode(signed.encode()).decode().rstrip("=")


class TicketBook:
    """Gives one socket a new ticket before the last one expires, so that it can always resume.

    Only another look at the session makes a newer ticket.
    """

    def __init__(self, user_id: int, session_key: str, checked_ms: int) -> None:
        self._user_id = user_id
        self._session_key = session_key
        self._checked_ms = checked_ms
        self._written_ms: int | None = None

    def checked(self, at_ms: int) -> None:
        """Note that the session was found good at `at_ms`."""
        self._checked_ms = max(self._checked_ms, at_ms)

    def due(self) -> str | None:
        """Return a ticket when there is one that lasts half a life longer than the last."""
        written_ms = self._written_ms
        if written_ms is not None and self._checked_ms - written_ms < MAX_AGE_S * 1000 / 2:
            return None
        self._written_ms = self._checked_ms
        return issue_ticket(self._user_id, self._session_key, self._checked_ms)


def read_ticket(ticket: str, session_key: str) -> Ticket | None:
    """Return what a valid ticket of this session says; else None."""
    padded = ticket + "=" * (-len(ticket) % 4)
    try:
        signed = base64.urlsafe_b64decode(padded.encode()).decode()
        user_id, checked_ms, digest = Signer(salt=_SALT).unsign(signed).split(".")
        age_ms = clock.to_millis(clock.now()) - int(checked_ms)
        if digest == _digest(session_key) and 0 <= age_ms <= MAX_AGE_S * 1000:
            return Ticket(int(user_id), int(checked_ms))
    except (BadSignature, binascii.Error, UnicodeError, ValueError):
        pass  # forged or mangled: the session decides instead
    return None


def ticket_of(subprotocols: Iterable[str]) -> str | None:
    """Return the ticket among the offered subprotocols; browsers can send no headers."""
    for offered in subprotocols:
        if offered.startswith(PREFIX):
            return offered.removeprefix(PREFIX)
    return None


def is_allowed_origin(origin: str | None, allowed: Sequence[str]) -> bool:
    """Whether `origin` is exactly one of `allowed` (scheme, host and port).

    A missing Origin is refused: every browser sends one, and WebSockets are not covered by CORS.
    """
    page = _normal(origin or "")
    return bool(page[1]) and page in map(_normal, allowed)


def allowed_origins() -> list[str]:
    """Return the origins from which pages may open a socket."""
    return list(settings.REALTIME_ALLOWED_ORIGINS)


def header(scope: dict[str, Any], name: bytes) -> str | None:
    """Return one header of an ASGI scope; None when it is missing or comes more than once."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else None


def session_key_of(scope: dict[str, Any]) -> str | None:
    """Return the session key of the cookie."""
    cookies = parse_cookie(header(scope, b"cookie") or "")
    return cookies.get(settings.SESSION_COOKIE_NAME) or None


def _normal(origin: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return "", "", None
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", port or default


def _digest(session_key: str) -> str:
    return hashlib.sha256(session_key.encode()).hexdigest()[:32]
