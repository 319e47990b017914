"""Formats of authored text, and their way to safe HTML (pure).

Authors may write HTML; what reaches a candidate went through an allow-list (nh3). Formulas become
MathML in exams/domain/formulas.py.
"""

import html
import re
from collections import Counter
from enum import StrEnum
from typing import Final

import nh3
from markdown_it import MarkdownIt

from exams.domain import formulas, pictures


class TextFormat(StrEnum):
    """How an authored text is written. `moodle` is HTML in which a line end is a line break."""

    MARKDOWN = "markdown"
    HTML = "html"
    PLAIN = "plain"
    MOODLE = "moodle"


_TAG_NAMES: Final = (
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del dfn div dl dt em "
    "figcaption figure h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span "
    "strong sub sup table tbody td tfoot th thead tr u ul var"
)
# Tags that are understood, to be kept or removed; any other `<word` is an author's text.
_KNOWN: Final = frozenset([*_TAG_NAMES.split(), *formulas.ELEMENTS]) | frozenset(
    [
        "annotation",
        "annotation-xml",
        "article",
        "aside",
        "audio",
        "base",
        "body",
        "button",
        "canvas",
        "center",
        "embed",
        "font",
        "footer",
        "form",
        "frame",
        "frameset",
        "h1",
        "h2",
        "head",
        "header",
        "html",
        "iframe",
        "input",
        "label",
        "link",
        "maction",
        "main",
        "map",
        "menclose",
        "meta",
        "nav",
        "noscript",
        "object",
        "option",
        "param",
        "script",
        "section",
        "select",
        "semantics",
        "source",
        "strike",
        "style",
        "svg",
        "template",
        "textarea",
        "title",
        "tt",
        "video",
    ]
)
_ATTRIBUTES: Final = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "type"},
    "col": {"span"},
}
_MARKDOWN: Final = formulas.add_formulas(
    MarkdownIt("commonmark", {"html": True, "breaks": True}).enable("table")
)
# For each of these the parser may look at all the text after it: 24 000 `[` took seconds. Who
# writes more of them than anybody needs gets them as text.
_COSTLY: Final = "[`$"
_MAX_COSTLY: Final = 1000
_MARKDOWN_PLAINER: Final = (
    MarkdownIt("commonmark", {"html": True, "breaks": True})
    .enable("table")
    .disable(["link", "image", "reference", "backticks"])
)
_MAX: Final = 200_000
_TAG: Final = re.compile("<[^>]*>")
# Each tag that is opened within others makes the sanitiser look at all of them: 200 kB of `<ul><li>`
# took 10 s. What closes by itself when the next of its kind opens is not counted.
_MAX_NESTING: Final = 200
_TAG_NAME: Final = re.compile("<(/?)([A-Za-z][A-Za-z0-9-]*)")
_SELF_CLOSING: Final = "br caption col colgroup dd dt hr img li p rp rt tbody td tfoot th thead tr"
_CLOSES_ITSELF: Final = frozenset(_SELF_CLOSING.split())


def clean_html(markup: str) -> str:
    """Return the markup with everything but the allowed tags and attributes removed.

    Markup that is nested deeper than anybody needs is shown as it was typed.
    """
    if _is_too_deep(markup):
        return html.escape(markup, quote=False)
    cleaned = nh3.clean(
        markup,
        tags={*_TAG_NAMES.split(), *formulas.ELEMENTS},
        attributes={
            **{tag: set(names) for tag, names in _ATTRIBUTES.items()},
            **{tag: set(formulas.ATTRIBUTES) for tag in formulas.ELEMENTS},
        },
        clean_content_tags={"script", "style", "annotation", "annotation-xml"},
        url_schemes={"http", "https", "mailto", pictures.SCHEME},
        attribute_filter=_kept_attribute,
        link_rel="noopener noreferrer nofollow",
    )
    return pictures.without_strangers(cleaned)


def _is_too_deep(markup: str) -> bool:
    """Whether more tags are open at once than anybody needs; linear, and never too low."""
    still_open: Counter[str] = Counter()
    depth = 0
    for found in _TAG_NAME.finditer(markup):
        closing, name = found[1], found[2].lower()
        if name in _CLOSES_ITSELF or (closing and not still_open[name]):
            continue
        step = -1 if closing else 1
        still_open[name] += step
        depth += step
        if depth > _MAX_NESTING:
            return True
    return False


def _kept_attribute(tag: str, name: str, value: str) -> str | None:
    """Keep a picture's source only where it went through the scanner; links lead elsewhere."""
    if tag == "img" and name == "src":
        return pictures.kept_source(value)
    return None if value.startswith(f"{pictures.SCHEME}:") else value


def to_html(text: str, text_format: TextFormat, *, inline: bool = False) -> str:
    """Return authored text as safe HTML.

    Args:
        text: At most 200 000 characters are rendered; the rest is cut.
        text_format: How it is written.
        inline: For a choice: no paragraph around a single line of Markdown.
    """
    source = text[:_MAX]
    match text_format:
        case TextFormat.MARKDOWN:
            markdown = _markdown_for(source)
            rendered = markdown.renderInline(source) if inline else markdown.render(source)
            return clean_html(rendered).strip()
        case TextFormat.HTML:
            return clean_html(formulas.in_html(_escape_strays(source))).strip()
        case TextFormat.MOODLE:
            return clean_html(_with_breaks(formulas.in_html(_escape_strays(source.strip()))))
        case TextFormat.PLAIN:
            return _with_breaks(html.escape(source.strip()))


def bad_formulas(text: str, text_format: TextFormat) -> list[str]:
    """Return the formulas of a text that cannot be drawn and are shown as they were typed."""
    source = text[:_MAX]
    match text_format:
        case TextFormat.MARKDOWN:
            return formulas.bad_in_markdown(_markdown_for(source), source)
        case TextFormat.HTML | TextFormat.MOODLE:
            return formulas.bad_in_html(_escape_strays(source))
        case TextFormat.PLAIN:
            return []


def _markdown_for(source: str) -> MarkdownIt:
    is_costly = sum(source.count(char) for char in _COSTLY) > _MAX_COSTLY
    return _MARKDOWN_PLAINER if is_costly else _MARKDOWN


def _escape_strays(source: str) -> str:
    """Return HTML in which a `<` that begins no tag is text: `x<y` must not lose its end."""
    head, *rest = source.split("<")
    return head + "".join(f"<{part}" if _begins_tag(part) else f"&lt;{part}" for part in rest)


def _begins_tag(text: str) -> bool:
    name = ""
    for char in text.removeprefix("/"):
        if not (char.isascii() and (char.isalnum() or char == "-")):
            break
        name += char
    return text.startswith("!--") or name.lower() in _KNOWN


def _with_breaks(source: str) -> str:
    return source.replace("\r\n", "\n").replace("\n", "<br>\n")


def to_plain(markup: str) -> str:
    """Return the text of some markup, formulas included, for lists and messages."""
    # The sanitiser drops what is inside of MathML unless it may stay; it escapes every other `<`.
    kept = nh3.clean(markup, tags=set(formulas.ELEMENTS))
    return " ".join(html.unescape(_TAG.sub("", kept)).split())
