"""Where the launcher finds its working copy."""

from pathlib import Path

import pytest

from invigil.launch.place import here, inside_venv


def test_the_working_copy_is_the_one_of_this_file() -> None:
    place = here()
    assert Path(__file__).resolve().is_relative_to(place.root)
    assert place.launcher.is_file()


def test_the_data_are_under_var_unless_the_environment_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert here().var == here().root / "var"
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    assert here().var == tmp_path


def test_another_data_folder_changes_data_but_not_sources(tmp_path: Path) -> None:
    other = here().with_var(tmp_path)
    assert other.run.is_relative_to(tmp_path)
    assert other.logs.is_relative_to(tmp_path)
    assert other.venv == here().venv


def test_the_tests_run_inside_the_environment_and_another_copy_is_not_it(tmp_path: Path) -> None:
    assert inside_venv(here())
    assert not inside_venv(type(here())(tmp_path, tmp_path / "var"))
