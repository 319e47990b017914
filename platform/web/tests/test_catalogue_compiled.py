"""Compiling: only what changed, whole or not at all, and nothing half-translated."""

import gettext
import os
from pathlib import Path

import pytest

from web.catalogue import compiled

PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Save"
msgstr "ذخیره"

msgid "Later"
msgstr ""

#, fuzzy
msgid "Guess"
msgstr "حدس"

msgid "%(n)s row"
msgid_plural "%(n)s rows"
msgstr[0] "%(n)s سطر"
msgstr[1] ""
"""


@pytest.fixture
def po(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "fa" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    path = folder / "djangojs.po"
    path.write_text(PO, encoding="utf-8")
    monkeypatch.setattr(compiled, "LOCALE_DIR", tmp_path)
    return path


def read(path: Path) -> gettext.GNUTranslations:
    with path.open("rb") as source:
        return gettext.GNUTranslations(source)


def test_what_is_not_translated_stays_english(po: Path) -> None:
    texts = read(compiled.compile_one(po))
    assert texts.gettext("Save") == "ذخیره"
    assert [texts.gettext(text) for text in ("Later", "Guess")] == ["Later", "Guess"]
    assert texts.ngettext("%(n)s row", "%(n)s rows", 5) == "%(n)s rows"


def test_only_what_changed_is_compiled(po: Path) -> None:
    assert compiled.compile_stale() == [po]
    assert compiled.compile_stale() == []
    newer = po.with_suffix(".mo").stat().st_mtime + 5
    os.utime(po, (newer, newer))
    assert compiled.compile_stale() == [po]
    assert not list(po.parent.glob("*.tmp"))


def test_a_folder_that_cannot_be_written_is_a_warning(
    po: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> Path:
        raise PermissionError(path)

    monkeypatch.setattr(compiled, "compile_one", refuse)
    assert compiled.compile_stale() == [po]


def test_a_failed_compilation_leaves_nothing_behind(
    po: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(compiled, "write_mo", fail)
    with pytest.raises(OSError, match="disk full"):
        compiled.compile_one(po)
    assert [path.name for path in po.parent.iterdir()] == ["djangojs.po"]


def test_the_version_changes_with_the_catalogue(po: Path) -> None:
    compiled.version_of.cache_clear()
    assert compiled.version_of("fa") == "0"
    compiled.compile_one(po)
    compiled.version_of.cache_clear()
    assert compiled.version_of("fa-IR") != "0"
    compiled.version_of.cache_clear()
