"""Run one command to its end, stoppable at any moment, with nothing of it left behind."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from invigil.launch import interrupts
from invigil.launch.logs import open_log

POLL_S = 0.05
GRACE_S = 5.0
TAIL_BYTES = 8192
Command = Sequence[str | Path]


class CommandFailed(Exception):
    """The command ended with a code other than 0.

    Attributes:
        code: Its exit code; negative when a signal ended it.
        output: The end of what it wrote.
    """

    def __init__(self, argv: Sequence[str], code: int, output: str) -> None:
        super().__init__(f"{argv[0]} ended with code {code}")
        self.code = code
        self.output = output

    @property
    def reason(self) -> str:
        """The line that says what went wrong: a traceback's last one, else the first error."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        telling = [number for number, line in enumerate(lines) if "error" in line.lower()]
        if telling and "Traceback (most recent call last):" not in lines:
            first = last = telling[0]
            while lines[last].endswith(":") and last + 1 < min(len(lines), first + 4):
                last += 1
            return _plain(" ".join(lines[first : last + 1]))
        return _plain((lines or [f"exit code {self.code}"])[-1])


def _plain(text: str) -> str:
    """Take out colours, a full stop and whatever is too long for one line."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)[:300].rstrip(". ")


class Logged:
    """A command that runs with its output in a log, in a process group of its own.

    Used as a context: at the end of it the command and everything it started are gone.
    """

    def __init__(
        self, argv: Command, log: Path, *, cwd: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.argv = [str(word) for word in argv]
        self.log = log
        with open_log(log) as sink:
            self.begin = sink.seek(0, os.SEEK_END)
            self.process = subprocess.Popen(
                self.argv,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        end_group(self.process)

    def has_ended(self) -> bool:
        """Tell whether the command itself has ended."""
        return self.process.poll() is not None

    def result(self) -> str:
        """Return what the command wrote.

        Raises:
            CommandFailed: It ended with another code than 0, or has not ended.
        """
        with self.log.open("rb") as source:
            source.seek(self.begin)
            output = source.read().decode("utf-8", "replace")
        if self.process.poll() != 0:
            raise CommandFailed(self.argv, self.process.returncode or 1, output[-TAIL_BYTES:])
        return output


def run_logged(
    argv: Command,
    log: Path,
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    limit_s: float = 1800,
) -> str:
    """Run a command with its output in `log`, and return what it wrote.

    Raises:
        CommandFailed: It ended with another code than 0, or took longer than `limit_s`.
        Interrupted: The launcher was asked to end; the command and its children are gone.
    """
    with Logged(argv, log, cwd=cwd, env=env) as command:
        _wait(command.process, limit_s)
        interrupts.check()  # however quickly it ended
        return command.result()


def run_attached(argv: Command, *, cwd: Path, env: Mapping[str, str] | None = None) -> int:
    """Run a command on the terminal of the launcher and return its exit code.

    A request to end is handed on; the command gets a few seconds to close its work.
    """
    process = subprocess.Popen([str(word) for word in argv], cwd=cwd, env=env)
    return wait_attached(process)


def wait_attached(process: "subprocess.Popen[bytes]") -> int:
    """Wait for a command on the launcher's terminal; see `run_attached`."""
    told = 0
    deadline = float("inf")
    while process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(POLL_S)
        if interrupts.count() > told:
            told = interrupts.count()
            if _hand_on(process, interrupts.last()):
                deadline = min(deadline, time.monotonic() + 3 * GRACE_S)
        if time.monotonic() > deadline:
            process.kill()
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


def _wait(process: "subprocess.Popen[bytes]", limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    while process.poll() is None and time.monotonic() < deadline:
        interrupts.check()
        with suppress(subprocess.TimeoutExpired):
            process.wait(POLL_S)


def end_group(process: "subprocess.Popen[bytes]") -> None:
    """End the command and everything it started; it leads a process group of its own."""
    if process.poll() is None:
        _signal_group(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_S)
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _signal_group(leader: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _hand_on(process: "subprocess.Popen[bytes]", number: int) -> bool:
    """Pass a signal on; False for a Ctrl-C that the terminal has sent to the command itself.

    What a Ctrl-C means is then the command's affair: in a Django shell it ends one line only.
    """
    if number == signal.SIGINT and sys.stdin.isatty():
        return False
    with suppress(ProcessLookupError):
        process.send_signal(number)
    return True
