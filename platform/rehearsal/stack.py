"""The running stack, as its state file tells it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import msgspec

from rehearsal.plan import Cast

LOBBY_S: Final = 8  # short: everybody signs in and posts before it opens
ROOT = Path(__file__).resolve().parents[2]


class NotRunning(Exception):
    """There is no running stack to rehearse against."""


class Stack:
    """Addresses and processes of what `run.py up` started."""

    def __init__(self, state_file: Path) -> None:
        self._file = state_file
        self._read()

    def _read(self) -> dict[str, Any]:
        try:
            state = json.loads(self._file.read_text(encoding="utf-8"))
            os.kill(state["pid"], 0)
        except (OSError, ValueError, KeyError) as error:
            raise NotRunning(
                "Nothing is running here. Start it first: python3 run.py up"
            ) from error
        return dict(state)

    @property
    def base_url(self) -> str:
        """Return the address of the pages."""
        return f"http://127.0.0.1:{self._read()['port']}"

    @property
    def ws_url(self) -> str:
        """Return the address of the socket."""
        return f"ws://127.0.0.1:{int(self._read()['port']) + 1}/ws/"

    def pids(self, role: str) -> list[int]:
        """Return the processes of a role as they are now."""
        return [int(pid) for pid in self._read()["roles"].get(role, [])]

    def manage(self, *arguments: str) -> str:
        """Run a management command against the stack's database and return what it prints."""
        done = subprocess.run(  # noqa: S603 our own command with our own arguments
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout.strip().splitlines()[-1]

    def prepare(self, students: int, lead_s: int, minutes: float) -> Cast:
        """Make a sitting with this many candidates that starts in `lead_s` seconds."""
        line = self.manage(
            "rehearsal_sitting",
            f"--students={students}",
            f"--lead={lead_s}",
            f"--lobby={LOBBY_S}",
            f"--minutes={minutes}",
        )
        return msgspec.json.decode(line, type=Cast)

    def stored(self, sitting: int) -> dict[str, Any]:
        """Return what the database holds of a sitting, for the audit."""
        return dict(json.loads(self.manage("rehearsal_audit", str(sitting))))
