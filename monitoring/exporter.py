"""`python -m monitoring.exporter`: /metrics on its own loopback port, for all processes here."""

import os
import signal
import threading
from collections.abc import Iterable
from pathlib import Path

import django
from prometheus_client import REGISTRY, CollectorRegistry, multiprocess, start_http_server
from prometheus_client.core import Metric
from prometheus_client.registry import Collector


class Sum(Collector):
    """What all processes counted: their files lie in a folder, or in one folder per container."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        """Return every metric, summed over the files that are there now."""
        files = sorted(str(path) for path in self._folder.rglob("*.db"))
        merged: Iterable[Metric] = multiprocess.MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call] # untyped upstream
        return merged


def registry() -> CollectorRegistry:
    """Return the registry that sums every process of this machine and reads the tables."""
    from monitoring.metrics import StateCollector  # noqa: PLC0415 needs django.setup()

    merged = CollectorRegistry()
    folder = os.environ.get("METRICS_DIR") or os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        merged.register(Sum(Path(folder)))
    else:
        merged.register(REGISTRY)
    merged.register(StateCollector())
    return merged


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "invigil.settings")
    django.setup()
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    server, thread = start_http_server(
        int(os.environ.get("METRICS_PORT", "8003")),
        os.environ.get("METRICS_HOST", "127.0.0.1"),
        registry=registry(),
    )
    stop.wait()
    server.shutdown()
    thread.join()


if __name__ == "__main__":
    main()
