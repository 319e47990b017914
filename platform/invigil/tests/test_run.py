"""`run.py up` as a person uses it: the whole stack, its restarts, its end, and what stops its start."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from invigil.launch.place import Place
from invigil.launch.ports import LOOPBACK, Ports, free_ports
from invigil.launch.processes import start_time
from invigil.launch.state import StackFile, StackState
from invigil.tests.conftest import (
    Started,
    make_working_copy,
    person_environment,
    processes_under,
    wait_until,
)

pytestmark = [pytest.mark.whole_stack, pytest.mark.timeout(300)]
ROLES = {"postgres", "valkey", "web", "rt", "sfu", "worker", "notices", "beat", "metrics"}


class Stack:
    """A working copy of its own in which `up` runs, again and again."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.ports = free_ports()
        self.up = self.start(None)

    def start(self, running: Started | None) -> Started:
        """Start it and wait until it serves; one that runs is ended first."""
        if running is not None and running.process.poll() is None:
            running.end()
        self.up = Started(self.place, "up", "--empty", "--port", str(self.ports.web))
        self.up.wait_for("Ready after")
        return self.up

    @property
    def state(self) -> StackState:
        """What its state file says."""
        state = StackFile(self.place.run).read()
        assert state is not None
        return state

    def pid_of(self, role: str) -> int:
        """Return the process of a role; 0 while it is being started again."""
        return self.state.roles.get(role, [0])[0]

    def serves(self) -> bool:
        """Tell whether a page with a database behind it is answered."""
        with (
            suppress(OSError),
            urllib.request.urlopen(f"{self.state.urls['web']}/healthz", timeout=10) as page,
        ):
            return bool(page.status == 200)
        return False


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(make_working_copy(tmp_path_factory.mktemp("up") / "copy"))
    yield running
    if running.up.process.poll() is None:
        running.up.end()
    wait_until(lambda: processes_under(running.place.root) == [], "nothing is left")


def run(place: Place, *words: str) -> "subprocess.CompletedProcess[str]":
    argv = [sys.executable, str(place.launcher), *words]
    return subprocess.run(
        argv,
        cwd=place.root,
        env=person_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_everything_runs_and_is_written_down(stack: Stack) -> None:
    assert set(stack.state.roles) == ROLES
    assert stack.state.phase == "ready"
    assert stack.state.pid == stack.up.process.pid
    assert stack.serves()
    with socket.create_connection((LOOPBACK, stack.ports.rt), timeout=5):
        pass
    assert f"http://127.0.0.1:{stack.ports.web}" in stack.up.said
    for role in ROLES:
        assert (stack.place.logs / f"{role}.log").exists()


def test_a_second_up_says_that_one_runs_and_leaves_it_alone(stack: Stack) -> None:
    shown = run(stack.place, "up", "--port", str(free_ports().web))
    assert shown.returncode == 1
    assert shown.stderr == (
        f"Invigil already runs here: http://127.0.0.1:{stack.ports.web} (pid {stack.up.process.pid})."
        f" Stop it with Ctrl-C in its terminal or: kill {stack.up.process.pid}\n"
    )
    assert stack.serves()


def test_manage_reaches_the_database_of_the_running_stack(stack: Stack) -> None:
    code = "from django.db import connection as c; k = c.cursor(); k.execute('SHOW port'); print(k.fetchone()[0])"
    shown = run(stack.place, "manage", "shell", "-v", "0", "-c", code)
    assert shown.stdout.split()[-1] == str(stack.ports.postgres), shown.stderr
    assert stack.serves()


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_killed_role_is_back_soon_and_the_stack_serves(stack: Stack, role: str) -> None:
    wait_until(lambda: stack.pid_of(role) != 0, f"{role} runs")
    first = stack.pid_of(role)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: stack.pid_of(role) not in {0, first}, f"{role} runs again")
    wait_until(stack.serves, "pages are served")
    assert f"{role} ended (killed by SIGKILL)" in stack.up.said


def test_a_killed_supervisor_takes_everything_along_and_up_works_again(stack: Stack) -> None:
    left = [one.pid for one in stack.state.processes]
    stack.up.process.kill()
    stack.up.process.wait()
    wait_until(lambda: not any(start_time(pid) for pid in left), "every role is gone")
    wait_until(lambda: processes_under(stack.place.root) == [], "nothing is left")
    stack.start(stack.up)
    assert stack.serves()


def test_ctrl_c_ends_everything_in_order(stack: Stack) -> None:
    assert stack.up.end(signal.SIGINT) == 0
    assert_ended(stack)


def test_sigterm_lets_the_request_that_is_being_answered_finish(stack: Stack) -> None:
    stack.start(stack.up)
    with socket.create_connection((LOOPBACK, stack.ports.web), timeout=30) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n")
        time.sleep(0.5)  # the worker has taken the connection and waits for the rest
        stack.up.process.send_signal(signal.SIGTERM)
        stack.up.wait_for("Stopping")
        line.sendall(b"\r\n")
        assert line.recv(12) == b"HTTP/1.1 200"
    assert stack.up.process.wait(60) == 0
    assert_ended(stack)


def assert_ended(stack: Stack) -> None:
    assert stack.up.said.splitlines()[-1] == "Stopped."
    assert StackFile(stack.place.run).read() is None
    assert processes_under(stack.place.root) == []
    log = (stack.place.logs / "postgres.log").read_text(encoding="utf-8")
    assert "database system is shut down" in log.splitlines()[-1]


@pytest.fixture
def refused(working_copy: Place) -> Callable[..., str]:
    """Run `up`, which must fail in one line and leave nothing; the line is returned."""

    def _refused(ports: Ports, *words: str) -> str:
        shown = run(working_copy, "up", "--empty", "--port", str(ports.web), *words)
        assert shown.returncode == 1, shown.stdout
        assert len(shown.stderr.splitlines()) == 1, shown.stderr
        assert processes_under(working_copy.root) == []
        assert StackFile(working_copy.run).read() is None
        return shown.stderr

    return _refused


@pytest.mark.parametrize("use", ["web", "rt", "metrics", "postgres", "valkey"])
def test_a_taken_port_is_named_before_anything_starts(
    refused: Callable[..., str], use: str
) -> None:
    ports = free_ports()
    number = getattr(ports, use)
    with socket.create_server((LOOPBACK, number)):
        said = refused(ports)
    assert f"Port {number} (" in said
    assert f"(pid {os.getpid()})" in said
    assert "--port" in said


def test_an_address_of_another_machine_is_refused(refused: Callable[..., str]) -> None:
    assert "on 192.0.2.1 cannot be used" in refused(free_ports(), "--host", "192.0.2.1")


def test_a_file_in_the_place_of_the_data_is_refused(
    refused: Callable[..., str], working_copy: Place
) -> None:
    (working_copy.root / "elsewhere").write_text("", encoding="utf-8")
    said = refused(free_ports(), "--var", str(working_copy.root / "elsewhere"))
    assert "cannot be written" in said


def test_damaged_data_are_refused(refused: Callable[..., str], working_copy: Place) -> None:
    (working_copy.var / "pg").mkdir(parents=True)
    (working_copy.var / "pg" / "PG_VERSION").write_text("garbage", encoding="utf-8")
    assert "or it is damaged. Move it away" in refused(free_ports())


def test_a_role_that_cannot_start_is_quoted(
    refused: Callable[..., str], working_copy: Place
) -> None:
    broken = working_copy.root / "platform/invigil/asgi.py"
    broken.write_text("raise RuntimeError('no hub today')\n", encoding="utf-8")
    said = refused(free_ports())
    assert said.startswith("rt ended at once (exit code 1): RuntimeError: no hub today.")


@pytest.mark.parametrize("moment", ["PostgreSQL", "Tables", "Web, sockets"])
def test_an_interrupt_during_the_start_leaves_nothing(
    working_copy: Place, start: Callable[..., Started], moment: str
) -> None:
    up = start(working_copy, "up", "--empty", "--port", str(free_ports().web))
    up.wait_for(moment)
    assert up.end(signal.SIGINT) == 130
    assert up.said.splitlines()[-1] == "Stopped."
    assert processes_under(working_copy.root) == []
    assert not Path(working_copy.var / "pg.new").exists()
    assert StackFile(working_copy.run).read() is None
