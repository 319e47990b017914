from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from prometheus_client import CollectorRegistry, generate_latest

from exams.tests.conftest import begin, make_cast
from kernel import outbox
from monitoring.metrics import REQUESTS, StateCollector


def scrape() -> str:
    registry = CollectorRegistry()
    registry.register(StateCollector())
    return generate_latest(registry).decode()


@pytest.mark.django_db
def test_open_jobs_are_counted_by_queue_and_state() -> None:
    outbox.enqueue("nobody.listens", {"n": 1}, queue="grading")
    text = scrape()
    assert 'invigil_jobs{queue="grading",state="waiting"} 1.0' in text
    assert "invigil_database_up 1.0" in text


@pytest.mark.django_db
def test_requests_are_labelled_by_route_and_never_by_path(client: Client) -> None:
    client.get("/healthz?name=ana%40example.org")
    client.get("/no/such/page/4711")
    labels = [
        sample.labels
        for metric in REQUESTS.collect()
        for sample in metric.samples
        if "route" in sample.labels
    ]
    routes = {label["route"] for label in labels}
    assert {"healthz", "unrouted"} <= routes
    assert not any("4711" in route or "@" in route for route in routes)


@pytest.mark.django_db
def test_methods_that_a_client_makes_up_are_one_series(client: Client) -> None:
    for number in range(3):
        client.generic(f"ZZ{number}", "/healthz")
    methods = {
        sample.labels["method"]
        for metric in REQUESTS.collect()
        for sample in metric.samples
        if "method" in sample.labels
    }
    assert "other" in methods
    assert not any(method.startswith("ZZ") for method in methods)


@pytest.mark.django_db
def test_an_attempt_that_never_saved_is_as_old_as_its_start() -> None:
    begin(make_cast())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE exams_attempt SET started_at = now() - interval '20 minutes'")
    assert "invigil_save_age_max_seconds 1200.0" in scrape()


@pytest.mark.django_db
def test_what_is_free_on_the_disk_is_shown_beside_its_reserve(
    settings: LazySettings, tmp_path: Path
) -> None:
    settings.VAR_DIR, settings.DISK_RESERVE_BYTES = tmp_path, 4096
    lines = dict(line.split() for line in scrape().splitlines() if line.startswith("invigil_disk"))
    assert float(lines["invigil_disk_reserve_bytes"]) == 4096
    assert float(lines["invigil_disk_free_bytes"]) > 0
    settings.VAR_DIR = tmp_path / "elsewhere"
    assert "invigil_disk" not in scrape()
