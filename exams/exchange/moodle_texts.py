"""Texts of Moodle's XML: each with its format, and the files that were embedded in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from exams.domain.texts import TextFormat
from exams.exchange.items import ItemCode
from exams.exchange.xml_parts import (
    Element,
    Notes,
    as_plain,
    child,
    children,
    inner_markup,
    local_name,
    words,
)
from exams.exchange.xml_reader import line_of

_FORMATS: Final = {
    "html": TextFormat.HTML,
    "moodle_auto_format": TextFormat.MOODLE,
    "plain_text": TextFormat.PLAIN,
    "markdown": TextFormat.MARKDOWN,
    # numbers in exports of the first versions
    "0": TextFormat.MOODLE,
    "1": TextFormat.HTML,
    "2": TextFormat.PLAIN,
    "4": TextFormat.MARKDOWN,
}
_OLD_IMAGES: Final = {"image", "image_base64"}


@dataclass(frozen=True, slots=True)
class MoodleText:
    """A text as it was written."""

    text: str
    format: TextFormat

    @property
    def pair(self) -> tuple[str, TextFormat]:
        """Both together, as `in_one_format` takes them."""
        return self.text, self.format

    def plain(self) -> str:
        """Return it without markup."""
        return as_plain(self.text, self.format)


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """A file that came with a text; `element` holds its content in base64.

    The uploads of pictures begin here: `<img src="@@PLUGINFILE@@/name">` of the text means it.
    """

    name: str
    line: int
    element: Element


def text_of(
    element: Element | None, notes: Notes, default: TextFormat = TextFormat.MOODLE
) -> MoodleText:
    """Return the text of an element such as `questiontext`; empty for no element.

    Args:
        element: Holds a `text`, or in files written by hand the text itself.
        notes: An unknown format is said there, and read as Moodle's own.
        default: The format when none is said.
    """
    if element is None:
        return MoodleText("", default)
    said = element.get("format", "").strip()
    text_format = _FORMATS.get(said, default)
    if said and said not in _FORMATS:
        notes.add(ItemCode.UNKNOWN_FORMAT, said, element)
        text_format = TextFormat.MOODLE
    return MoodleText(raw_text(element), text_format)


def raw_text(element: Element | None) -> str:
    """Return what an element's `text` says; markup that was not hidden in CDATA is kept as such."""
    if element is None:
        return ""
    holder = child(element, "text")
    if holder is None:
        return (element.text or "").strip()
    return inner_markup(holder) if len(holder) else words(holder)


def embedded_files(question: Element) -> Iterator[EmbeddedFile]:
    """Yield every file that came with a question, wherever in it."""
    for element in question.iter():
        name = local_name(element)
        if name == "file":
            yield EmbeddedFile(element.get("name", ""), line_of(element), element)
        elif name in _OLD_IMAGES and words(element):
            yield EmbeddedFile(words(element)[:80], line_of(element), element)


def texts_in(question: Element) -> Iterator[str]:
    """Yield every text of a question as it was written."""
    for element in question.iter():
        for holder in children(element, "text"):
            yield inner_markup(holder) if len(holder) else words(holder)
