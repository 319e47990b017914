"""Roles are killed for real, in turn, and only those that were asked for."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal import chaos
from rehearsal.chaos import kill_roles
from rehearsal.stack import Stack

Children = dict[str, list[subprocess.Popen[bytes]]]
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Iterator[Children]:
    """Two processes of web and one of rt that do not listen to polite signals."""
    monkeypatch.setattr(chaos, "BETWEEN_S", 0.0)
    started = {
        role: [deaf_process() for _ in range(count)] for role, count in (("web", 2), ("rt", 1))
    }
    yield started
    for child in [child for role in started.values() for child in role]:
        child.kill()
        child.wait()
        assert child.stdout is not None
        child.stdout.close()


def deaf_process() -> subprocess.Popen[bytes]:
    child = subprocess.Popen([sys.executable, "-c", DEAF], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    return child


@pytest.fixture
def stack(tmp_path: Path, children: Children) -> Stack:
    roles = {role: [child.pid for child in of_role] for role, of_role in children.items()}
    state = {"pid": os.getpid(), "port": 8000, "roles": roles}
    (tmp_path / "stack.json").write_text(json.dumps(state), encoding="utf-8")
    return Stack(tmp_path / "stack.json")


async def test_every_process_of_a_role_is_killed_and_no_other(
    stack: Stack, children: Children
) -> None:
    killed = await kill_roles(stack, ("web",))
    assert killed == [f"web {child.pid}" for child in children["web"]]
    assert [child.wait(10) for child in children["web"]] == [-signal.SIGKILL] * 2
    assert children["rt"][0].poll() is None


async def test_roles_are_killed_in_the_order_that_was_asked_for(
    stack: Stack, children: Children
) -> None:
    killed = await kill_roles(stack, ("rt", "sfu", "web"))
    assert [words.split()[0] for words in killed] == ["rt", "web", "web"]
    assert children["rt"][0].wait(10) == -signal.SIGKILL


async def test_nothing_is_killed_when_nothing_was_asked_for(
    stack: Stack, children: Children
) -> None:
    assert await kill_roles(stack, ()) == []
    assert all(child.poll() is None for role in children.values() for child in role)
