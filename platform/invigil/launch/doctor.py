"""`run.py doctor`: what this machine lacks, and the exact command that mends each gap."""

import json
import os
import shutil
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from invigil.launch import components, frontend, postgres, python_env, valkey
from invigil.launch.place import Place
from invigil.launch.ports import LOOPBACK, Ports, require_free
from invigil.launch.report import Stop, say
from invigil.launch.state import StackFile

LEAST_FREE_BYTES = 2 * 1024**3
UP = "python3 run.py up"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    Attributes:
        state: "ok", "missing" (up fails), or "optional" (made at first start, or only for tests).
        mend: Command that mends it; empty when there is nothing to mend.
    """

    name: str
    state: str
    detail: str
    mend: str = ""


def examine(place: Place) -> list[Finding]:
    """Look at everything that the commands need; changes nothing."""
    looks: Sequence[Callable[[Place], Finding]] = (
        look_at_python,
        look_at_venv,
        look_at_packages,
        look_at_node,
        look_at_front_end,
        look_at_postgres,
        look_at_valkey,
        look_at_shared_memory,
        look_at_disk,
        look_at_ports,
    )
    return [
        *(look(place) for look in looks),
        *(look_at_component(one) for one in components.COMPONENTS),
    ]


def report_findings(findings: Sequence[Finding], *, as_json: bool) -> int:
    """Show the findings; return 1 when something that `up` needs is missing."""
    if as_json:
        say(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            mend = f"\n{'':30}mend: {finding.mend}" if finding.mend else ""
            say(f"  {finding.state:<10}{finding.name:<18}{finding.detail}{mend}")
    return int(any(finding.state == "missing" for finding in findings))


def look_at_python(place: Place) -> Finding:
    """The interpreter; run.py itself refuses an old one."""
    del place
    return Finding("Python", "ok", f"{sys.version.split()[0]}, {sys.executable}")


def look_at_venv(place: Place) -> Finding:
    """The means to make a Python environment."""
    del place
    if find_spec("venv") and find_spec("ensurepip"):
        return Finding("venv", "ok", "the venv module is here")
    if shutil.which("uv"):
        return Finding("venv", "ok", "no venv module, but uv is on PATH")
    return Finding("venv", "missing", "this Python has no venv module", "apt install python3-venv")


def look_at_packages(place: Place) -> Finding:
    """The Python environment."""
    if python_env.found(place) == python_env.wanted(place):
        return Finding("packages", "ok", "as in requirements.lock")
    return Finding("packages", "optional", "not installed yet, or the lock has changed", UP)


def look_at_node(place: Place) -> Finding:
    """Node, for building the front end."""
    if frontend.node_on_path():
        return Finding("Node", "ok", "on PATH")
    if frontend.node_in_venv(place):
        return Finding("Node", "ok", "in the Python environment")
    return Finding("Node", "optional", "none on PATH that is new enough; a wheel will be used", UP)


def look_at_front_end(place: Place) -> Finding:
    """The built pages."""
    if frontend.is_built(place):
        return Finding("front end", "ok", "built from these sources")
    return Finding("front end", "optional", "not built yet, or a source has changed", UP)


def look_at_postgres(place: Place) -> Finding:
    """PostgreSQL, and a way to run it that is not root."""
    if os.environ.get("DATABASE_URL"):
        return Finding("PostgreSQL", "ok", "the server of DATABASE_URL will be used")
    if python_env.found(place) is None:
        return Finding("PostgreSQL", "optional", "comes with the packages", UP)
    try:
        account = postgres.plain_account(place.root)
    except Stop as stop:
        return Finding(
            "PostgreSQL", "missing", str(stop), "sysctl -w user.max_user_namespaces=10000"
        )
    way = f"root, by {Path(account.prefix[0]).name}" if account.prefix else "this user"
    return Finding("PostgreSQL", "ok", f"embedded, run as {way}")


def look_at_valkey(place: Place) -> Finding:
    """Valkey."""
    if os.environ.get("REDIS_URL"):
        return Finding("Valkey", "ok", "the server of REDIS_URL will be used")
    if python_env.found(place) is None:
        return Finding("Valkey", "optional", "comes with the packages", UP)
    try:
        valkey.program()
    except Stop as stop:
        return Finding("Valkey", "missing", str(stop), "export REDIS_URL=redis://HOST:6379/0")
    return Finding("Valkey", "ok", "embedded")


def look_at_shared_memory(place: Place) -> Finding:
    """The folder in memory, without which the worker's processes cannot share a lock."""
    del place
    if sys.platform != "linux" or os.access("/dev/shm", os.W_OK):  # noqa: S108 only looked at
        return Finding("shared memory", "ok", "can be used")
    return Finding(
        "shared memory",
        "missing",
        "the folder in memory cannot be written",
        "mount -t tmpfs tmpfs /dev/shm",
    )


def look_at_disk(place: Place) -> Finding:
    """Room for packages, front end and data."""
    free = shutil.disk_usage(place.root).free
    detail = f"{free / 1024**3:.1f} GB free"
    if free >= LEAST_FREE_BYTES:
        return Finding("disk", "ok", detail)
    return Finding(
        "disk", "missing", f"{detail}, 2 GB are needed", f"du -xh {place.root} | sort -h | tail"
    )


def look_at_ports(place: Place) -> Finding:
    """The ports that `up` takes when it is not told others."""
    state = StackFile(place.run).read()
    if state and state.is_alive():
        return Finding("ports", "ok", f"used by the stack that runs here, pid {state.pid}")
    ports = Ports(8000)
    try:
        for number in (ports.web, ports.rt, ports.metrics, ports.postgres, ports.valkey):
            require_free(LOOPBACK, number, "stack")
        require_free(LOOPBACK, ports.sfu, "media", socket.SOCK_DGRAM)
    except Stop as stop:
        return Finding("ports", "missing", str(stop).split(". ")[0], f"{UP} --port 8100")
    return Finding("ports", "ok", "8000 to 8005 are free")


def look_at_component(component: components.Component) -> Finding:
    """A program that only the tests need."""
    path = components.find(component)
    if path:
        return Finding(component.name, "ok", str(path))
    return Finding(
        component.name, "optional", f"only for {component.use}", component.install_command
    )
