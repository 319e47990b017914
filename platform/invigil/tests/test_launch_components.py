"""Programs for the tests: found where they are, a failure in CI when they cannot be had."""

import os
from pathlib import Path

import pytest

from invigil.launch import components
from invigil.launch.components import CHROMIUM, CLAMD, ensure_components, find, services_kept_off
from invigil.launch.place import Place
from invigil.launch.report import Stop


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A machine of an ordinary user without any of the programs, where nothing can be downloaded."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "browsers"))
    monkeypatch.setattr(components, "SYSTEM_FOLDERS", ())
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    place = Place(tmp_path / "copy", tmp_path / "copy" / "var")
    place.python.parent.mkdir(parents=True)
    place.python.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    place.python.chmod(0o755)
    return place


def test_a_named_program_comes_first_and_must_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = tmp_path / "my-browser"
    monkeypatch.setenv("CHROMIUM_PATH", str(browser))
    assert find(CHROMIUM) is None
    browser.touch()
    assert find(CHROMIUM) == browser


def test_a_program_outside_of_path_is_found(
    tmp_path: Path, bare_machine: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(components, "SYSTEM_FOLDERS", (str(tmp_path / "sbin"),))
    assert find(CLAMD) is None
    (tmp_path / "sbin").mkdir()
    (tmp_path / "sbin" / "clamd").touch(mode=0o755)
    assert find(CLAMD) == tmp_path / "sbin" / "clamd"


def test_a_downloaded_browser_is_found_the_newest_first(
    tmp_path: Path, bare_machine: Place
) -> None:
    for version in ("chromium-1100", "chromium-1200"):
        folder = tmp_path / "browsers" / version / "chrome-linux"
        folder.mkdir(parents=True)
        (folder / "chrome").touch()
    assert find(CHROMIUM) == tmp_path / "browsers/chromium-1200/chrome-linux/chrome"


def test_what_cannot_be_had_is_left_out(bare_machine: Place) -> None:
    assert ensure_components(bare_machine) == {}


def test_in_ci_what_cannot_be_had_is_a_failure_with_the_command(
    bare_machine: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(Stop) as caught:
        ensure_components(bare_machine)
    assert "Chromium and clamd and promtool could not be installed" in str(caught.value)
    assert "apt install chromium" in str(caught.value)
    assert "apt install clamav-daemon" in str(caught.value)


def test_what_is_there_is_named_to_the_tests(
    bare_machine: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for component in components.COMPONENTS:
        path = tmp_path / component.name
        path.touch()
        monkeypatch.setenv(component.variable, str(path))
    assert ensure_components(bare_machine) == {
        "CHROMIUM_PATH": str(tmp_path / "Chromium"),
        "CLAMD_PATH": str(tmp_path / "clamd"),
        "PROMTOOL_PATH": str(tmp_path / "promtool"),
    }


def test_services_are_kept_off_only_while_packages_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "policy-rc.d"
    monkeypatch.setattr(components, "POLICY", policy)
    with services_kept_off():
        assert os.access(policy, os.X_OK)
        assert "exit 101" in policy.read_text(encoding="ascii")
    assert not policy.exists()


def test_a_policy_of_the_machine_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("theirs", encoding="ascii")
    monkeypatch.setattr(components, "POLICY", policy)
    with services_kept_off():
        pass
    assert policy.read_text(encoding="ascii") == "theirs"
