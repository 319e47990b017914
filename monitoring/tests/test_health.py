import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from redis import Redis

from monitoring import health, heartbeat


@pytest.mark.django_db
def test_all_probes_are_good_when_everything_answers(settings: object) -> None:
    heartbeat.beat("worker")
    assert {probe.name: probe.ok for probe in health.readiness()} == {
        "database": True,
        "redis": True,
        "migrations": True,
        "workers": True,
        "disk": True,
    }


@pytest.mark.django_db
def test_a_disk_that_fills_up_is_named_before_it_is_full(
    client: Client, settings: LazySettings
) -> None:
    settings.DISK_RESERVE_BYTES = 10**18
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "MiB free" in response.json()["probes"]["disk"]["detail"]


@pytest.mark.django_db
def test_a_silent_worker_is_named(client: Client) -> None:
    heartbeat.client().delete("heartbeat:worker")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["probes"]["workers"]["ok"] is False
    assert response.json()["probes"]["database"]["ok"] is True


@pytest.mark.django_db
def test_redis_that_is_down_is_named_within_seconds(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=1)
    monkeypatch.setattr(heartbeat, "_client", dead)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["probes"]["redis"] == {"ok": False, "detail": "ConnectionError"}


@pytest.mark.django_db
def test_a_waiting_migration_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'kernel'")
    by_name = {probe.name: probe for probe in health.readiness()}
    assert by_name["migrations"].ok is False
    assert "run.py manage migrate" in by_name["migrations"].detail


def test_healthz_answers_without_touching_the_database(client: Client) -> None:
    # No django_db mark: any query would be an error here.
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
