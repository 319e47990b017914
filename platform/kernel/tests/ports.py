"""Ports for the servers that tests start: none is given out twice, and nobody else's is taken for ours."""

import fcntl
import os
import secrets
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Final

PORTS: Final = range(20000, 24000)  # below those of clients, beside those of whole stacks
LOCKS: Final = Path(tempfile.gettempdir()) / "invigil-test-ports"


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a port that nobody uses and no other test process is given while this one lives.

    Without the lock two processes of one run found the same port free, the later server could not
    bind it, and its tests talked to the other's.
    """
    LOCKS.mkdir(exist_ok=True)
    for port in secrets.SystemRandom().sample(PORTS, len(PORTS)):
        if _is_unused(port, kind) and _is_ours(port):
            return port
    raise RuntimeError(f"no free port left for the tests between {PORTS.start} and {PORTS.stop}")


def _is_unused(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _is_ours(port: int) -> bool:
    """Take the port's lock, which ends with this process."""
    lock = os.open(LOCKS / str(port), os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return False
    return True


def wait_for_port(port: int, process: subprocess.Popen[Any], timeout_s: float = 60) -> None:
    """Wait until `process` listens on `port`, given by `free_port`.

    Raises:
        RuntimeError: It ended, or does not listen in time.
    """
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
