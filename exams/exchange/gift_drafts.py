"""A GIFT file between its preview and its import: kept for an hour, for the person who sent it."""

from typing import Final
from uuid import uuid4

from django.core.cache import cache

LIFE_S: Final = 3600


def keep(data: bytes, *, user_id: int) -> str:
    """Keep a file and return its id. It may be lost with the cache; then it is sent again."""
    draft_id = uuid4().hex
    cache.set(_key(draft_id, user_id), data, LIFE_S)
    return draft_id


def find(draft_id: str, *, user_id: int) -> bytes | None:
    """Return a kept file to who sent it; None when it is gone or somebody else's."""
    data: bytes | None = cache.get(_key(draft_id, user_id))
    return data


def forget(draft_id: str, *, user_id: int) -> None:
    """Drop a file that was imported."""
    cache.delete(_key(draft_id, user_id))


def _key(draft_id: str, user_id: int) -> str:
    return f"gift:{user_id}:{draft_id[:64]}"
