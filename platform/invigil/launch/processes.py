"""Processes that the stack started, known by pid and start time, and how they are ended.

A pid alone proves nothing after a crash: it may belong to somebody else by now. Whoever ends
processes here need not be their parent: the watchdog and the next start use the same code.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from invigil.launch.report import say

POLL_S = 0.02
HAS_PROC = Path("/proc/self/stat").exists()
ENGINES = 1  # waves 0 and 1: the engines; the roles are above


@dataclass(frozen=True, slots=True)
class Running:
    """One process of the stack, as written to var/run/stack.json.

    Attributes:
        role: "web", "postgres", …
        pid: Process id; also the id of its group when `leads_group`.
        started: Start time as the system tells it; with the pid it is one process for good.
        stop_signal: What asks it to end its work and go.
        grace_s: Seconds it gets for that.
        wave: Higher waves are ended first; the engines come last.
        leads_group: Its children are in a process group of its own.
    """

    role: str
    pid: int
    started: str
    stop_signal: int
    grace_s: float
    wave: int
    leads_group: bool = True

    def is_alive(self) -> bool:
        """Tell whether this very process still runs."""
        return bool(self.started) and start_time(self.pid) == self.started


def start_time(pid: int) -> str:
    """Return when the process was started, as the system writes it; empty when it is gone."""
    if HAS_PROC:
        return _linux_start_time(pid)
    shown = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    state, _, started = shown.partition(" ")
    return "" if state.startswith("Z") else started.strip()


def _linux_start_time(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in {"Z", "X"} else fields[19]


def stop_in_waves(
    running: Iterable[Running], in_a_hurry: Callable[[], bool] = lambda: False
) -> None:
    """End the processes, the highest wave first, each wave together.

    Args:
        running: Some may be gone already.
        in_a_hurry: Asked while waiting; True ends the wait of every wave but the engines'.
    """
    everyone = list(running)
    for wave in sorted({one.wave for one in everyone}, reverse=True):
        _stop_together(
            [one for one in everyone if one.wave == wave],
            in_a_hurry if wave > ENGINES else lambda: False,
        )


def _stop_together(wave: list[Running], in_a_hurry: Callable[[], bool]) -> None:
    for one in wave:
        if one.is_alive():
            _send(one.pid, one.stop_signal)
    begun = time.monotonic()
    waiting = [one for one in wave if one.is_alive()]
    while waiting and not in_a_hurry():
        late = [one for one in waiting if time.monotonic() - begun > one.grace_s]
        for one in late:
            say(f"  {one.role} did not end within {one.grace_s:g} s and was killed")
            _send(one.pid, signal.SIGKILL)
        time.sleep(POLL_S)
        waiting = [one for one in waiting if one.is_alive() and one not in late]
    for one in wave:
        end_group(one)


def end_group(one: Running) -> None:
    """Kill what is left of a process and of the group that it led."""
    if one.is_alive():
        _send(one.pid, signal.SIGKILL)
    reused = start_time(one.pid) not in {"", one.started}
    if one.leads_group and not reused:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(one.pid, signal.SIGKILL)


def _send(pid: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
