"""The command: update, compile, check."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from web.catalogue import books, compiled
from web.catalogue.sources import NotLiteral


def run(*options: str) -> str:
    out = StringIO()
    call_command("messages", *options, stdout=out)
    return out.getvalue()


def test_check_fails_with_every_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "faults", lambda: ["fa/django: not translated: 'Save'"])
    with pytest.raises(CommandError, match=r"not translated: 'Save'\n1 texts to mend"):
        run("--check")
    monkeypatch.setattr(books, "faults", list)
    assert "Every text is translated" in run("--check")


def test_updating_compiles_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def make() -> list[str]:
        calls.append("make")
        return []

    def compile_one(path: str) -> str:
        calls.append(path)
        return path

    monkeypatch.setattr(books, "make", make)
    monkeypatch.setattr(compiled, "po_files", lambda: ["fa.po"])
    monkeypatch.setattr(compiled, "compile_one", compile_one)
    run()
    assert calls == ["make", "fa.po"]
    run("--compile")
    assert calls == ["make", "fa.po", "fa.po"]


def test_a_text_made_at_run_time_stops_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> list[str]:
        raise NotLiteral("x.ts:3: t() needs its text as a plain string")

    monkeypatch.setattr(books, "make", refuse)
    with pytest.raises(CommandError, match=r"x\.ts:3"):
        run()
