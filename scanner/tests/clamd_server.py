"""Starts a real clamd with a signature database of one line, for tests and for nothing else."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from kernel.tests.ports import free_port
from kernel.tests.programs import need_program
from scanner.engines.clamav import ClamavAddress, ClamavEngine

SIGNATURE_NAME = "Invigil.Test.Eicar"


def eicar() -> bytes:
    """Return the harmless file every scanner agrees to find; in halves, so that none finds us."""
    return b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class ClamdServer:
    """One clamd on a unix socket and a TCP port, stopped by leaving the block."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.socket_path = folder / "clamd.sock"
        self.port = free_port()
        self._settings = {
            "MaxScanSize": "40M",
            "MaxFileSize": "30M",
            "StreamMaxLength": "30M",
            "AlertExceedsMax": "yes",
            "AlertEncrypted": "yes",
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        binary = need_program("CLAMD_PATH", "clamd", package="clamav-daemon")
        (self.folder / "db").mkdir(parents=True)
        signature = f"{SIGNATURE_NAME}:0:*:{eicar().hex()}\n"
        (self.folder / "db/test.ndb").write_text(signature)
        config = self.folder / "clamd.conf"
        config.write_text(self._config())
        self._process = subprocess.Popen(
            [binary, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._wait_until_it_answers()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def engine(self, *, tcp: bool = False, **options: float) -> ClamavEngine:
        address = (
            ClamavAddress(host="127.0.0.1", port=self.port)
            if tcp
            else ClamavAddress(path=str(self.socket_path))
        )
        return ClamavEngine(
            address,
            max_bytes=int(options.get("max_bytes", 25 * 1024 * 1024)),
            timeout_seconds=options.get("timeout_seconds", 20.0),
        )

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def _config(self) -> str:
        lines = {
            "Foreground": "yes",
            "TCPSocket": str(self.port),
            "TCPAddr": "127.0.0.1",
            "LocalSocket": str(self.socket_path),
            "DatabaseDirectory": str(self.folder / "db"),
            "LogFile": str(self.folder / "clamd.log"),
            "SelfCheck": "3600",
            **({"User": "root"} if os.geteuid() == 0 else {}),
            **self._settings,
        }
        return "".join(f"{key} {value}\n" for key, value in lines.items())

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
                    probe.sendall(b"nPING\n")
                    if probe.recv(16) == b"PONG\n":
                        return
            except OSError:
                time.sleep(0.02)
        log = self.folder / "clamd.log"
        pytest.fail(f"clamd did not start: {log.read_text()[-800:] if log.exists() else 'no log'}")
