"""Documents: words of people are text whatever they are, in both directions."""

import json
from typing import Any

import pytest
import typst
from django.utils import translation
from hypothesis import given, settings, strategies as st

from exams.exports.typeset import FONTS, Document, Part, Table, inputs_of, template, to_pdf
from exams.tests.exported import HOSTILE


def document(*words: str) -> Document:
    table = Table(words[0], words, [words, words], widths=[0] * len(words), note=words[0])
    return Document(words[0], words[0], words[0], facts=[(words[0], words[0])], tables=[table])


def headings_of(one: Document) -> list[Any]:
    found = typst.query(template(), "heading", sys_inputs=inputs_of(one), ignore_system_fonts=True)
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


def test_the_fonts_are_part_of_the_typesetter() -> None:
    families = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True).families()
    assert set(FONTS) <= set(families)


def test_every_persian_letter_has_a_glyph() -> None:
    letters = "ءآأؤئابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی۰۱۲۳۴۵۶۷۸۹٫٪،؛؟"
    made, warnings = typst.compile_with_warnings(
        template(), format="pdf", sys_inputs=inputs_of(document(letters)), ignore_system_fonts=True
    )
    assert made
    assert not warnings


def test_a_bar_and_an_empty_table_are_drawn() -> None:
    table = Table("Bars", ("", ""), [("a", Part(0.5)), ("b", Part(0.0))], widths=(0, 1))
    empty = Table("", ("",), [], widths=(0,))
    assert to_pdf(Document("x", tables=[table, empty])).startswith(b"%PDF-")
