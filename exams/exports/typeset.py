"""Documents to print: the one adapter of the typesetter.

The template is ours and constant. What people wrote goes in as JSON and comes out as text: it is
never part of a source that is evaluated. No font of the machine is used, so a document looks the
same everywhere: Persian is set in the font of the pages, which the build of the front end turns into
a form that the typesetter reads.
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
from web.built import folder as built_folder

_TEMPLATE: Final = Path(__file__).with_name("tables.typ")
# The first and the last are in the typesetter itself; the last has every Persian letter as well, so
# that nothing is lost where the front end is not built.
LATIN: Final = "Libertinus Serif"
PERSIAN: Final = "Vazirmatn"
LAST: Final = "DejaVu Sans Mono"


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


def font_folder() -> Path:
    """Return where the build of the front end puts the fonts to print with."""
    return built_folder() / "print"


@cache
def known_fonts(folder: Path) -> typst.Fonts:
    """Return the fonts of the typesetter and of a folder, none of the machine; read once."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder])


def fonts() -> tuple[str, ...]:
    """Return the families in the order in which they are tried."""
    return (LATIN, PERSIAN, LAST) if any(font_folder().glob("*.ttf")) else (LATIN, LAST)


def inputs_of(document: Document) -> dict[str, str]:
    """Return what the template is given: one JSON text."""
    words = {
        **msgspec.to_builtins(document),
        "lang": (get_language() or "en").split("-")[0],
        "rtl": get_language_bidi(),
        "fonts": fonts(),
        "pages": "\u06f1 / \u06f1" if is_persian() else "1 / 1",
    }
    return {"data": json.dumps(words, ensure_ascii=False)}


def to_pdf(document: Document) -> bytes:
    """Return the document as tagged PDF; 1,000 lines of a table take about 0.4 s."""
    return typst.compile(
        template(),
        format="pdf",
        sys_inputs=inputs_of(document),
        font_paths=known_fonts(font_folder()),
    )
