"""The supervisor with small real processes: restarts, the orderly end, the watchdog."""

import errno
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from invigil.launch import interrupts
from invigil.launch.interrupts import Interrupted
from invigil.launch.place import Place
from invigil.launch.processes import start_time
from invigil.launch.report import Stop
from invigil.launch.state import StackFile, StackState
from invigil.launch.supervisor import START_CRASHES, Role, Supervisor
from invigil.tests.conftest import group_is_gone, wait_until

SLEEP = "import time; time.sleep(60)"
FORK = "import os, time; os.fork(); print('two', flush=True); time.sleep(60)"


@pytest.fixture
def supervisor(place: Place, quiet_interrupts: list[int]) -> Iterator[Supervisor]:
    interrupts.install()
    file = StackFile(place.run)
    assert file.take_lock()
    keeper = Supervisor(place, file, StackState(os.getpid(), 8000), os.environ)
    yield keeper
    if keeper.file.lock is not None:
        keeper.stop()


def role(code: str, name: str = "web") -> Role:
    return Role(name, [sys.executable, "-c", code], grace_s=3.0)


def pid_of(supervisor: Supervisor, name: str) -> int:
    state = supervisor.file.read()
    return state.roles.get(name, [0])[0] if state else 0


def interrupt_after(seconds: float) -> None:
    threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGTERM)).start()


def test_a_role_that_is_killed_runs_again_soon_under_another_pid(supervisor: Supervisor) -> None:
    supervisor.start(role(SLEEP))
    first = pid_of(supervisor, "web")
    begun = time.monotonic()
    os.kill(first, signal.SIGKILL)
    supervisor.wait_until(lambda: pid_of(supervisor, "web") not in {0, first}, "web", 20)
    assert 0.15 < time.monotonic() - begun < 5
    assert start_time(pid_of(supervisor, "web"))


def test_the_children_of_a_killed_role_are_gone_before_it_runs_again(
    supervisor: Supervisor,
) -> None:
    supervisor.start(role(FORK))
    group = pid_of(supervisor, "web")
    log = supervisor.log_of("web")
    wait_until(lambda: log.read_text(encoding="utf-8").count("two") == 2, "both run")
    os.kill(group, signal.SIGKILL)
    supervisor.wait_until(lambda: pid_of(supervisor, "web") not in {0, group}, "web", 20)
    assert group_is_gone(group)


def test_the_delay_doubles_while_a_role_keeps_ending(
    supervisor: Supervisor, capsys: pytest.CaptureFixture[str]
) -> None:
    supervisor.start(role("raise SystemExit(3)"))
    interrupt_after(2.5)
    supervisor.watch()
    said = capsys.readouterr().out
    assert "web ended (exit code 3); started again in 0.2 s" in said
    assert "started again in 0.4 s" in said
    assert "started again in 0.8 s" in said


def test_a_role_that_ends_at_once_fails_the_start_with_its_last_line(
    supervisor: Supervisor,
) -> None:
    supervisor.start(role("import sys; print('no such table'); sys.exit(1)"))
    with pytest.raises(Stop) as caught:
        supervisor.wait_until(lambda: False, "web", 30)
    assert "web ended at once (exit code 1): no such table." in str(caught.value)
    assert str(supervisor.log_of("web")) in str(caught.value)
    assert supervisor.kept["web"].crashes == START_CRASHES


def test_a_role_that_never_answers_fails_the_start(supervisor: Supervisor) -> None:
    supervisor.start(role(SLEEP))
    with pytest.raises(Stop, match="did not answer within"):
        supervisor.wait_until(lambda: False, "web", 0.3)


def test_a_request_to_end_cuts_the_wait_short(supervisor: Supervisor) -> None:
    supervisor.start(role(SLEEP))
    interrupt_after(0.2)
    with pytest.raises(Interrupted):
        supervisor.wait_until(lambda: False, "web", 30)


def test_stopping_leaves_no_process_no_state_and_no_lock(supervisor: Supervisor) -> None:
    supervisor.start(role(FORK))
    supervisor.start(role(SLEEP, "worker"))
    pids = [pid_of(supervisor, "web"), pid_of(supervisor, "worker"), supervisor.watchdog.pid]
    supervisor.stop()
    assert [start_time(pid) for pid in pids] == ["", "", ""]
    assert not supervisor.file.path.exists()
    fresh = StackFile(supervisor.place.run)
    assert fresh.take_lock()
    fresh.release()


def test_a_second_request_does_not_wait_for_a_slow_role(
    supervisor: Supervisor, quiet_interrupts: list[int]
) -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    supervisor.start(Role("worker", [sys.executable, "-c", code], grace_s=30.0))
    wait_until(
        lambda: "up" in supervisor.log_of("worker").read_text(encoding="utf-8"),
        "it ignores the signal",
    )
    quiet_interrupts.append(signal.SIGINT)
    interrupt_after(0.3)
    begun = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - begun < 10


def test_the_gauges_of_a_killed_role_are_removed_and_its_counts_are_kept(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    supervisor.env["PROMETHEUS_MULTIPROC_DIR"] = str(tmp_path)
    supervisor.start(role(SLEEP))
    first = pid_of(supervisor, "web")
    kept = {f"counter_{first}.db", "gauge_livesum_1.db"}
    for name in (*kept, f"gauge_livesum_{first}.db", f"gauge_livemax_{first}.db"):
        (tmp_path / name).touch()
    os.kill(first, signal.SIGKILL)
    supervisor.wait_until(lambda: pid_of(supervisor, "web") not in {0, first}, "web", 20)
    assert kept == {path.name for path in tmp_path.glob("*.db")}


def refuse_to_write(_state: StackState) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_and_a_crash_at_once_do_not_end_the_stack(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    supervisor.start(role(SLEEP))
    first = pid_of(supervisor, "web")
    with monkeypatch.context() as full:
        full.setattr(supervisor.file, "write", refuse_to_write)
        os.kill(first, signal.SIGKILL)
        again = supervisor.kept["web"]
        supervisor.wait_until(lambda: supervisor.kept["web"] is not again, "web", 20)
    assert capsys.readouterr().out.count("cannot be written (No space left on device)") == 1
    interrupt_after(0.2)
    supervisor.watch()
    assert pid_of(supervisor, "web") not in {0, first}


def test_a_full_disk_does_not_hinder_the_orderly_end(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor.start(role(SLEEP))
    pids = [pid_of(supervisor, "web"), supervisor.watchdog.pid]
    monkeypatch.setattr(supervisor.file, "write", refuse_to_write)
    supervisor.stop()
    assert [start_time(pid) for pid in pids] == ["", ""]


def test_what_a_role_needs_is_made_before_each_start(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    made = tmp_path / "made"

    def prepare() -> None:
        with made.open("a", encoding="utf-8") as note:
            note.write("x")

    supervisor.start(Role("web", [sys.executable, "-c", SLEEP], prepare=prepare))
    os.kill(pid_of(supervisor, "web"), signal.SIGKILL)
    supervisor.wait_until(lambda: made.read_text(encoding="utf-8") == "xx", "web", 20)


def test_a_killed_watchdog_is_replaced(supervisor: Supervisor) -> None:
    first = supervisor.watchdog
    time.sleep(0.3)  # the shortest life after which one is replaced
    first.kill()
    supervisor.wait_until(lambda: supervisor.watchdog is not first, "watchdog", 20)
    assert supervisor.watchdog.poll() is None
