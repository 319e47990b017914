"""Is this process alive, and can an exam run now? Each probe answers in bounded time."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from redis.exceptions import RedisError

from monitoring import heartbeat

WORKER_SILENT_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Probe:
    """Outcome of one probe.

    Attributes:
        name: What was asked.
        ok: Whether it answered well.
        detail: What to look at when it did not.
    """

    name: str
    ok: bool
    detail: str = ""


def readiness() -> list[Probe]:
    """Return every probe of /readyz: database, Redis, migrations, workers, disk."""
    database = _database()
    redis = _redis()
    return [
        database,
        redis,
        _migrations() if database.ok else Probe("migrations", ok=False, detail="no database"),
        _worker() if redis.ok else Probe("workers", ok=False, detail="no redis"),
        _disk(),
    ]


def _guarded(name: str, ask: Callable[[], str], *errors: type[Exception]) -> Probe:
    try:
        complaint = ask()
    except errors as error:
        return Probe(name, ok=False, detail=type(error).__name__)
    return Probe(name, ok=not complaint, detail=complaint)


def _database() -> Probe:
    def ask() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return ""

    return _guarded("database", ask, DatabaseError)


def _redis() -> Probe:
    def ask() -> str:
        heartbeat.client().ping()
        return ""

    return _guarded("redis", ask, RedisError, OSError)


def _migrations() -> Probe:
    def ask() -> str:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        return f"{len(waiting)} not applied: run.py manage migrate" if waiting else ""

    return _guarded("migrations", ask, DatabaseError)


def _disk() -> Probe:
    def ask() -> str:
        free = shutil.disk_usage(settings.VAR_DIR).free
        if free < settings.DISK_RESERVE_BYTES:
            return f"{free // 1024**2} MiB free: uploads are refused, then the database stops"
        return ""

    return _guarded("disk", ask, OSError)


def _worker() -> Probe:
    def ask() -> str:
        age = heartbeat.age_s("worker")
        if age is None or age > WORKER_SILENT_S:
            return "no worker or no beat has answered for 20 s"
        return ""

    return _guarded("workers", ask, RedisError, OSError)
