"""Whose session a cookie is, and which of many sessions are still good. Database threads only."""

from collections.abc import Collection
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user, get_user_model
from django.http import HttpRequest

from kernel import clock

BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Identity:
    """A signed-in person on one session."""

    user_id: int
    session_key: str


def identify(session_key: str) -> Identity | None:
    """Return who is signed in under `session_key`; None when nobody (or nobody active) is.

    The same check as for a page: backend, password hash of the session, active account.
    """
    request = HttpRequest()
    request.session = _session(session_key)
    user = get_user(request)
    if not user.is_authenticated or not user.is_active:
        return None
    return Identity(user_id=int(user.pk), session_key=session_key)


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
    live = {row.session_key: row for row in rows if row.expire_date > clock.now()}
    users = get_user_model()._default_manager.in_bulk([i.user_id for i in batch])  # noqa: SLF001 Django's documented way
    return {one for one in batch if not _is_good(one, live.get(one.session_key), users)}


def _is_good(identity: Identity, row: Any, users: dict[Any, Any]) -> bool:  # noqa: ANN401 a session row of the configured engine
    user = users.get(identity.user_id)
    if row is None or user is None or not user.is_active:
        return False
    content = row.get_decoded()
    if content.get("_auth_user_id") != str(identity.user_id):
        return False
    hashes = {user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()}
    return content.get("_auth_user_hash") in hashes


def _session(session_key: str) -> Any:  # noqa: ANN401 the configured engine's SessionStore
    return import_module(settings.SESSION_ENGINE).SessionStore(session_key)
