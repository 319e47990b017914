"""Secrets under var/: made once, kept, private."""

from pathlib import Path

import pytest

from invigil.launch.report import Stop
from invigil.launch.secrets_file import kept_secret


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret_key"
    first = kept_secret(path)
    assert len(first) >= 48
    assert kept_secret(path) == first
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_secrets_differ_and_an_empty_file_is_filled(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("\n", encoding="ascii")
    assert kept_secret(tmp_path / "a") != kept_secret(tmp_path / "b")


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("", encoding="utf-8")
    with pytest.raises(Stop, match="cannot be written"):
        kept_secret(tmp_path / "var" / "secret_key")
