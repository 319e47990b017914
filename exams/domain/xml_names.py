"""What may be an id in an XML document (pure)."""

from collections.abc import Iterable
from typing import Final

MAX_NAME: Final = 255
# Letters that every XML parser takes: Latin, Greek, Cyrillic, Arabic and Persian, Chinese.
_LETTERS: Final = (
    ("A", "Z"),
    ("a", "z"),
    ("_", "_"),
    ("\u00c0", "\u00d6"),
    ("\u00d8", "\u00f6"),
    ("\u00f8", "\u0131"),
    ("\u0391", "\u03a1"),
    ("\u03a3", "\u03ce"),
    ("\u0401", "\u040c"),
    ("\u040e", "\u044f"),
    ("\u0451", "\u045c"),
    ("\u0621", "\u063a"),
    ("\u0641", "\u064a"),
    ("\u0671", "\u06b7"),
    ("\u06ba", "\u06be"),
    ("\u06c0", "\u06ce"),
    ("\u06d0", "\u06d3"),
    ("\u4e00", "\u9fa5"),
)
_MORE: Final = (("0", "9"), ("\u0660", "\u0669"), ("\u06f0", "\u06f9"), ("-", "-"), (".", "."))


def is_xml_name(text: str) -> bool:
    """Whether the text may be an id in an XML document: a letter first, no spaces, no colon.

    Source: Namespaces in XML 1.0, NCName, of its fourth edition, which schema processors keep to;
    scripts that are not listed here are refused.
    """
    return (
        0 < len(text) <= MAX_NAME
        and _is_in(text[0], _LETTERS)
        and all(_is_in(char, _LETTERS) or _is_in(char, _MORE) for char in text)
    )


def _is_in(char: str, runs: Iterable[tuple[str, str]]) -> bool:
    return any(first <= char <= last for first, last in runs)
