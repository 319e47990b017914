"""One command: its output, its failure in one line, and nothing of it left after Ctrl-C."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from invigil.launch import interrupts, shell
from invigil.launch.interrupts import Interrupted
from invigil.launch.processes import start_time
from invigil.launch.shell import CommandFailed, run_attached, run_logged
from invigil.tests.conftest import wait_until

PARENT = (
    "import subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "open(sys.argv[1], 'w').write(str(child.pid)); time.sleep(60)"
)


def fail(tmp_path: Path, code: str) -> CommandFailed:
    with pytest.raises(CommandFailed) as caught:
        run_logged([sys.executable, "-c", code], tmp_path / "log", cwd=tmp_path)
    return caught.value


def test_the_output_is_returned_and_kept_in_the_log(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "print('hello')"]
    (tmp_path / "log").write_text("before\n", encoding="utf-8")
    assert run_logged(argv, tmp_path / "log", cwd=tmp_path) == "hello\n"
    assert (tmp_path / "log").read_text(encoding="utf-8") == "before\nhello\n"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise ValueError('no such user')", "ValueError: no such user"),
        (
            "print('start'); print('Error: no network.'); print('hint'); raise SystemExit(1)",
            "Error: no network",
        ),
        (
            "print('error:'); print('line 3:'); print('x is not y'); raise SystemExit(1)",
            "error: line 3: x is not y",
        ),
        ("print('\\x1b[31mError\\x1b[0m red'); raise SystemExit(1)", "Error red"),
        ("print('just this'); raise SystemExit(1)", "just this"),
        ("raise SystemExit(3)", "exit code 3"),
    ],
)
def test_the_reason_of_a_failure_is_the_line_that_says_it(
    tmp_path: Path, code: str, reason: str
) -> None:
    assert fail(tmp_path, code).reason == reason


def test_a_command_that_takes_too_long_fails_and_is_gone(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(CommandFailed):
        run_logged(
            [sys.executable, "-c", "import time; time.sleep(60)"],
            tmp_path / "log",
            cwd=tmp_path,
            limit_s=0.2,
        )
    assert time.monotonic() - begun < 10


def test_an_interrupt_ends_the_command_and_its_children(
    tmp_path: Path, quiet_interrupts: list[int]
) -> None:
    note = tmp_path / "child"

    def interrupt_when_started() -> None:
        wait_until(
            lambda: note.exists() and note.read_text(encoding="utf-8") != "", "the child runs"
        )
        os.kill(os.getpid(), signal.SIGTERM)

    interrupts.install()
    threading.Thread(target=interrupt_when_started).start()
    with pytest.raises(Interrupted):
        run_logged([sys.executable, "-c", PARENT, str(note)], tmp_path / "log", cwd=tmp_path)
    child = int(note.read_text(encoding="utf-8"))
    wait_until(lambda: start_time(child) == "", "the child is gone")


def test_an_attached_command_gives_its_exit_code(tmp_path: Path) -> None:
    assert run_attached([sys.executable, "-c", "raise SystemExit(7)"], cwd=tmp_path) == 7
    killed = "import os; os.kill(os.getpid(), 9)"
    assert run_attached([sys.executable, "-c", killed], cwd=tmp_path) == 137


def test_an_attached_command_is_told_to_end_and_may_close_its_work(
    tmp_path: Path, quiet_interrupts: list[int]
) -> None:
    code = (
        "import pathlib, signal, sys, time\n"
        "signal.signal(15, lambda *_: sys.exit(5))\n"
        "pathlib.Path('up').touch(); time.sleep(60)"
    )

    def interrupt_when_started() -> None:
        wait_until((tmp_path / "up").exists, "the command runs")
        os.kill(os.getpid(), signal.SIGTERM)

    interrupts.install()
    threading.Thread(target=interrupt_when_started).start()
    assert run_attached([sys.executable, "-c", code], cwd=tmp_path) == 5


def test_ctrl_c_on_a_terminal_is_the_attached_commands_own_affair(
    tmp_path: Path, quiet_interrupts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    leader, follower = os.openpty()
    with os.fdopen(follower, "r", encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        monkeypatch.setattr(shell, "GRACE_S", 0.1)  # were it asked to end, it would be killed soon
        quiet_interrupts.append(signal.SIGINT)
        code = "import time; time.sleep(1); raise SystemExit(4)"
        assert run_attached([sys.executable, "-c", code], cwd=tmp_path) == 4
    os.close(leader)
