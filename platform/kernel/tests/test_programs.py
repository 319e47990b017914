"""A program that a test needs is found where it is named or on PATH; a gap skips, or fails."""

from pathlib import Path

import pytest

from kernel.tests import programs


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(programs, "MORE_FOLDERS", (str(tmp_path / "sbin"),))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    monkeypatch.delenv("CI", raising=False)
    return tmp_path


def install(path: Path) -> str:
    path.parent.mkdir(exist_ok=True)
    path.touch(mode=0o755)
    return str(path)


def test_what_is_named_comes_before_what_is_on_the_path(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = install(bare_machine / "bin/google-chrome")
    assert programs.chromium_path() == second
    first = install(bare_machine / "bin/chromium")
    assert programs.chromium_path() == first
    monkeypatch.setenv("CHROMIUM_PATH", "/downloaded/chrome")
    assert programs.chromium_path() == "/downloaded/chrome"


def test_programs_of_the_administrator_are_found_too(bare_machine: Path) -> None:
    path = install(bare_machine / "sbin/clamd")
    assert programs.need_program("NO_SUCH_VARIABLE", "clamd", package="clamav-daemon") == path


def test_a_gap_skips_and_says_what_to_install() -> None:
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        programs.chromium_path()


@pytest.mark.parametrize("value", ["true", "1", "yes", "True"])
def test_a_gap_fails_where_everything_has_to_be_there(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", value)
    with pytest.raises(pytest.fail.Exception, match="chromium-headless-shell is not installed"):
        programs.chromium_path()
