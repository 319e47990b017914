"""Ports of a stack: six in a row from the first, and who holds one that is taken."""

import errno
import os
import secrets
import shutil
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from invigil.launch.report import Stop

LOOPBACK = "127.0.0.1"
BLOCK = 6
SEARCH = range(24100, 32000, 10)


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one stack, counted from the first."""

    web: int

    @property
    def rt(self) -> int:
        """WebSockets."""
        return self.web + 1

    @property
    def sfu(self) -> int:
        """Media, UDP."""
        return self.web + 2

    @property
    def metrics(self) -> int:
        """Figures for Prometheus, loopback only."""
        return self.web + 3

    @property
    def postgres(self) -> int:
        """The embedded PostgreSQL."""
        return self.web + 4

    @property
    def valkey(self) -> int:
        """The embedded Valkey."""
        return self.web + 5


def free_ports() -> Ports:
    """Return a block of free ports, for a stack that nobody has to find.

    The search begins anywhere, so that two launchers side by side do not choose the same block.

    Raises:
        Stop: All are taken.
    """
    begin = secrets.randbelow(len(SEARCH))
    for first in (*SEARCH[begin:], *SEARCH[:begin]):
        if all(_refusal(LOOPBACK, first + step, socket.SOCK_STREAM) == 0 for step in range(BLOCK)):
            return Ports(first)
    raise Stop("No six free ports in a row between 24100 and 32000.", "Stop some servers.")


def require_free(host: str, port: int, use: str, kind: int = socket.SOCK_STREAM) -> None:
    """Make sure that a port can be bound.

    Raises:
        Stop: It cannot; the port, its use here and, when it can be found, its holder are named.
    """
    refused = _refusal(host, port, kind)
    if refused == 0:
        return
    if refused == errno.EADDRINUSE:
        holder = holder_of(port, kind)
        by = f" by {holder}" if holder else ""
        raise Stop(
            f"Port {port} ({use}) is taken{by}.",
            "Stop that program, or choose other ports: python3 run.py up --port 8100",
        )
    raise Stop(
        f"Port {port} ({use}) on {host} cannot be used: {os.strerror(refused)}.",
        "Choose other ports or another address: python3 run.py up --port 8100 --host 127.0.0.1",
    )


def _refusal(host: str, port: int, kind: int) -> int:
    """Return 0 when the port can be bound, else the error number."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno or errno.EIO
    return 0


def holder_of(port: int, kind: int = socket.SOCK_STREAM) -> str:
    """Return "name (pid n)" of the program that holds a port; empty when it cannot be seen."""
    if Path("/proc/net/tcp").exists():
        return _linux_holder(port, "tcp" if kind == socket.SOCK_STREAM else "udp")
    lsof = shutil.which("lsof")
    if lsof is None:
        return ""
    listed = subprocess.run(
        [lsof, "-nP", f"-i:{port}", "-Fpc"], capture_output=True, text=True, check=False
    ).stdout
    fields = {line[0]: line[1:] for line in listed.splitlines() if line}
    return f"{fields.get('c', 'a program')} (pid {fields['p']})" if "p" in fields else ""


def _linux_holder(port: int, protocol: str) -> str:
    sockets = {f"socket:[{inode}]" for inode in _linux_inodes(port, protocol)}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if any(str(fd.readlink()) in sockets for fd in process.joinpath("fd").iterdir()):
                name = process.joinpath("comm").read_text(encoding="utf-8").strip()
                return f"{name} (pid {process.name})"
    return ""


def _linux_inodes(port: int, protocol: str) -> set[str]:
    listening = {"0A", "07"}  # TCP LISTEN, UDP unconnected
    inodes = set()
    for table in (protocol, f"{protocol}6"):
        with suppress(OSError):
            rows = Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]
            for fields in (row.split() for row in rows):
                if int(fields[1].rpartition(":")[2], 16) == port and fields[3] in listening:
                    inodes.add(fields[9])
    return inodes
