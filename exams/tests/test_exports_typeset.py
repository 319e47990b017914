"""Documents: words of people are text whatever they are, in both directions."""

import json
from pathlib import Path
from typing import Any

import pytest
import typst
from django.utils import translation
from hypothesis import given, settings, strategies as st

from exams.exports import typeset
from exams.exports.typeset import (
    LAST,
    LATIN,
    PERSIAN,
    Document,
    Part,
    Table,
    font_folder,
    fonts,
    inputs_of,
    known_fonts,
    template,
    to_pdf,
)
from exams.tests.exported import HOSTILE


def document(*words: str) -> Document:
    table = Table(words[0], words, [words, words], widths=[0] * len(words), note=words[0])
    return Document(words[0], words[0], words[0], facts=[(words[0], words[0])], tables=[table])


def headings_of(one: Document) -> list[Any]:
    found = typst.query(
        template(), "heading", sys_inputs=inputs_of(one), font_paths=known_fonts(font_folder())
    )
    return [each["body"] for each in json.loads(found)]


@pytest.mark.parametrize("word", HOSTILE)
def test_no_word_is_ever_markup(word: str) -> None:
    bodies = headings_of(document(word))
    assert bodies == [{"func": "text", "text": word}] * 2
    assert to_pdf(document(word)).startswith(b"%PDF-")


@given(st.text(max_size=40).filter(lambda text: text.strip()))
@settings(max_examples=25)
def test_any_text_can_be_printed(word: str) -> None:
    assert to_pdf(document(word)).startswith(b"%PDF-")


@pytest.mark.parametrize(("language", "rtl"), [("en", False), ("fa", True)])
def test_a_document_goes_in_the_direction_of_its_language(language: str, *, rtl: bool) -> None:
    with translation.override(language):
        words = json.loads(inputs_of(document("x"))["data"])
        assert to_pdf(document("نتایج آزمون گچپژ")).startswith(b"%PDF-")
    assert (words["lang"], words["rtl"]) == (language, rtl)


def test_the_fonts_are_in_the_typesetter_and_in_the_build_of_the_pages() -> None:
    assert fonts() == (LATIN, PERSIAN, LAST)
    assert set(fonts()) <= set(known_fonts(font_folder()).families())


def test_without_the_build_what_the_typesetter_has_is_enough(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(typeset, "font_folder", lambda: tmp_path)
    assert fonts() == (LATIN, LAST)
    assert set(fonts()) <= set(known_fonts(tmp_path).families())
    assert to_pdf(document("نتایج")).startswith(b"%PDF-")


@pytest.mark.parametrize("family", [PERSIAN, LAST])
def test_every_persian_letter_has_a_glyph(family: str) -> None:
    letters = "ءآأؤئابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی۰۱۲۳۴۵۶۷۸۹٫٪،؛؟"
    words = json.loads(inputs_of(document(letters))["data"])
    made, warnings = typst.compile_with_warnings(
        template(),
        format="pdf",
        sys_inputs={"data": json.dumps({**words, "fonts": [LATIN, family]})},
        font_paths=known_fonts(font_folder()),
    )
    assert made
    assert not warnings


def test_a_bar_and_an_empty_table_are_drawn() -> None:
    table = Table("Bars", ("", ""), [("a", Part(0.5)), ("b", Part(0.0))], widths=(0, 1))
    empty = Table("", ("",), [], widths=(0,))
    assert to_pdf(Document("x", tables=[table, empty])).startswith(b"%PDF-")
