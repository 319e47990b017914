"""A role that beat is known with its age, for a short while; Redis may be away."""

from collections.abc import Iterator

import pytest
from redis import Redis
from redis.exceptions import RedisError

from kernel import clock
from monitoring import heartbeat

ROLE = "role-of-a-test"


@pytest.fixture
def role() -> Iterator[str]:
    heartbeat.client().delete(f"heartbeat:{ROLE}")
    yield ROLE
    heartbeat.client().delete(f"heartbeat:{ROLE}")


@pytest.fixture
def no_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    dead = Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=1)
    monkeypatch.setattr(heartbeat, "_client", dead)


def test_a_role_that_never_beat_has_no_age(role: str) -> None:
    assert heartbeat.age_s(role) is None


def test_a_role_that_beat_is_young_and_forgotten_soon(role: str) -> None:
    heartbeat.beat(role)
    age = heartbeat.age_s(role)
    assert age is not None
    assert 0 <= age < 5
    assert 0 < int(str(heartbeat.client().ttl(f"heartbeat:{role}"))) <= heartbeat.TTL_S


def test_the_age_is_the_time_since_the_last_beat(role: str) -> None:
    heartbeat.client().set(f"heartbeat:{role}", str(clock.now().timestamp() - 21))
    assert heartbeat.age_s(role) == pytest.approx(21, abs=2)
    heartbeat.beat(role)
    assert heartbeat.age_s(role) == pytest.approx(0, abs=2)


@pytest.mark.usefixtures("no_redis")
def test_a_beat_without_redis_is_dropped_and_a_question_fails() -> None:
    heartbeat.beat(ROLE)
    with pytest.raises(RedisError):
        heartbeat.age_s(ROLE)


def test_one_client_serves_a_process() -> None:
    assert heartbeat.client() is heartbeat.client()
