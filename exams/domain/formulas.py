r"""Formulas in authored texts: LaTeX between `$…$`, `$$…$$`, `\(…\)` or `\[…\]`, as MathML (pure).

The converter is no sanitiser (its `\text{…}` and `\href` put an author's markup into the page), so
only elements and attributes of the lists here are written, by us, with every text escaped. What
cannot be converted stays as it was typed.
"""

import html
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.dollarmath import dollarmath_plugin

MAX_FORMULA: Final = 1000  # characters
MAX_DEPTH: Final = 30  # braces within braces
MAX_FORMULAS: Final = 200  # in one text; the rest stays as it was typed
# Elements of MathML Core and how many children they must have; 0 is any number.
ELEMENTS: Final = {
    "math": 0,
    "mfrac": 2,
    "mi": 0,
    "mmultiscripts": 0,
    "mn": 0,
    "mo": 0,
    "mover": 2,
    "mpadded": 0,
    "mphantom": 0,
    "mprescripts": 0,
    "mroot": 2,
    "mrow": 0,
    "ms": 0,
    "mspace": 0,
    "msqrt": 0,
    "mstyle": 0,
    "msub": 2,
    "msubsup": 3,
    "msup": 2,
    "mtable": 0,
    "mtd": 0,
    "mtext": 0,
    "mtr": 0,
    "munder": 2,
    "munderover": 3,
    "none": 0,
}
ATTRIBUTES: Final = frozenset(
    [
        "columnalign",
        "columnspan",
        "display",
        "displaystyle",
        "fence",
        "form",
        "largeop",
        "linethickness",
        "lspace",
        "mathvariant",
        "maxsize",
        "minsize",
        "movablelimits",
        "rowspan",
        "rspace",
        "scriptlevel",
        "separator",
        "stretchy",
        "symmetric",
        "width",
    ]
)
_TOKENS: Final = ("math_inline", "math_inline_double", "math_block")
_CLOSING: Final = {"(": "\\)", "[": "\\]"}


class _NotAFormula(Exception):
    """The converter left something that is not a formula."""


@lru_cache(maxsize=2048)
def to_mathml(latex: str, *, display: bool = False) -> str | None:
    """Return a formula as MathML; None where it is not one, or larger than anybody needs.

    Budget: 50 ms for any text of `MAX_FORMULA` characters.
    """
    if not latex.strip() or len(latex) > MAX_FORMULA or _depth(latex) > MAX_DEPTH:
        return None
    try:
        made = convert_to_element(latex, display="block" if display else "inline")
        return "".join(_written(made))
    except Exception:  # noqa: BLE001 the converter raises whatever it stumbles over; it is a text then
        return None


def _depth(latex: str) -> int:
    deepest = depth = 0
    for char in latex:
        depth += (char == "{") - (char == "}")
        deepest = max(deepest, depth)
    return deepest


def _written(element: Element) -> Iterator[str]:
    name = element.tag.rpartition("}")[2]
    wanted = ELEMENTS.get(name)
    if wanted is None or (wanted and len(element) != wanted):
        raise _NotAFormula(name)
    kept = {key: value for key, value in element.attrib.items() if key in ATTRIBUTES}
    attributes = "".join(f' {key}="{html.escape(value)}"' for key, value in kept.items())
    text = html.unescape(element.text or "")
    if name == "mi" and text.startswith("\\"):  # a command that does not exist
        raise _NotAFormula(text)
    yield f"<{name}{attributes}>{html.escape(text, quote=False)}"
    for child in element:
        yield from _written(child)
    yield f"</{name}>"


def add_formulas(markdown: MarkdownIt) -> MarkdownIt:
    """Teach a Markdown parser formulas; `$5` is an amount of money."""
    dollarmath_plugin(
        markdown, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True
    )
    markdown.inline.ruler.before("escape", "math_brackets", _brackets)
    for name in _TOKENS:
        markdown.add_render_rule(name, _rendered)
    return markdown


def _brackets(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 the parser's signature
    r"""Read `\(…\)` and `\[…\]` within one paragraph."""
    start = state.pos
    closing = _CLOSING.get(state.src[start + 1 : start + 2]) if state.src[start] == "\\" else None
    if closing is None:
        return False
    end = state.src.find(closing, start + 2, min(start + 4 + MAX_FORMULA, state.posMax))
    if end < 0:
        return False
    if not silent:
        is_display = closing == "\\]"
        token = state.push("math_inline_double" if is_display else "math_inline", "math", 0)
        token.content, token.markup = state.src[start + 2 : end], state.src[start : start + 2]
    state.pos = end + 2
    return True


def _rendered(self: object, tokens: list, index: int, options: object, env: dict) -> str:  # type: ignore[type-arg] # the parser's own loose types
    del self, options
    token = tokens[index]
    env["formulas"] = env.get("formulas", 0) + 1
    is_display = token.type != "math_inline"
    is_drawn = env["formulas"] <= MAX_FORMULAS
    made = to_mathml(token.content.strip(), display=is_display) if is_drawn else None
    shown = made or html.escape(_typed(token), quote=False)
    return f"<p>{shown}</p>\n" if token.type == "math_block" else shown


def _typed(token: object) -> str:
    """Return a formula as its author wrote it."""
    markup, content = str(getattr(token, "markup", "$")), str(getattr(token, "content", ""))
    return f"{markup}{content}{_CLOSING.get(markup[1:], markup)}"


def bad_in_markdown(markdown: MarkdownIt, source: str) -> list[str]:
    """Return the formulas of a text that cannot be drawn, as their author wrote them."""
    return [
        _typed(token)
        for block in markdown.parse(source)
        for token in (block, *(block.children or ()))
        if token.type in _TOKENS and to_mathml(token.content.strip()) is None
    ]


def in_html(source: str) -> str:
    r"""Return HTML with the formulas of its texts drawn: `\(…\)`, `\[…\]` and `$$…$$`."""
    return _replaced(source, lambda typed, made: made if made is not None else typed)


def bad_in_html(source: str) -> list[str]:
    """Return the formulas of some HTML that cannot be drawn."""
    bad: list[str] = []

    def note(typed: str, made: str | None) -> str:
        if made is None:
            bad.append(typed)
        return typed

    _replaced(source, note)
    return bad


def _replaced(source: str, draw: Callable[[str, str | None], str]) -> str:
    """Rebuild HTML from its tags and texts, formulas drawn; those in code stay as they are."""
    head, *rest = source.split("<")
    parts, inside = [_drawn(head, draw)], 0
    for part in rest:
        tag, closing, text = part.partition(">")
        name = tag.strip("/ ").partition(" ")[0].lower()
        if name in {"code", "pre", "kbd"}:
            inside += -1 if tag.startswith("/") else 1
        parts.append(f"<{tag}{closing}{text if inside > 0 else _drawn(text, draw)}")
    return "".join(parts)


def _drawn(text: str, draw: Callable[[str, str | None], str]) -> str:
    parts: list[str] = []
    position = drawn = 0
    while drawn < MAX_FORMULAS:
        start, opening, closing = _next_opening(text, position)
        if start < 0:
            break
        end = text.find(closing, start + 2, start + 4 + MAX_FORMULA)
        if end < 0:
            parts.append(text[position : start + 2])
            position = start + 2
            drawn += 1
            continue
        latex = html.unescape(text[start + 2 : end]).strip()
        made = to_mathml(latex, display=opening != "\\(")
        parts += [text[position:start], draw(text[start : end + 2], made)]
        position, drawn = end + 2, drawn + 1
    return "".join([*parts, text[position:]])


def _next_opening(text: str, position: int) -> tuple[int, str, str]:
    found = [
        (at, opening, closing)
        for opening, closing in (("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$"))
        if (at := text.find(opening, position)) >= 0
    ]
    return min(found) if found else (-1, "", "")
