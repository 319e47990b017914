"""The stack that runs now: a lock that dies with its owner, and var/run/stack.json for others."""

import fcntl
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from invigil.launch.logs import unwritable
from invigil.launch.processes import Running, start_time


@dataclass(frozen=True, slots=True)
class StackState:
    """What var/run/stack.json says.

    Attributes:
        pid: The supervisor.
        port: First port of the stack.
        phase: "starting", "ready" or "stopping".
        urls: Where the parts answer: "web", "ws", "metrics".
        processes: Everything to be ended, in no order.
        started: Start time of the supervisor, as the system writes it.
    """

    pid: int
    port: int
    phase: str = "starting"
    urls: dict[str, str] = field(default_factory=dict)
    processes: tuple[Running, ...] = ()
    started: str = field(default_factory=lambda: start_time(os.getpid()))

    def is_alive(self) -> bool:
        """Tell whether the supervisor still runs."""
        return start_time(self.pid) == self.started

    @property
    def roles(self) -> dict[str, list[int]]:
        """Role → process ids."""
        found: dict[str, list[int]] = {}
        for one in self.processes:
            found.setdefault(one.role, []).append(one.pid)
        return found


class StackFile:
    """The state file of one data directory, and the lock beside it."""

    def __init__(self, run: Path) -> None:
        self.path = run / "stack.json"
        self.lock_path = run / "stack.lock"
        self.lock: int | None = None

    def take_lock(self) -> bool:
        """Become the one stack of this data directory; False when another one is.

        The lock belongs to the open file: it is free as soon as its owner and the owner's
        watchdog, which inherits it, are gone, however they died.

        Raises:
            Stop: The folder cannot be written to.
        """
        try:
            self.lock_path.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise unwritable(self.lock_path, error) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self.lock = lock
        return True

    def release(self) -> None:
        """Say that no stack runs here any more."""
        self.path.unlink(missing_ok=True)
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None

    def write(self, state: StackState) -> None:
        """Replace the file in one move, so that a reader sees the old or the new one."""
        content = {
            "pid": state.pid,
            "started": state.started,
            "port": state.port,
            "phase": state.phase,
            "urls": state.urls,
            "roles": state.roles,
            "processes": [asdict(one) for one in state.processes],
        }
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        fresh.replace(self.path)

    def read(self) -> StackState | None:
        """Return what the file says; None when there is none or it cannot be understood."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            content = json.loads(self.path.read_text(encoding="utf-8"))
            return StackState(
                pid=int(content["pid"]),
                port=int(content["port"]),
                phase=str(content["phase"]),
                urls=dict(content["urls"]),
                processes=tuple(_running(content["processes"])),
                started=str(content["started"]),
            )
        return None


def _running(rows: Iterable[dict[str, Any]]) -> Iterable[Running]:
    return (Running(**row) for row in rows)
