"""The attributes and texts of one element, read by type; what nobody asks for is reported."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from lxml import etree

from exams.exchange.exam_xml_terms import MAX_WHOLE, PRESERVE, SPACE, XmlCode, shown
from exams.exchange.items import Finding, ItemRefused
from exams.exchange.xml_reader import line_of

_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
_DIGITS: Final = frozenset("0123456789")
_SPACES: Final = "\t\n\r "
_MAX_PLACES: Final = 10
_MAX_DIGITS: Final = 24
_LONGEST_NUMBER: Final = 60


class Fields:
    """The attributes of an element; each of them is taken by its name, the rest is `unread`.

    Raises:
        ItemRefused: From every reading method, when a value is not of its type.
    """

    def __init__(self, element: etree._Element) -> None:
        self.line = line_of(element)
        self._left = {str(name): str(value) for name, value in element.attrib.items()}

    def has(self, name: str) -> bool:
        """Whether the attribute is there and not taken yet."""
        return name in self._left

    def text(self, name: str) -> str | None:
        """Take an attribute as it stands; None when it is not there."""
        return self._left.pop(name, None)

    def take_word(self, name: str, word: str) -> bool:
        """Take an attribute if it is exactly this word."""
        if self._left.get(name) != word:
            return False
        del self._left[name]
        return True

    def boolean(self, name: str, *, usual: bool) -> bool:
        """Take true, false, 1 or 0."""
        text = self.text(name)
        if text is None:
            return usual
        value = _BOOLEANS.get(text.strip(_SPACES))
        if value is None:
            raise self.refusal(name, text)
        return value

    def whole(self, name: str, *, low: int = 0, high: int = MAX_WHOLE) -> int | None:
        """Take a whole number of `low` to `high`."""
        text = self.text(name)
        if text is None:
            return None
        number = whole_number(text)
        if number is None or not low <= number <= high:
            raise self.refusal(name, text)
        return number

    def number(self, name: str, *, places: int = _MAX_PLACES) -> Decimal | None:
        """Take a number with at most so many places after the point."""
        text = self.text(name)
        if text is None:
            return None
        number = decimal_number(text)
        if number is None or number != round(number, places):
            raise self.refusal(name, text)
        return number

    def refusal(self, name: str, text: str, code: XmlCode = XmlCode.BAD_VALUE) -> ItemRefused:
        """Return what to raise for a value of an attribute."""
        return ItemRefused(code, f'{shown(name)}="{text[:80]}"', self.line)

    def unread(self) -> Iterator[Finding]:
        """Yield a finding for each attribute that nobody has taken."""
        for name in self._left:
            yield Finding(self.line, XmlCode.UNKNOWN_ATTRIBUTE, shown(name)[:80])


def whole_number(text: str) -> int | None:
    """Return a whole number in ordinary digits, with a sign or without; None for anything else."""
    digits = text.strip(_SPACES)
    plain = digits[1:] if digits[:1] in {"+", "-"} else digits
    if not plain or len(plain) > _LONGEST_NUMBER or not _DIGITS.issuperset(plain):
        return None
    return int(digits)


def decimal_number(text: str) -> Decimal | None:
    """Return a number as XML Schema writes it, of at most 24 digits; None for anything else."""
    digits = text.strip(_SPACES)
    plain = digits[1:] if digits[:1] in {"+", "-"} else digits
    before, _point, after = plain.partition(".")
    if not before + after or not _DIGITS.issuperset(before + after):
        return None
    if len(before.lstrip("0")) + len(after.rstrip("0")) > _MAX_DIGITS:
        return None
    return Decimal(digits[: _LONGEST_NUMBER * 1000])


class Texts:
    """The child elements of an element that hold only text, each at most once."""

    def __init__(self, element: etree._Element, allowed: frozenset[str]) -> None:
        self._texts: dict[str, str] = {}
        self.findings: list[Finding] = list(stray_text(element))
        self.others: list[etree._Element] = []
        for child in element:
            tag = str(child.tag)
            if tag not in allowed:
                self.others.append(child)
            elif tag in self._texts:
                self.findings.append(_finding(child, XmlCode.REPEATED_ELEMENT))
            else:
                self._texts[tag] = self._read(child)

    def get(self, tag: str) -> str:
        """Return the text of a child; empty when there is none."""
        return self._texts.get(tag, "")

    def _read(self, child: etree._Element) -> str:
        fields = Fields(child)
        kept = fields.text(SPACE) == PRESERVE
        self.findings += fields.unread()
        for inner in child:
            self.findings.append(unknown_element(inner))
        text = "".join([child.text or "", *((inner.tail or "") for inner in child)])
        return text if kept else text.strip()


def unknown_element(element: etree._Element) -> Finding:
    """Return what is said of an element that has no place where it stands."""
    return _finding(element, XmlCode.UNKNOWN_ELEMENT)


def _finding(element: etree._Element, code: XmlCode) -> Finding:
    return Finding(line_of(element), code, f"<{shown(str(element.tag))[:80]}>")


def stray_text(element: etree._Element) -> Iterator[Finding]:
    """Yield a finding for words that stand between elements."""
    for text in [element.text, *(child.tail for child in element)]:
        if text and text.strip():
            yield Finding(line_of(element), XmlCode.STRAY_TEXT, text.strip()[:80])
