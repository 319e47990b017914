"""Request metrics of every process, and gauges read from the database at scrape time.

No label carries an id or a name of a person: routes, methods, states and queues only.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

REQUESTS: Final = Counter(
    "invigil_http_requests_total", "HTTP requests.", ["route", "method", "status"]
)
SECONDS: Final = Histogram(
    "invigil_http_request_seconds",
    "Time from request to response, seconds.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5),
)

# The method is the client's own word: each other one would be a series for ever.
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_JOBS_SQL: Final = """
    SELECT queue, state, count(*), coalesce(extract(epoch FROM now() - min(run_at)), 0)
    FROM kernel_outboxentry WHERE state <> 'done' GROUP BY queue, state
"""
_ATTEMPTS_SQL: Final = """
    SELECT a.state, count(*) FROM exams_attempt a JOIN exams_sitting s ON s.id = a.sitting_id
    WHERE s.state IN ('lobby', 'running') GROUP BY a.state
"""
_SAVES_SQL: Final = """
    SELECT coalesce(max(extract(epoch FROM now() - coalesce(a.last_saved_at, a.started_at))), 0)
    FROM exams_attempt a WHERE a.state = 'running'
"""
_SCANS_SQL: Final = "SELECT state, count(*) FROM scanner_upload GROUP BY state"
_NOTICES_SQL: Final = "SELECT state, count(*) FROM notifications_delivery GROUP BY state"


class RequestMetrics:
    """Middleware that counts and times requests by route."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request and record it under its route, never under its path."""
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        route = match.route if match else "unrouted"
        method = request.method if request.method in METHODS else "other"
        record_request(route, method, response.status_code, time.perf_counter() - started)
        return response


def record_request(route: str, method: str, status: int, seconds: float) -> None:
    """Count and time one answered request."""
    _counter(route, method, status).inc()
    _timer(route).observe(seconds)


@lru_cache(maxsize=2048)
def _counter(route: str, method: str, status: int) -> Counter:
    """Finding a child by its labels costs ten times what counting does."""
    return REQUESTS.labels(route, method, str(status))


@lru_cache(maxsize=512)
def _timer(route: str) -> Histogram:
    return SECONDS.labels(route)


class StateCollector(Collector):
    """Gauges that come from the tables, so they are right however many processes run."""

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges; without a database only `invigil_database_up 0` and the disk."""
        try:
            metrics = list(self._from_tables())
            up = 1.0
        except DatabaseError:
            connection.close()
            metrics, up = [], 0.0
        yield GaugeMetricFamily("invigil_database_up", "Whether the database answers.", value=up)
        yield from _disk()
        yield from metrics

    def _from_tables(self) -> Iterator[Metric]:
        jobs = GaugeMetricFamily("invigil_jobs", "Open background jobs.", labels=["queue", "state"])
        oldest = GaugeMetricFamily(
            "invigil_job_oldest_seconds", "Age of the oldest open job.", labels=["queue", "state"]
        )
        for queue, state, count, age in _rows(_JOBS_SQL):
            jobs.add_metric([str(queue), str(state)], float(str(count)))
            oldest.add_metric([str(queue), str(state)], max(float(str(age)), 0.0))
        yield jobs
        yield oldest
        yield _by_state("invigil_attempts", "Attempts of open sittings.", _ATTEMPTS_SQL)
        yield _by_state("invigil_uploads", "Uploads by state of their check.", _SCANS_SQL)
        yield _by_state("invigil_deliveries", "SMS by delivery state.", _NOTICES_SQL)
        yield GaugeMetricFamily(
            "invigil_save_age_max_seconds",
            "Longest time since a running attempt last saved, or began.",
            value=float(str(_rows(_SAVES_SQL)[0][0])),
        )


def _disk() -> Iterator[Metric]:
    """Yield what is free on the disk of the data, and the part of it that no upload gets."""
    if not settings.VAR_DIR.is_dir():  # a container without the data
        return
    free, reserve = shutil.disk_usage(settings.VAR_DIR).free, settings.DISK_RESERVE_BYTES
    yield GaugeMetricFamily("invigil_disk_free_bytes", "Free for the data.", value=free)
    yield GaugeMetricFamily("invigil_disk_reserve_bytes", "Kept from uploads.", value=reserve)


def _rows(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _by_state(name: str, help_text: str, sql: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_text, labels=["state"])
    for state, count in _rows(sql):
        family.add_metric([str(state)], float(str(count)))
    return family
