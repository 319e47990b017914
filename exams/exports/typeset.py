"""Documents to print: the one adapter of the typesetter.

The template is ours and constant. What people wrote goes in as JSON and comes out as text: it is
never part of a source that is evaluated. No font of the machine is used, so a document looks the
same everywhere.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
import typst
from django.utils.translation import get_language, get_language_bidi

from kernel.numerals import is_persian

_TEMPLATE: Final = Path(__file__).with_name("tables.typ")
# Both are in the typesetter itself; the second has the Arabic script, all Persian letters too.
FONTS: Final = ("Libertinus Serif", "DejaVu Sans Mono")


@dataclass(frozen=True, slots=True)
class Part:
    """A bar instead of a text: a share from 0 to 1."""

    bar: float


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heading.

    Attributes:
        widths: Of each column: 0 as wide as its content, otherwise a share of what is left.
        numbers: Places of the columns that are aligned at their end.
    """

    heading: str
    head: Sequence[str]
    rows: Sequence[Sequence[str | Part]]
    widths: Sequence[int]
    numbers: Sequence[int] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What is printed, in the language of the reader."""

    title: str
    subtitle: str = ""
    footer: str = ""
    facts: Sequence[tuple[str, str]] = ()
    tables: Sequence[Table] = field(default_factory=tuple)
    landscape: bool = False


@cache
def template() -> bytes:
    """Return the source of every document."""
    return _TEMPLATE.read_bytes()


def inputs_of(document: Document) -> dict[str, str]:
    """Return what the template is given: one JSON text."""
    words = {
        **msgspec.to_builtins(document),
        "lang": (get_language() or "en").split("-")[0],
        "rtl": get_language_bidi(),
        "fonts": FONTS,
        "pages": "\u06f1 / \u06f1" if is_persian() else "1 / 1",
    }
    return {"data": json.dumps(words, ensure_ascii=False)}


def to_pdf(document: Document) -> bytes:
    """Return the document as tagged PDF; 1,000 lines of a table take about 0.4 s."""
    return typst.compile(
        template(), format="pdf", sys_inputs=inputs_of(document), ignore_system_fonts=True
    )
