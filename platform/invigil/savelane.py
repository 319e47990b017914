"""A short way for the request of which there are most: the save of an answer, POST and nothing else.

Django's way to a view costs several times what the save itself does. What it decides (host, session,
person, CSRF token, browser) it decides from the request's headers alone, so the answer holds for the
next request with the very same headers, for a moment: the lane remembers what Django said yes to,
for REMEMBERED_SECONDS, and calls the same service. Everything out of the ordinary goes the long way:
headers not seen lately, and every request whose save is refused or fails, body and all. A save may
be repeated without harm, so nothing is lost or done twice by that.

Who signs out or is shut out can therefore save answers to the own running attempt for that long:
docs/adr/0022. The state of the attempt, its lease and its time are decided by the statement as ever.
"""

import re
import time
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIApplication

import msgspec
import structlog
from django.db import DatabaseError

from exams.services.answers import save_answers
from exams.views.saves import ANSWERS_ROUTE, Saver, savers
from exams.wire import MAX_SAVE_BYTES, SaveAnswers
from kernel import wire
from kernel.errors import DomainError
from monitoring.metrics import record_request

log = structlog.get_logger(__name__)

_PATH: Final = re.compile(r"/api/attempts/([0-9]{1,18})/answers")
_HEADERS: Final = [
    ("Content-Type", "application/json"),
    ("Cache-Control", "max-age=0, no-cache, no-store, must-revalidate, private"),
    ("X-Content-Type-Options", "nosniff"),
]


class SaveLane:
    """WSGI in front of Django."""

    def __init__(self, site: WSGIApplication) -> None:
        self.site = site

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Save right here if that is all there is to it; else let Django answer."""
        path = _PATH.fullmatch(environ["PATH_INFO"])
        saver = savers.find(environ) if path and environ["REQUEST_METHOD"] == "POST" else None
        length = _length_of(environ)
        if path is None or saver is None or length is None:
            return self.site(environ, start_response)
        body = environ["wsgi.input"].read(length)
        environ["wsgi.input"] = BytesIO(body)
        started = time.perf_counter()
        answer = _saved(int(path.group(1)), saver, body)
        if answer is None:
            return self.site(environ, start_response)
        start_response("200 OK", [*_HEADERS, ("Content-Length", str(len(answer)))])
        record_request(ANSWERS_ROUTE, "POST", 200, time.perf_counter() - started)
        return [answer]


def _length_of(headers: Mapping[str, Any]) -> int | None:
    """Return the length of a body that is not too long; None for any other."""
    text = headers.get("CONTENT_LENGTH") or ""
    length = int(text) if text.isdecimal() and len(text) < 10 else 0
    return length if 0 < length <= MAX_SAVE_BYTES else None


def _saved(attempt_id: int, saver: Saver, body: bytes) -> bytes | None:
    """Return the reply to a save that was taken; None when there is anything else to say."""
    try:
        asked = wire.decode(body, SaveAnswers, max_bytes=MAX_SAVE_BYTES)
        reply = save_answers(
            attempt_id,
            student_id=saver.user_id,
            lease=asked.lease,
            answers=asked.answers,
            browser=saver.browser,
        )
    except DomainError:
        return None
    except DatabaseError:
        log.warning("save_lane.database", exc_info=True)
        return None
    return msgspec.json.encode(reply)
