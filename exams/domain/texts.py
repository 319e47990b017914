"""Formats of authored text, and their way to safe HTML (pure).

Authors may write HTML; what reaches a candidate went through an allow-list (nh3). Formulas stay
as text.
"""

import html
from enum import StrEnum
from typing import Final

import nh3
from markdown_it import MarkdownIt


class TextFormat(StrEnum):
    """How an authored text is written. `moodle` is HTML in which a line end is a line break."""

    MARKDOWN = "markdown"
    HTML = "html"
    PLAIN = "plain"
    MOODLE = "moodle"


_TAG_NAMES: Final = (
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del dfn div dl dt em "
    "figcaption figure h3 h4 h5 h6 hr i ins kbd li mark ol p pre q rp rt ruby s samp small span "
    "strong sub sup table tbody td tfoot th thead tr u ul var"
)
_ATTRIBUTES: Final = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "type"},
    "col": {"span"},
}
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": True, "breaks": True}).enable("table")
_MAX: Final = 200_000


def clean_html(markup: str) -> str:
    """Return the markup with everything but the allowed tags and attributes removed."""
    return nh3.clean(
        markup,
        tags=set(_TAG_NAMES.split()),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


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
            rendered = _MARKDOWN.renderInline(source) if inline else _MARKDOWN.render(source)
            return clean_html(rendered).strip()
        case TextFormat.HTML:
            return clean_html(source).strip()
        case TextFormat.MOODLE:
            return clean_html(_with_breaks(source.strip()))
        case TextFormat.PLAIN:
            return _with_breaks(html.escape(source.strip()))


def _with_breaks(source: str) -> str:
    return source.replace("\r\n", "\n").replace("\n", "<br>\n")


def to_plain(markup: str) -> str:
    """Return the text of some markup, for lists and messages."""
    return " ".join(html.unescape(nh3.clean(markup, tags=set())).split())
