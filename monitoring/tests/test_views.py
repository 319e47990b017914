"""The two probes over HTTP: what they answer, to whom, and that nobody keeps the answer."""

import pytest
from django.test import Client

from monitoring import heartbeat

PROBES = {"database", "redis", "migrations", "workers", "disk"}


@pytest.mark.django_db
def test_readyz_says_yes_when_every_probe_does(client: Client) -> None:
    heartbeat.beat("worker")
    answer = client.get("/readyz")
    body = answer.json()
    assert answer.status_code == 200
    assert body["ready"] is True
    assert {name for name, probe in body["probes"].items() if probe["ok"]} == PROBES


@pytest.mark.django_db
def test_readyz_says_no_and_which_probe_says_so(client: Client) -> None:
    heartbeat.client().delete("heartbeat:worker")
    answer = client.get("/readyz")
    body = answer.json()
    assert answer.status_code == 503
    assert body["ready"] is False
    assert [name for name, probe in body["probes"].items() if not probe["ok"]] == ["workers"]
    assert "no worker" in body["probes"]["workers"]["detail"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_is_never_kept_and_only_read(client: Client, path: str) -> None:
    assert "no-store" in client.get(path).headers["Cache-Control"]
    assert client.post(path).status_code == 405
    assert client.head(path).content == b""
