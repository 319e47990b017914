"""Working copies of the launcher to break, and the processes that its tests start."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from invigil.launch import frontend, interrupts, processes
from invigil.launch.place import Place, here
from invigil.launch.ports import Ports, free_ports

PATIENCE_S = 150.0
NOT_COPIED = shutil.ignore_patterns("dist", "__pycache__", "node_modules")
OF_THE_RUN = (
    "CHROMIUM_PATH",
    "CLAMD_PATH",
    "PROMTOOL_PATH",
    "DATABASE_URL",
    "REDIS_URL",
    "VAR_DIR",
    "DJANGO_SECRET_KEY",
    "CI",
    "SITE_URL",
)
OF_PYTEST = ("INVIGIL_TESTING", "PYTEST_XDIST_WORKER", "INVIGIL_FAILED_STEPS")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """This working copy, with data of the test's own."""
    return here().with_var(tmp_path / "var")


@pytest.fixture
def ports() -> Ports:
    """Six free ports."""
    return free_ports()


@pytest.fixture(autouse=True)
def outside_names_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """The launcher under test sees none of the variables that the test run itself lives on."""
    for name in OF_THE_RUN:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def quiet_interrupts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The list of received signals, empty, and the handlers put back afterwards."""
    kept = {number: signal.getsignal(number) for number in interrupts.WATCHED}
    received: list[int] = []
    monkeypatch.setattr(interrupts, "_received", received)
    yield received
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture
def working_copy(tmp_path: Path) -> Place:
    """A working copy whose launcher is its own and whose packages are the tested ones."""
    return make_working_copy(tmp_path / "copy")


def make_working_copy(root: Path) -> Place:
    """Copy the launcher and the platform; link the rest, and say that the front end is built."""
    original = here().root
    root.mkdir()
    for entry in original.iterdir():
        target = root / entry.name
        if entry.name == "platform":
            shutil.copytree(entry, target, ignore=NOT_COPIED)
        elif entry.name in {"run.py", "requirements.lock", "requirements-node.lock"}:
            shutil.copyfile(entry, target)
        elif entry.name == ".venv" or not entry.name.startswith((".", "var", "node_modules")):
            target.symlink_to(entry)
    copy = Place(root, root / "var")
    for folder, paths in (
        (copy.node_modules, [root / name for name in frontend.PACKAGE_FILES]),
        (copy.dist, frontend.sources(root)),
    ):
        folder.mkdir(parents=True)
        (folder / frontend.STAMP).write_text(frontend.digest(paths), encoding="utf-8")
    return copy


def person_environment() -> dict[str, str]:
    """Return the environment of somebody who starts run.py, without what this test run added."""
    ours = {*OF_THE_RUN, *OF_PYTEST}
    return {name: value for name, value in os.environ.items() if name not in ours}


class Started:
    """A run of run.py whose lines can be waited for."""

    def __init__(self, place: Place, *words: str, env: Mapping[str, str] | None = None) -> None:
        self.log = place.root / f"said-{time.monotonic_ns()}.txt"
        with self.log.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, str(place.launcher), *words],
                cwd=place.root,
                env={**person_environment(), **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """Everything that it wrote up to now."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, text: str) -> None:
        """Wait until it has written the text."""
        wait_until(lambda: text in self.said or self.process.poll() is not None, text)
        assert text in self.said, self.said

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, wait for the end, and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


@pytest.fixture
def start() -> Iterator[Callable[..., Started]]:
    """Start run.py in a working copy; whatever still runs at the end is killed."""
    runs: list[Started] = []

    def _start(place: Place, *words: str, env: Mapping[str, str] | None = None) -> Started:
        runs.append(Started(place, *words, env=env))
        return runs[-1]

    yield _start
    for run in runs:
        with suppress(ProcessLookupError):
            run.process.kill()
        run.process.wait(PATIENCE_S)


def wait_until(true: Callable[[], bool], what: str) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        time.sleep(0.02)


def processes_under(folder: Path) -> list[str]:
    """Return the command lines of the processes that mention a folder or work in it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = entry.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode()
            works_there = entry.joinpath("cwd").resolve().is_relative_to(folder)
            if (works_there or str(folder) in words) and processes.start_time(int(entry.name)):
                found.append(words)
    return found


def group_is_gone(group: int) -> bool:
    """Tell whether a process group has no running member; a zombie does not run."""
    pids = (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))
    return not any(_group_of(pid) == group and processes.start_time(pid) for pid in pids)


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0
