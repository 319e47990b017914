"""The candidate's wire types: what is in the file, and that the checked-in one is current."""

from pathlib import Path

import pytest

from exams import generate_wire
from exams.generate_wire import TARGET, generate, main


def test_the_checked_in_file_is_current() -> None:
    """Run `python -m exams.generate_wire` when this fails."""
    assert TARGET.read_text(encoding="utf-8") == generate()


def test_states_and_kinds_are_words_and_not_any_text() -> None:
    text = generate()
    assert 'export type AttemptState = "ready" | "running" | "paused"' in text
    assert "  kind: QuestionKind;" in text
    assert "  answered: number | null;" in text


def test_check_says_how_to_mend_a_stale_file_and_writing_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate_wire, "TARGET", tmp_path / "wire.ts")
    assert main(["--check"]) == 1
    assert "python -m exams.generate_wire" in capsys.readouterr().err
    assert main([]) == 0
    assert main(["--check"]) == 0
