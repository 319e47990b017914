import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from kernel.tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
def test_metrics_of_every_process_are_served_on_their_own_port(tmp_path: Path) -> None:
    port = free_port()
    environment = {
        **os.environ,
        "METRICS_DIR": str(tmp_path),
        "METRICS_PORT": str(port),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
    }
    count = (
        "from prometheus_client import Counter;Counter('invigil_probe_total', 'A probe.').inc({})"
    )
    for amount, folder in ((2, tmp_path), (3, tmp_path / "another-container")):
        folder.mkdir(exist_ok=True)
        subprocess.run(
            [sys.executable, "-c", count.format(amount)],
            env={**environment, "PROMETHEUS_MULTIPROC_DIR": str(folder)},
            check=True,
        )
    server = subprocess.Popen(
        [sys.executable, "-m", "monitoring.exporter"], env=environment, cwd=ROOT
    )
    try:
        body = scrape_when_up(port)
    finally:
        server.send_signal(signal.SIGTERM)
    assert "invigil_probe_total 5.0" in body
    assert server.wait(timeout=10) == 0


def scrape_when_up(port: int, timeout_s: float = 60) -> str:
    end = time.monotonic() + timeout_s
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            if time.monotonic() > end:
                raise
