"""The lock and var/run/stack.json: one stack for each data directory, readable by everyone else."""

import json
import os
from pathlib import Path

import pytest

from invigil.launch.processes import Running, start_time
from invigil.launch.report import Stop
from invigil.launch.state import StackFile, StackState

WEB = Running("web", 11, "100", 15, 10.0, 2)
MORE = Running("web", 12, "101", 15, 10.0, 2)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    file = StackFile(tmp_path)
    state = StackState(os.getpid(), 8000, "ready", {"web": "http://127.0.0.1:8000"}, (WEB, MORE))
    file.write(state)
    assert file.read() == state
    content = json.loads(file.path.read_text(encoding="utf-8"))
    assert content["roles"] == {"web": [11, 12]}
    assert content["pid"] == os.getpid()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', '{"pid": "x"}', "\x00garbage"])
def test_a_damaged_file_counts_as_none(tmp_path: Path, content: str) -> None:
    file = StackFile(tmp_path)
    file.path.write_text(content, encoding="utf-8")
    assert file.read() is None


def test_only_one_holds_the_lock_and_it_is_free_after_release(tmp_path: Path) -> None:
    first, second = StackFile(tmp_path / "run"), StackFile(tmp_path / "run")
    assert first.take_lock()
    assert not second.take_lock()
    first.release()
    assert second.take_lock()
    second.release()


def test_the_supervisor_is_alive_only_while_that_very_process_is() -> None:
    assert StackState(os.getpid(), 8000).is_alive()
    assert not StackState(os.getpid(), 8000, started="long ago").is_alive()
    assert not StackState(2**22 + 1, 8000, started=start_time(os.getpid())).is_alive()


def test_a_place_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(Stop, match="cannot be written"):
        StackFile(tmp_path / "var" / "run").take_lock()
