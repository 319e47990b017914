"""`run.py check`: every tool that judges the sources, as many at a time as there are cores."""

import os
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from invigil.launch import interrupts
from invigil.launch.environment import tool_environment
from invigil.launch.frontend import Node
from invigil.launch.place import Place
from invigil.launch.report import say
from invigil.launch.shell import end_group

POLL_S = 0.05
UNUSED_DATABASE = "postgres://nobody@127.0.0.1:1/none"  # the tools read models, never rows


@dataclass(frozen=True, slots=True)
class Check:
    """One tool and how it is started.

    Attributes:
        name: Shown in the list; also what a failure is called.
        argv: Command and arguments.
        mend: A command that repairs what it finds; empty when only a person can.
    """

    name: str
    argv: Sequence[str | Path]
    mend: str = ""


@dataclass(slots=True)
class _Started:
    check: Check
    process: "subprocess.Popen[bytes]"
    output: BinaryIO
    begun: float = field(default_factory=time.monotonic)


def all_checks(place: Place) -> list[Check]:
    """Return the checks, the slow ones first so that two cores are used well."""
    tools, node_tools = place.venv / "bin", place.node_modules / ".bin"
    manage = (place.python, "manage.py")
    return [
        Check("types (mypy)", [tools / "mypy", *python_roots(place.root)]),
        Check(
            "components (svelte-check)",
            [node_tools / "svelte-check", "--fail-on-warnings", "--tsconfig", "./tsconfig.json"],
        ),
        Check("lint (ruff)", [tools / "ruff", "check", "."], ".venv/bin/ruff check --fix ."),
        Check("TypeScript (tsc)", [node_tools / "tsc", "--noEmit"]),
        Check("import directions (lint-imports)", [tools / "lint-imports"]),
        Check(
            "migrations",
            [*manage, "makemigrations", "--check", "--dry-run"],
            "run.py manage makemigrations",
        ),
        Check("messages", [*manage, "messages", "--check"], "run.py messages"),
        Check(
            "format (ruff)", [tools / "ruff", "format", "--check", "."], ".venv/bin/ruff format ."
        ),
        Check("size, places and words", [place.python, place.launcher, "layout"]),
    ]


def python_roots(root: Path) -> list[str]:
    """Return the files and folders at the top that hold our Python."""
    packages = (path.parent.name for path in root.glob("*/__init__.py"))
    scripts = (path.name for path in root.glob("*.py"))
    return sorted([*packages, *scripts, "platform"])


def run_checks(place: Place, node: Node, checks: Sequence[Check]) -> list[str]:
    """Run the checks, show each with its seconds, then what the failed ones said.

    Returns:
        Names of the failed checks.
    """
    env = check_environment(place, node)
    waiting, running, failed = deque(checks), list[_Started](), list[tuple[Check, str]]()
    try:
        while waiting or running:
            interrupts.check()
            while waiting and len(running) < (os.cpu_count() or 1):
                running.append(_start(waiting.popleft(), place, env))
            for one in [one for one in running if one.process.poll() is not None]:
                running.remove(one)
                failed += _finish(one)
            time.sleep(POLL_S)
    finally:
        for one in running:
            end_group(one.process)
            one.output.close()
    for check, output in failed:
        say(f"\n--- {check.name} ---\n{output.rstrip()}")
        if check.mend:
            say(f"(this may mend it: {check.mend})")
    return [check.name for check, _ in failed]


def check_environment(place: Place, node: Node) -> dict[str, str]:
    """Return the environment of the tools: ours, then Node's, and no database."""
    path = f"{node.folder}{os.pathsep}{tool_environment(place)['PATH']}"
    quiet = {"NO_COLOR": "1", "INVIGIL_TESTING": "1", "DATABASE_URL": UNUSED_DATABASE}
    return {**tool_environment(place), **quiet, "PATH": path}


def _start(check: Check, place: Place, env: dict[str, str]) -> _Started:
    output = tempfile.TemporaryFile()  # noqa: SIM115 closed in _finish
    process = subprocess.Popen(
        [str(word) for word in check.argv],
        cwd=place.root,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    return _Started(check, process, output)


def _finish(one: _Started) -> list[tuple[Check, str]]:
    """Show the result of a check that has ended; return it when it failed."""
    seconds = time.monotonic() - one.begun
    verdict = "ok" if one.process.returncode == 0 else "FAILED"
    say(f"  {one.check.name:<38}{verdict:<7}{seconds:5.1f} s")
    with one.output:
        one.output.seek(0)
        text = one.output.read().decode("utf-8", "replace")
    with suppress(ProcessLookupError):
        end_group(one.process)
    return [] if one.process.returncode == 0 else [(one.check, text)]
