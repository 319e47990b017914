"""Processes known by pid and start time, ended in waves, with their children."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from invigil.launch.processes import Running, end_group, start_time, stop_in_waves
from invigil.tests.conftest import wait_until

SLEEP = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
PARENT = (
    "import subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print(child.pid, flush=True); time.sleep(60)"
)


def run(
    code: str, role: str = "one", *, wave: int = 2, grace_s: float = 5.0
) -> tuple[Running, "subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    running = Running(role, process.pid, start_time(process.pid), signal.SIGTERM, grace_s, wave)
    return running, process


def close(*processes: "subprocess.Popen[str]") -> None:
    for process in processes:
        process.kill()
        process.communicate()


def test_a_process_is_known_by_its_start_time_and_gone_when_it_is_a_zombie() -> None:
    running, process = run(SLEEP)
    assert running.is_alive()
    process.kill()
    wait_until(lambda: start_time(process.pid) == "", "the zombie counts as gone")
    assert not running.is_alive()
    close(process)


def test_a_reused_pid_is_not_taken_for_the_old_process() -> None:
    ours = Running("one", os.getpid(), "long ago", signal.SIGKILL, 1.0, 2)
    assert not ours.is_alive()
    stop_in_waves([ours])
    end_group(ours)
    assert start_time(os.getpid())  # we are still here


def test_a_process_that_was_gone_at_its_registration_is_not_alive() -> None:
    assert not Running("one", 2**22 + 1, "", signal.SIGTERM, 1.0, 2).is_alive()


def test_the_children_of_an_ended_process_are_ended_too() -> None:
    running, process = run(PARENT)
    assert process.stdout is not None
    child = int(process.stdout.readline())
    assert start_time(child)
    stop_in_waves([running])
    wait_until(lambda: start_time(child) == "", "the child is gone")
    close(process)


def test_higher_waves_are_ended_before_lower_ones(tmp_path: Path) -> None:
    order = tmp_path / "order"
    code = (
        "import signal, sys, time\n"
        f"def note(*_): open({str(order)!r}, 'a').write(sys.argv[1]); sys.exit()\n"
        "signal.signal(15, note); print('up', flush=True); time.sleep(60)"
    )
    started = []
    for name, wave in (("engine", 0), ("role", 2)):
        process = subprocess.Popen(
            [sys.executable, "-c", code, name],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        started.append(
            (Running(name, process.pid, start_time(process.pid), 15, 5.0, wave), process)
        )
    stop_in_waves([one for one, _ in started])
    assert order.read_text(encoding="utf-8") == "roleengine"
    close(*(process for _, process in started))


def test_a_process_that_will_not_go_is_killed_when_its_time_is_over(
    capsys: pytest.CaptureFixture[str],
) -> None:
    end_stubborn(grace_s=0.2)
    assert "stubborn did not end within 0.2 s and was killed" in capsys.readouterr().out


def test_a_process_that_will_not_go_is_killed_at_once_in_a_hurry() -> None:
    end_stubborn(grace_s=30.0, in_a_hurry=True)


def end_stubborn(*, grace_s: float, in_a_hurry: bool = False) -> None:
    running, process = run(STUBBORN, "stubborn", grace_s=grace_s)
    assert process.stdout is not None
    process.stdout.readline()
    begun = time.monotonic()
    stop_in_waves([running], lambda: in_a_hurry)
    assert time.monotonic() - begun < 10
    wait_until(lambda: not running.is_alive(), "it is gone")
    close(process)


def test_hurry_does_not_cut_the_engines_short(tmp_path: Path) -> None:
    done = tmp_path / "checkpoint"
    code = (
        "import signal, sys, time\n"
        f"def stop(*_): time.sleep(0.5); open({str(done)!r}, 'w').close(); sys.exit()\n"
        "signal.signal(15, stop); print('up', flush=True); time.sleep(60)"
    )
    running, process = run(code, "postgres", wave=0, grace_s=20)
    assert process.stdout is not None
    process.stdout.readline()
    stop_in_waves([running], lambda: True)
    assert done.exists()
    close(process)
