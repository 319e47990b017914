"""What the launcher says: one line for a failure, one for a step."""

import io
import sys

import pytest

from invigil.launch import report
from invigil.launch.report import Stop, complain, say, step


def test_a_failure_is_one_line_with_the_mend() -> None:
    assert str(Stop("It broke:\n  badly.", "Mend it\nso.")) == "It broke: badly. Mend it so."
    assert Stop("x").code == 1


def test_a_step_shows_its_name_and_its_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    with step("Packages"):
        pass
    line = capsys.readouterr().out
    assert line.startswith("  Packages")
    assert line.endswith("0.0 s\n")


def test_a_step_that_fails_ends_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Stop), step("Packages"):
        raise Stop("no network")
    assert capsys.readouterr().out.endswith("stopped\n")


def test_a_closed_terminal_does_not_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stdout", closed)
    monkeypatch.setattr(sys, "stderr", closed)
    say("hello")
    complain("hello")


def test_progress_can_leave_standard_output_to_the_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "_streams", {})
    report.use_standard_error()
    say("progress")
    heard = capsys.readouterr()
    assert heard.out == ""
    assert heard.err == "progress\n"
