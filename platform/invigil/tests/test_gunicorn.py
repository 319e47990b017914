"""Gunicorn's settings: accepted by gunicorn itself, driven by the environment."""

import gc
import importlib
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from invigil import gunicorn
from invigil.launch.place import here


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT", "WEB_PROCESSES", "WEB_THREADS"):
        monkeypatch.delenv(name, raising=False)


def test_gunicorn_accepts_the_settings() -> None:
    root = here().root
    path = os.pathsep.join([str(root), str(root / "platform")])
    argv = [
        sys.executable,
        "-m",
        "gunicorn",
        "--check-config",
        "-c",
        "platform/invigil/gunicorn.py",
        "kernel.clock:now",
    ]
    shown = subprocess.run(
        argv,
        cwd=root,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 0, shown.stderr


def test_it_listens_on_this_machine_only_unless_told(
    fresh: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert importlib.reload(gunicorn).bind == "127.0.0.1:8000"
    monkeypatch.setenv("HOST", "192.0.2.1")
    monkeypatch.setenv("PORT", "9000")
    assert importlib.reload(gunicorn).bind == "192.0.2.1:9000"
    monkeypatch.setenv("HOST", "::1")
    assert importlib.reload(gunicorn).bind == "[::1]:9000"


def test_requests_end_before_the_supervisor_loses_patience(fresh: None) -> None:
    settings = importlib.reload(gunicorn)
    assert settings.graceful_timeout < 10
    assert settings.workers >= 2
    assert settings.worker_class == "invigil.webworker.GatedThreadWorker"


def test_the_gauges_of_a_dead_worker_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    for name in ("gauge_liveall_123.db", "gauge_liveall_124.db", "counter_123.db"):
        (tmp_path / name).touch()
    gunicorn.child_exit(None, SimpleNamespace(pid=123))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "counter_123.db",
        "gauge_liveall_124.db",
    ]


def test_without_a_folder_for_figures_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    gunicorn.child_exit(None, SimpleNamespace(pid=123))


def test_what_was_loaded_is_no_garbage_to_look_through() -> None:
    try:
        gunicorn.when_ready(None)
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()
