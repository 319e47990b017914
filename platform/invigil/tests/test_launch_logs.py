"""Logs: opened, set aside when large, and quoted."""

from pathlib import Path

import pytest

from invigil.launch.logs import KEPT_BYTES, KEPT_FILES, last_line, open_log, rotate, tail
from invigil.launch.report import Stop


def test_a_large_log_is_set_aside_and_only_three_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    for number in range(KEPT_FILES + 2):
        log.write_text(f"{number} " + "x" * 100, encoding="utf-8")
        rotate(log, limit_bytes=50)
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == ["web.log.1", "web.log.2", "web.log.3"]
    assert (tmp_path / "web.log.1").read_text(encoding="utf-8").startswith("4 ")


def test_a_small_log_stays(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("short", encoding="utf-8")
    rotate(log)
    assert log.exists()


def test_a_log_is_appended_to(tmp_path: Path) -> None:
    for word in (b"one\n", b"two\n"):
        with open_log(tmp_path / "log" / "web.log") as sink:
            sink.write(word)
    assert (tmp_path / "log" / "web.log").read_bytes() == b"one\ntwo\n"


def test_a_large_log_is_set_aside_when_it_is_opened(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with log.open("wb") as sparse:
        sparse.truncate(KEPT_BYTES + 1)
    open_log(log).close()
    assert log.stat().st_size == 0
    assert (tmp_path / "web.log.1").stat().st_size == KEPT_BYTES + 1


def test_a_folder_that_cannot_be_made_is_one_line_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("", encoding="utf-8")
    with pytest.raises(Stop, match="mv "):
        open_log(tmp_path / "log" / "web.log")


def test_the_last_line_that_says_something_is_quoted(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("first\nport is taken\n\n   \n", encoding="utf-8")
    assert last_line(log) == "port is taken"
    assert tail(tmp_path / "none.log") == last_line(tmp_path / "none.log") == ""
