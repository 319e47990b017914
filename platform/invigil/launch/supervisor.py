"""Starts the processes of a stack, starts a crashed one again, and ends them all in order.

One thread, one loop. What runs is written to var/run/stack.json after each change; a watchdog
process (see watchdog.py) ends everything listed there should the supervisor itself be killed.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from invigil.launch import interrupts, logs
from invigil.launch.place import Place
from invigil.launch.processes import Running, end_group, start_time, stop_in_waves
from invigil.launch.report import Stop, say
from invigil.launch.state import StackFile, StackState
from invigil.launch.watchdog import FAREWELL

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 10.0
STEADY_S = 20.0  # a role that ran this long starts again with the first delay
START_CRASHES = 3


@dataclass(frozen=True, slots=True)
class Role:
    """One process to keep running.

    Attributes:
        name: Also the name of its log file.
        argv: Command and arguments.
        wave: 0 and 1 are the engines; higher ones are ended first.
        env: Set on top of the stack's environment.
        stop_signal: What asks it to finish and go.
        grace_s: Seconds it gets for that.
        prepare: Called before each start, the first and the ones after a crash.
    """

    name: str
    argv: Sequence[str | Path]
    wave: int = 2
    env: Mapping[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    grace_s: float = 10.0
    prepare: Callable[[], None] = lambda: None


@dataclass(slots=True)
class _Kept:
    """A role with what is known of its process."""

    role: Role
    process: "subprocess.Popen[bytes]"
    running: Running
    begun: float
    crashes: int = 0
    again_at: float = 0.0  # 0: it runs


class Supervisor:
    """Keeps the roles of one stack running; used from the main thread only."""

    def __init__(
        self, place: Place, file: StackFile, state: StackState, env: Mapping[str, str]
    ) -> None:
        self.place = place
        self.file = file
        self.state = state
        self.env = dict(env)
        self.kept: dict[str, _Kept] = {}
        self.guests: list[Running] = []
        self.is_unwritten = False  # stack.json is behind, and that was said
        self.alarm = interrupts.Alarm()
        self.watchdog = self._start_watchdog()

    def start(self, role: Role) -> None:
        """Start a role and write it down."""
        self.kept[role.name] = self._spawn(role)
        self._write()

    def log_of(self, name: str) -> Path:
        """Return the log file of a role."""
        return self.place.logs / f"{name}.log"

    def attach(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        """Have the watchdog end this process too; it is not started again."""
        started = start_time(process.pid)
        self.guests.append(
            Running(name, process.pid, started, signal.SIGTERM, 10.0, 3, leads_group=False)
        )
        self._write()

    def set_phase(self, phase: str, urls: Mapping[str, str] | None = None) -> None:
        """Write down how far the stack is."""
        self.state = replace(self.state, phase=phase, urls=dict(urls or self.state.urls))
        self._write()

    def wait_until(
        self, ready: Callable[[], bool], what: str, limit_s: float, poll_s: float = 0.05
    ) -> None:
        """Wait for a role to answer, during the start.

        Raises:
            Stop: A role keeps ending, or the time is over; its last log line is in the text.
            Interrupted: The launcher was asked to end.
        """
        deadline = time.monotonic() + limit_s
        while not ready():
            interrupts.check()
            self.tend(starting=True)
            if time.monotonic() > deadline:
                raise self._failed(what, f"did not answer within {limit_s:g} s")
            self.alarm.sleep(poll_s)

    def watch(self) -> None:
        """Keep everything running until the launcher is asked to end."""
        while not interrupts.count():
            self.tend()
            pending = [one.again_at for one in self.kept.values() if one.again_at]
            timeout = max(0.0, min(pending) - time.monotonic()) if pending else 5.0
            self.alarm.sleep(timeout)
            if self.is_unwritten:
                self._write()

    def tend(self, *, starting: bool = False) -> None:
        """Look at each process once: note the dead, start again those whose time has come."""
        for one in self.kept.values():
            if not one.again_at and one.process.poll() is not None:
                self._note_death(one, starting=starting)
            elif one.again_at and time.monotonic() >= one.again_at:
                self._revive(one)
        if (
            self.watchdog.poll() is not None
            and time.monotonic() - self.watching_since > FIRST_DELAY_S
        ):
            os.close(self.lifeline)
            self.watchdog = self._start_watchdog()

    def stop(self) -> None:
        """End everything, roles before engines; returns when nothing is left."""
        asked = interrupts.count()
        self.set_phase("stopping")
        running = [one.running for one in self.kept.values()]
        stop_in_waves([*running, *self.guests], lambda: interrupts.count() > max(1, asked))
        for one in self.kept.values():
            one.process.wait()
        with suppress(BrokenPipeError):
            os.write(self.lifeline, FAREWELL)
        os.close(self.lifeline)
        self.watchdog.wait()
        self.alarm.close()
        self.file.release()

    def _start_watchdog(self) -> "subprocess.Popen[bytes]":
        """Start the process that ends the stack when the supervisor is killed."""
        reader, writer = os.pipe()
        lock = [] if self.file.lock is None else [self.file.lock]
        watchdog = subprocess.Popen(
            [sys.executable, self.place.launcher, "watch-stack", self.file.path],
            stdin=reader,
            pass_fds=lock,
            start_new_session=True,
        )
        os.close(reader)
        self.lifeline = writer
        self.watching_since = time.monotonic()
        return watchdog

    def _spawn(self, role: Role) -> _Kept:
        role.prepare()
        with logs.open_log(self.log_of(role.name)) as sink:
            process = subprocess.Popen(
                [str(word) for word in role.argv],
                cwd=self.place.root,
                env={**self.env, **role.env},
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started = start_time(process.pid)
        running = Running(
            role.name, process.pid, started, role.stop_signal, role.grace_s, role.wave
        )
        return _Kept(role, process, running, time.monotonic())

    def _note_death(self, one: _Kept, *, starting: bool) -> None:
        end_group(one.running)
        drop_gauges(self.env.get("PROMETHEUS_MULTIPROC_DIR"), one.running.pid)
        steady = time.monotonic() - one.begun > STEADY_S
        one.crashes = 1 if steady else one.crashes + 1
        if starting and one.crashes >= START_CRASHES:
            raise self._failed(one.role.name, f"ended at once ({_ending(one.process.returncode)})")
        delay = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** (one.crashes - 1))
        one.again_at = time.monotonic() + delay
        say(
            f"  {one.role.name} ended ({_ending(one.process.returncode)}); "
            f"started again in {delay:.1f} s, see {self.log_of(one.role.name)}"
        )
        self._write()

    def _revive(self, one: _Kept) -> None:
        try:
            fresh = self._spawn(one.role)
        except (OSError, Stop) as error:
            one.crashes += 1
            one.again_at = time.monotonic() + LONGEST_DELAY_S
            say(f"  {one.role.name} could not be started again: {error}")
            return
        fresh.crashes = one.crashes
        self.kept[one.role.name] = fresh
        self._write()

    def _failed(self, name: str, what: str) -> Stop:
        log = self.log_of(name)
        said = logs.last_line(log)
        return Stop(f"{name} {what}: {said or 'it wrote nothing'}.", f"The whole log: {log}")

    def _write(self) -> None:
        """Write down what runs; a full disk must not take the stack down with it."""
        alive = [one.running for one in self.kept.values() if not one.again_at]
        self.state = replace(self.state, processes=(*alive, *self.guests))
        try:
            self.file.write(self.state)
        except OSError as error:
            if not self.is_unwritten:
                say(f"  {self.file.path} cannot be written ({error.strerror}); the stack goes on")
            self.is_unwritten = True
        else:
            self.is_unwritten = False


def drop_gauges(folder: str | None, pid: int) -> None:
    """Take what a dead process said of its present state out of the sum; its counts stay."""
    for file in Path(folder).glob(f"gauge_live*_{pid}.db") if folder else ():
        with suppress(OSError):
            file.unlink()


def _ending(code: int) -> str:
    """Say how a process ended, for people."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
