"""The stack as its state file tells it, and the mend when there is none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal.stack import NotRunning, Stack


@pytest.fixture
def state_file(tmp_path: Path) -> Path:
    return write(tmp_path / "stack.json", pid=os.getpid())


def write(path: Path, *, pid: int, port: int = 8000) -> Path:
    state = {"pid": pid, "port": port, "roles": {"web": [11, "12"], "rt": [13]}, "urls": {}}
    path.write_text(json.dumps(state), encoding="utf-8")
    return path


def test_addresses_follow_the_port(state_file: Path) -> None:
    stack = Stack(state_file)
    assert stack.base_url == "http://127.0.0.1:8000"
    assert stack.ws_url == "ws://127.0.0.1:8001/ws/"
    write(state_file, pid=os.getpid(), port=9100)
    assert stack.ws_url == "ws://127.0.0.1:9101/ws/"


def test_processes_are_those_of_now(state_file: Path) -> None:
    stack = Stack(state_file)
    assert stack.pids("web") == [11, 12]
    assert stack.pids("sfu") == []


def test_a_dead_supervisor_is_refused_with_the_mend(state_file: Path) -> None:
    stack = Stack(state_file)
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    write(state_file, pid=ended.pid)
    with pytest.raises(NotRunning, match=r"run\.py up"):
        Stack(state_file)
    with pytest.raises(NotRunning):
        stack.pids("web")


@pytest.mark.parametrize("text", ["", "{", "{}", '{"port": 8000}'])
def test_a_file_that_says_nothing_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "stack.json").write_text(text, encoding="utf-8")
    with pytest.raises(NotRunning):
        Stack(tmp_path / "stack.json")


def test_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match="Nothing is running here"):
        Stack(tmp_path / "stack.json")


def test_a_management_command_gives_its_last_line(state_file: Path) -> None:
    assert Stack(state_file).manage("version") == Stack(state_file).manage("--version")
    with pytest.raises(subprocess.CalledProcessError):
        Stack(state_file).manage("no_such_command")
