import pytest
from django.test import Client
from prometheus_client import CollectorRegistry, generate_latest

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
