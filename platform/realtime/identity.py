"""Whose session a cookie is, and which of many sessions are still good. Database threads only."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model

from kernel import clock
from kernel.prepared import fetch_prepared

BATCH: Final = 500
_WHO: Final = """
SELECT id, password, is_active, session_epoch FROM accounts_user WHERE id = %(user)s
"""


@dataclass(frozen=True, slots=True)
class Identity:
    """A signed-in person on one session."""

    user_id: int
    session_key: str


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that signs somebody in, and what else is kept in it."""

    identity: Identity
    content: Mapping[str, Any]


def identify(session_key: str) -> Identity | None:
    """Return who is signed in under `session_key`; None when nobody (or nobody active) is."""
    session = open_session(session_key)
    return session.identity if session else None


def open_session(session_key: str) -> OpenSession | None:
    """Return the session under `session_key`; None when nobody (or nobody active) is signed in.

    The same check as for a page: password hash of the session, active account. Django's own
    `get_user` would renew the session's key after a change of SECRET_KEY, and a handshake cannot
    hand the new cookie to the browser. Two queries.
    """
    content = _session(session_key).load()
    if "_auth_user_id" not in content:
        return None
    identity = Identity(user_id=int(content["_auth_user_id"]), session_key=session_key)
    user = _user(identity.user_id)
    return OpenSession(identity, content) if _is_good(identity, content, user) else None


def _user(user_id: int) -> Any:  # noqa: ANN401 the configured user model
    """Return a person with what decides whether their sessions are good; None if there is none."""
    row = fetch_prepared(_WHO, {"user": user_id})  # the columns in the model's order
    model = get_user_model()
    return (
        model.from_db("default", ["id", "password", "is_active", "session_epoch"], row)
        if row
        else None
    )


def ended(identities: Collection[Identity]) -> set[Identity]:
    """Return those whose session has ended: signed out, expired, password changed, not active.

    Two queries for each 500 sockets.
    """
    wanted = list(identities)
    gone: set[Identity] = set()
    for start in range(0, len(wanted), BATCH):
        gone |= _ended_batch(wanted[start : start + BATCH])
    return gone


def _ended_batch(batch: list[Identity]) -> set[Identity]:
    store = _session("")
    rows = store.get_model_class().objects.filter(session_key__in=[i.session_key for i in batch])
    live = {row.session_key: row.get_decoded() for row in rows if row.expire_date > clock.now()}
    users = get_user_model()._default_manager.in_bulk([i.user_id for i in batch])  # noqa: SLF001 Django's documented way
    return {
        one
        for one in batch
        if not _is_good(one, live.get(one.session_key, {}), users.get(one.user_id))
    }


def _is_good(identity: Identity, content: Mapping[str, Any], user: Any) -> bool:  # noqa: ANN401 the configured user model
    """Tell whether a session's content signs this active person in, with the present password."""
    if user is None or not user.is_active:
        return False
    if content.get("_auth_user_id") != str(identity.user_id):
        return False
    hashes = {user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()}
    return content.get("_auth_user_hash") in hashes


def _session(session_key: str) -> Any:  # noqa: ANN401 the configured engine's SessionStore
    return import_module(settings.SESSION_ENGINE).SessionStore(session_key)
