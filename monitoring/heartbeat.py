"""When each role was last seen alive, kept in Redis with a short life."""

from typing import Final

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from kernel import clock

TTL_S: Final = 30
_client: Redis | None = None


def client() -> Redis:
    """Return this process's Redis client; every call on it gives up after a second."""
    global _client  # noqa: PLW0603 one pooled client per process, made on first use
    if _client is None:
        _client = Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    return _client


def beat(role: str) -> None:
    """Record that `role` is alive now; a Redis that is down is not this caller's problem."""
    try:
        client().set(f"heartbeat:{role}", str(clock.now().timestamp()), ex=TTL_S)
    except RedisError:
        return


def age_s(role: str) -> float | None:
    """Return the seconds since `role` was last seen; None when it is not known.

    Raises:
        RedisError: Redis did not answer.
    """
    raw = client().get(f"heartbeat:{role}")
    return clock.now().timestamp() - float(raw) if isinstance(raw, bytes) else None
