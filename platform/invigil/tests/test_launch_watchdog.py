"""The watchdog: a supervisor that is killed takes its whole stack with it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from invigil.launch.place import Place
from invigil.launch.state import StackFile, StackState
from invigil.launch.watchdog import end_leftovers
from invigil.tests.conftest import group_is_gone, wait_until

SUPERVISE = """
import os, sys
from pathlib import Path
from invigil.launch import interrupts
from invigil.launch.place import here
from invigil.launch.state import StackFile, StackState
from invigil.launch.supervisor import Role, Supervisor
interrupts.install()
place = here().with_var(Path(sys.argv[1]))
file = StackFile(place.run)
assert file.take_lock()
keeper = Supervisor(place, file, StackState(os.getpid(), 8000), os.environ)
sleep = [sys.executable, "-c", "import os, time; os.fork(); time.sleep(60)"]
keeper.start(Role("postgres", sleep, wave=0))
keeper.start(Role("web", sleep))
keeper.set_phase("ready")
keeper.watch()
keeper.stop()
"""


@pytest.fixture
def supervised(place: Place) -> "subprocess.Popen[bytes]":
    path = os.pathsep.join([str(place.root), str(place.root / "platform")])
    env = {**os.environ, "PYTHONPATH": path}
    process = subprocess.Popen([sys.executable, "-c", SUPERVISE, str(place.var)], env=env)
    wait_until(lambda: _phase(place) == "ready", "the stack runs")
    return process


def _phase(place: Place) -> str:
    state = StackFile(place.run).read()
    return state.phase if state else ""


def test_a_killed_supervisor_leaves_no_process_behind(
    place: Place, supervised: "subprocess.Popen[bytes]"
) -> None:
    state = StackFile(place.run).read()
    assert state is not None
    supervised.kill()
    supervised.wait()
    wait_until(lambda: all(group_is_gone(one.pid) for one in state.processes), "all are gone")
    fresh = StackFile(place.run)
    wait_until(fresh.take_lock, "the lock is free")
    assert fresh.read() is None
    fresh.release()


def test_the_watchdog_stays_out_of_an_orderly_end(
    place: Place, supervised: "subprocess.Popen[bytes]"
) -> None:
    state = StackFile(place.run).read()
    supervised.send_signal(signal.SIGTERM)
    assert supervised.wait(30) == 0
    assert state is not None
    wait_until(lambda: all(group_is_gone(one.pid) for one in state.processes), "all are gone")


def test_what_a_killed_supervisor_and_watchdog_left_is_ended_by_the_next_start(
    place: Place, supervised: "subprocess.Popen[bytes]"
) -> None:
    state = StackFile(place.run).read()
    assert state is not None
    for watchdog in _children(supervised.pid, "watch-stack"):
        os.kill(supervised.pid, signal.SIGSTOP)  # it must not start another one meanwhile
        os.kill(watchdog, signal.SIGKILL)
    supervised.kill()
    supervised.wait()
    fresh = StackFile(place.run)
    wait_until(fresh.take_lock, "the lock is free")
    assert [one for one in state.processes if one.is_alive()]
    assert end_leftovers(fresh) == 2
    wait_until(lambda: all(group_is_gone(one.pid) for one in state.processes), "all are gone")
    fresh.release()


def _children(parent: int, word: str) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = entry.joinpath("stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            words = entry.joinpath("cmdline").read_text(encoding="utf-8")
        except OSError:
            continue
        if int(stat[1]) == parent and word in words:
            found.append(int(entry.name))
    return found


def test_nothing_is_ended_where_there_is_no_state(tmp_path: Path) -> None:
    assert end_leftovers(StackFile(tmp_path)) == 0


def test_a_state_whose_processes_are_gone_is_removed(tmp_path: Path) -> None:
    file = StackFile(tmp_path)
    file.write(StackState(2**22 + 1, 8000))
    assert end_leftovers(file) == 0
    assert not file.path.exists()
