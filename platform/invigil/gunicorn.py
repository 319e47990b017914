"""Gunicorn's settings for the `web` role: threads, an orderly stop, tidy figures of dead workers.

The figures themselves are served by a process of their own (`python -m monitoring.exporter`): it
reads the database, which the arbiter, about to fork, must not have open.
"""

import gc
import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from prometheus_client import multiprocess


class Worker(Protocol):
    """The part of a worker that the hooks use."""

    pid: int


def in_memory_folder() -> str | None:
    """Return a folder in memory for the workers' heartbeat files, where there is one."""
    shared = Path("/dev/shm")  # noqa: S108 a folder in memory; the file in it is made safely
    return str(shared) if shared.is_dir() and os.access(shared, os.W_OK) else None


def listen_address() -> str:
    """Return HOST:PORT, an IPv6 address in brackets."""
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


bind = listen_address()
worker_class = "invigil.webworker.GatedThreadWorker"  # gthread, and no thread waits for a client
worker_connections = 900  # for each process; a place below the usual 1024 open files
workers = int(os.environ.get("WEB_PROCESSES") or max(2, os.cpu_count() or 2))
threads = int(os.environ.get("WEB_THREADS") or 8)
worker_tmp_dir = in_memory_folder()
preload_app = True  # read once, then forked: half the start, and a dead worker is back at once
timeout = 30
graceful_timeout = 8  # seconds; below the supervisor's 10, so that requests end before they are cut
keepalive = 20  # seconds; a browser between two saves keeps its connection
sendfile = False  # it would wait for a reader that is gone for as long as TCP does
backlog = 1024
control_socket_disable = True  # it would lie in the home folder, outside of the data directory
errorlog = "-"
loglevel = "info"


def when_ready(server: object) -> None:
    """Take what was loaded out of the search for garbage: it never is any, and there is a lot.

    A full search took 130 ms, in which a request waited; and it wrote to memory that the forked
    processes share.
    """
    del server
    gc.collect()
    gc.freeze()


def child_exit(server: object, worker: Worker) -> None:
    """Take the gauges of a worker that ended out of the sum."""
    del server
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        with suppress(OSError):
            multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call] # untyped upstream
