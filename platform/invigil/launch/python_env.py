"""The Python environment: `.venv` with exactly the packages of requirements.lock.

A stamp inside `.venv` says for which lock and which Python it is complete. It is written last, so
an environment whose building was cut short has none and is built again.
"""

import fcntl
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from invigil.launch import interrupts
from invigil.launch.place import Place
from invigil.launch.report import Stop, say, step
from invigil.launch.shell import Command, CommandFailed, run_logged

NETWORK_MEND = "Check the network, the proxy and the disk, then run the same command again."
VENV_MEND = (
    "Install it (Debian, Ubuntu: apt install python3-venv) or put `uv` on PATH, then run the"
    " same command again."
)
LOCK = "requirements.lock"
NODE_LOCK = "requirements-node.lock"


@dataclass(frozen=True, slots=True)
class Stamp:
    """For what an environment is complete.

    Attributes:
        python: Version of the interpreter.
        lock: Hash of requirements.lock.
    """

    python: str
    lock: str


def wanted(place: Place) -> Stamp:
    """Return the stamp that the environment must have."""
    lock = hashlib.sha256((place.root / LOCK).read_bytes()).hexdigest()
    return Stamp(f"{sys.implementation.name} {sys.version.split()[0]}", lock)


def found(place: Place) -> Stamp | None:
    """Return the stamp of the environment; None when it is missing or not complete."""
    try:
        content = json.loads(_stamp_file(place).read_text(encoding="utf-8"))
        return Stamp(**content) if place.python.exists() else None
    except (OSError, ValueError, TypeError):
        return None


def _stamp_file(place: Place) -> Path:
    return place.venv / "invigil.json"


def ensure_packages(place: Place) -> None:
    """Make the environment complete; costs a few milliseconds when it is.

    Raises:
        Stop: There is no `venv` module and no uv, or the packages cannot be had.
    """
    if found(place) == wanted(place):
        return
    with set_up_alone(place):
        want, have = wanted(place), found(place)
        if have == want:
            return
        _stamp_file(place).unlink(missing_ok=True)
        if have is None or have.python != want.python:
            _create_venv(place)
        _install(place)
        _stamp_file(place).write_text(json.dumps({"python": want.python, "lock": want.lock}))


@contextmanager
def set_up_alone(place: Place) -> Iterator[None]:
    """Let one launcher at a time change the environment and the front end."""
    with (place.root / LOCK).open("rb") as lock:
        told = False
        while not _locked(lock.fileno()):
            interrupts.check()
            if not told:
                say("  another run.py is setting things up; waiting for it")
                told = True
            time.sleep(0.1)
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _create_venv(place: Place) -> None:
    with step("Python environment"):
        shutil.rmtree(place.venv, ignore_errors=True)
        uv = shutil.which("uv")
        base = getattr(sys, "_base_executable", sys.executable)
        if find_spec("ensurepip") and find_spec("venv"):
            argv = [base, "-m", "venv", place.venv]
        elif uv:
            argv = [uv, "venv", "--quiet", "--python", base, place.venv]
        else:
            raise Stop("This Python has no `venv` module.", VENV_MEND)
        try:
            run_logged(argv, place.setup_log, cwd=place.root)
        except CommandFailed as failed:
            raise Stop(
                f"The Python environment could not be made: {failed.reason}.", VENV_MEND
            ) from None


def _install(place: Place) -> None:
    with step("Packages"):
        try:
            uv = _uv(place)
            try:
                uv_install(place, uv, place.root / LOCK)
            except CommandFailed:
                if not _has_pip(place):
                    raise
                _pip_install(place, place.root / LOCK)  # pip knows mirrors that uv does not
        except CommandFailed as failed:
            raise Stop(
                f"The packages could not be installed: {failed.reason}.",
                f"{NETWORK_MEND} Log: {place.setup_log}",
            ) from None


def uv_install(place: Place, uv: Path, lock: Path) -> None:
    """Install what a lock file lists, each file checked against its hash.

    Raises:
        CommandFailed: It could not be downloaded, or a hash differs.
    """
    words = ("pip", "install", "--quiet", "--require-hashes")
    argv: Command = [uv, *words, "--python", place.python, "-r", lock]
    run_logged(argv, place.setup_log, cwd=place.root, env=uv_environment())


def uv_program(place: Place) -> Path:
    """Return the uv of the environment, or the one on PATH that made it."""
    own = place.venv / "bin" / "uv"
    return own if own.exists() else Path(shutil.which("uv") or own)


def _uv(place: Place) -> Path:
    """Return a uv; in an environment with pip the pinned one is installed for it."""
    if _has_pip(place):
        with tempfile.NamedTemporaryFile("w", suffix=".txt", dir=place.venv) as lock:
            lock.write(lock_entry(place.root / LOCK, "uv"))
            lock.flush()
            _pip_install(place, Path(lock.name))
    return uv_program(place)


def _has_pip(place: Place) -> bool:
    return (place.venv / "bin" / "pip").exists()


def _pip_install(place: Place, lock: Path) -> None:
    words = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    patience = ["--retries", "2", "--timeout", "20"]
    argv: Command = [place.python, "-m", "pip", "install", *words, *patience, "-r", lock]
    run_logged(argv, place.setup_log, cwd=place.root)


def lock_entry(lock: Path, package: str) -> str:
    """Return one package's lines of a lock file: its version and all its hashes.

    Raises:
        Stop: The lock does not list it.
    """
    lines = lock.read_text(encoding="utf-8").splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith(f"{package}==")]
    if not starts:
        raise Stop(
            f"{lock.name} does not list {package}.", "Make the lock again, see CONTRIBUTING."
        )
    entry = [lines[starts[0]]]
    for line in lines[starts[0] + 1 :]:
        if not line.startswith("    --hash="):
            break
        entry.append(line)
    return "\n".join(entry).rstrip("\\ ") + "\n"


def uv_environment() -> dict[str, str]:
    """Return the environment with pip's mirror and certificate settings told to uv as well."""
    told = {
        "UV_DEFAULT_INDEX": os.environ.get("PIP_INDEX_URL"),
        "UV_EXTRA_INDEX_URL": os.environ.get("PIP_EXTRA_INDEX_URL"),
        "SSL_CERT_FILE": os.environ.get("PIP_CERT"),
    }
    return {**{name: value for name, value in told.items() if value}, **os.environ}
