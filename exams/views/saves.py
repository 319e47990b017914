"""Whom Django has just let save answers, by the headers of the request: for invigil/savelane.py."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

ANSWERS_ROUTE: Final = "api/attempts/<int:attempt_id>/answers"
REMEMBERED_SECONDS: Final = 20.0
MOST: Final = 20_000  # of one process; about 1 kB each

# Everything that Django's middleware and the view look at before they let a save through.
_DECIDING: Final = (
    "PATH_INFO",
    "HTTP_HOST",
    "HTTP_COOKIE",
    "HTTP_X_CSRFTOKEN",
    "HTTP_ORIGIN",
    "HTTP_REFERER",
    "CONTENT_TYPE",
    "wsgi.url_scheme",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
)

Stamp = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Saver:
    """Who saves, from which browser; both as Django found them."""

    user_id: int
    browser: str


class Savers:
    """The savers of one process, each for a moment after Django's last yes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[Stamp, tuple[float, Saver]] = {}

    def remember(self, headers: Mapping[str, Any], saver: Saver) -> None:
        """Keep that a save with these headers was let through.

        Args:
            headers: The environment of the request, as WSGI has it.
            saver: Who it was.
        """
        if len(self._known) >= MOST:
            self._known.clear()  # rare, and costs everybody one long way
        self._known[_stamp_of(headers)] = (self._clock() + REMEMBERED_SECONDS, saver)

    def find(self, headers: Mapping[str, Any]) -> Saver | None:
        """Return who saves with these headers, if Django said yes to them a moment ago."""
        stamp = _stamp_of(headers)
        found = self._known.get(stamp)
        if found is None:
            return None
        until, saver = found
        if self._clock() > until:
            self._known.pop(stamp, None)
            return None
        return saver


def _stamp_of(headers: Mapping[str, Any]) -> Stamp:
    return tuple(headers.get(name) for name in _DECIDING)


savers: Final = Savers()
