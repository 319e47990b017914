"""A whole stack of its own for a benchmark, as `run.py up` starts it, and what its roles cost."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from bench.stages.cpu import cpu_s
from invigil.launch.ports import free_ports
from rehearsal.plan import Cast

ROOT: Final = Path(__file__).resolve().parents[3]
READY_WITHIN_S: Final = 300.0
# The engines of the benchmark command are not those of the stack.
FOREIGN: Final = ("DATABASE_URL", "REDIS_URL", "DJANGO_SECRET_KEY", "PORT", "VAR_DIR")


class Site:
    """Addresses, processes and commands of a running stack."""

    def __init__(self, var: Path, port: int) -> None:
        self.var, self.base_url = var, f"http://127.0.0.1:{port}"

    def pids(self, role: str) -> list[int]:
        """Return the processes of a role."""
        state = json.loads((self.var / "run" / "stack.json").read_text(encoding="utf-8"))
        return [int(pid) for pid in state["roles"].get(role, [])]

    def postgres(self) -> int:
        """Return PostgreSQL's first process."""
        (lock,) = self.var.glob("*/postmaster.pid")
        return int(lock.read_text(encoding="utf-8").split()[0])

    def cpu_ms(self) -> float:
        """Return what web, worker and PostgreSQL have used together so far, milliseconds."""
        return 1000 * cpu_s([*self.pids("web"), *self.pids("worker"), self.postgres()])

    @contextmanager
    def grading_held(self) -> Iterator[None]:
        """Let the worker stand still, so that what it does is not counted to the web's part."""
        workers = [pid for role in ("worker", "notices") for pid in self.pids(role)]
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in workers:
                os.kill(pid, signal.SIGCONT)

    def manage(self, *arguments: str) -> str:
        """Run a management command against this stack and return the last line it prints."""
        done = subprocess.run(  # noqa: S603 our own command with our own arguments
            [sys.executable, "run.py", "manage", *arguments],
            cwd=ROOT,
            env=_environment(self.var),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout.strip().splitlines()[-1]

    def sitting(self, students: int, *, lead_s: int) -> Cast:
        """Make a sitting of the demo exam that starts in `lead_s` seconds."""
        line = self.manage(
            "rehearsal_sitting",
            f"--students={students}",
            f"--lead={lead_s}",
            f"--lobby={lead_s}",
            "--minutes=60",
        )
        return msgspec.json.decode(line, type=Cast)


@contextmanager
def running_site() -> Iterator[Site]:
    """Start a stack in a folder that is removed with it.

    Raises:
        SystemExit: It did not get ready; its log is shown.
    """
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        var, port = Path(folder) / "var", free_ports().web
        with (Path(folder) / "up.log").open("w+", encoding="utf-8") as log:
            process = subprocess.Popen(  # noqa: S603 our own command
                [sys.executable, "run.py", "up", "--port", str(port)],
                cwd=ROOT,
                env=_environment(var),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            try:
                if not _is_ready(process, var):
                    log.seek(0)
                    raise SystemExit(log.read())
                yield Site(var, port)
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(60)


def _is_ready(process: subprocess.Popen[bytes], var: Path) -> bool:
    end, state = time.monotonic() + READY_WITHIN_S, var / "run" / "stack.json"
    while time.monotonic() < end and process.poll() is None:
        if state.exists() and json.loads(state.read_text(encoding="utf-8"))["phase"] == "ready":
            return True
        time.sleep(0.2)
    return False


def _environment(var: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**kept, "VAR_DIR": str(var)}
