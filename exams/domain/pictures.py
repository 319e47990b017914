"""The sources of pictures in authored texts: only those that went through the scanner (pure).

Authors write `![words](upload:<id>)`; what reaches the page is an address of this site that gives
out clean pictures only. Any other picture is left out. What is wrong with them: images.py.
"""

import re
import uuid
from html.parser import HTMLParser
from typing import Final

SCHEME: Final = "upload"
PLACE: Final = "/question-images/"
# The sanitiser escapes `<` and `>` in attributes, so the next `>` ends the tag.
_WITHOUT_SOURCE: Final = re.compile(r'<img(?![^>]* src=")[^>]*>')


def kept_source(source: str) -> str | None:
    """Return the address that stands in the page for a picture's source; None for any other."""
    scheme, _colon, rest = source.partition(":")
    reference = rest if scheme == SCHEME else source.removeprefix(PLACE)
    if reference == source:
        return None
    try:
        return f"{PLACE}{uuid.UUID(reference)}"
    except ValueError:
        return None


def without_strangers(page: str) -> str:
    """Return sanitised HTML without the pictures that lost their source."""
    return _WITHOUT_SOURCE.sub("", page)


class _Pictures(HTMLParser):
    """The pictures of some HTML: upload id and words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[uuid.UUID, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        source = given.get("src") or ""
        if tag == "img" and source.startswith(PLACE):
            self.found.append((uuid.UUID(source.removeprefix(PLACE)), given.get("alt") or ""))


def pictures_in(page: str) -> list[tuple[uuid.UUID, str]]:
    """Return upload id and words of every picture of a rendered text."""
    return _Pictures(page).found if PLACE in page else []
