"""Small readers of XML elements that the importers share: children, words, markup, decimals."""

import html
from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Final

from lxml import etree

from exams.domain.texts import TextFormat, clean_html, to_html, to_plain
from exams.exchange.items import Finding, ItemRefused, Preview
from exams.exchange.numbers import BadNumber, number_of
from exams.exchange.xml_reader import XmlRefused, line_of

Element = etree._Element  # noqa: SLF001 - lxml has no public name for the type
MAX_NAME: Final = 80


def refused(error: XmlRefused, file: str = "") -> Preview:
    """Return the preview of a document that is not read at all: one finding, no item."""
    return Preview(findings=(Finding(error.line, error.fault, error.detail, file=file),))


class Notes:
    """What is to be said about one item that is imported, with the line of the piece."""

    def __init__(self, file: str = "") -> None:
        self.file = file
        self._said: dict[Finding, None] = {}

    def add(self, code: StrEnum, text: str, element: Element) -> None:
        """Say something once; the same words again are kept back."""
        finding = Finding(line_of(element), code, " ".join(text.split())[:200], file=self.file)
        self._said[finding] = None

    @property
    def findings(self) -> list[Finding]:
        """Everything that was said, in order."""
        return list(self._said)


def local_name(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(etree.QName(element).localname)


def child(element: Element, name: str) -> Element | None:
    """Return the first child of a name, whatever its namespace."""
    return next(children(element, name), None)


def children(element: Element, name: str) -> Iterator[Element]:
    """Yield the children of a name, whatever their namespace."""
    return (one for one in element if local_name(one) == name)


def words(element: Element | None) -> str:
    """Return all text in an element, without space around it; empty for no element."""
    return "" if element is None else "".join(map(str, element.itertext())).strip()


def inner_markup(element: Element) -> str:
    """Return what an element holds, as markup without namespaces."""
    plain = without_namespaces(element)
    parts = [html.escape(plain.text or "", quote=False)]
    parts += [etree.tostring(one, encoding="unicode", method="html") for one in plain]
    return "".join(parts).strip()


def without_namespaces(element: Element) -> Element:
    """Return a copy whose elements and attributes are named without namespaces."""
    copy = etree.Element(local_name(element))
    copy.text, copy.tail = element.text, element.tail
    for name, value in element.attrib.items():
        copy.set(etree.QName(name).localname, value)
    copy.extend(without_namespaces(one) for one in element)
    return copy


def decimal_in(element: Element | None, default: str = "") -> Decimal:
    """Return the number an element holds.

    Raises:
        ItemRefused: It is none.
    """
    try:
        return number_of(words(element) or default)
    except BadNumber as error:
        raise ItemRefused(error.code, error.text, line_of_or_none(element)) from None


def line_of_or_none(element: Element | None) -> int:
    """Return the line of an element, 0 for none."""
    return 0 if element is None else line_of(element)


def in_one_format(texts: Iterable[tuple[str, TextFormat]]) -> tuple[TextFormat, list[str]]:
    """Return texts in the one format that they share, or all as HTML when they share none."""
    pairs = list(texts)
    formats = {text_format for text, text_format in pairs if text.strip()}
    if len(formats) <= 1:
        shared = formats.pop() if formats else TextFormat.HTML
        return shared, [text for text, _format in pairs]
    return TextFormat.HTML, [to_html(text, text_format) for text, text_format in pairs]


def as_plain(text: str, text_format: TextFormat) -> str:
    """Return a text without markup, for places that show none."""
    if text_format is TextFormat.PLAIN or not text.strip():
        return text.strip()
    has_tags = "<" in text or text_format is TextFormat.MARKDOWN
    return words_of(to_html(text, text_format) if has_tags else text)


def safe_html(markup: str) -> str:
    """Return markup with everything but the allowed tags removed; a shorter way where none is."""
    return (clean_html(markup) if "<" in markup else markup).strip()


def words_of(markup: str) -> str:
    """Return the text of some markup; a shorter way where no tag is in it."""
    return to_plain(markup) if "<" in markup else " ".join(html.unescape(markup).split())


def name_from(given: str, prompt: str, text_format: TextFormat) -> str:
    """Return a name for authors: the given one, else the first words of the prompt."""
    name = " ".join(given.split()) or as_plain(prompt, text_format) or " ".join(prompt.split())
    return name[:MAX_NAME].strip()
