"""A short way for the requests of which an exam has most: save, start, hand in; POST, nothing else.

Django's way to a view costs several times what these do. The lane asks the same questions before
(`invigil.admission`) and calls the same functions behind. Everything out of the ordinary goes the
long way: whoever is not let in at once, and every request that is refused or fails, body and all.
Each of the three may be repeated without harm, so nothing is lost or done twice by that.

Who was let in is remembered for a moment, by the very headers that decide it: docs/adr/0022.
"""

import re
import time
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIApplication

import msgspec
import structlog
from django.db import Error as DatabaseFailure

from exams.views.steps import STEPS, Step
from exams.wire import MAX_SAVE_BYTES
from invigil.admission import Admission
from kernel.errors import DomainError
from monitoring.metrics import record_request

log = structlog.get_logger(__name__)

_PATH: Final = re.compile(rf"/api/attempts/([0-9]{{1,18}})/({'|'.join(STEPS)})")
_HEADERS: Final = [
    ("Content-Type", "application/json"),
    ("Cache-Control", "max-age=0, no-cache, no-store, must-revalidate, private"),
    ("X-Content-Type-Options", "nosniff"),
]


class ExamLane:
    """WSGI in front of Django."""

    def __init__(self, site: WSGIApplication) -> None:
        self.site = site
        self.admission = Admission()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer right here if that is all there is to it; else let Django answer."""
        path = _PATH.fullmatch(environ["PATH_INFO"])
        length = _length_of(environ)
        if path is None or length is None or environ["REQUEST_METHOD"] != "POST":
            return self.site(environ, start_response)
        started = time.perf_counter()
        body = environ["wsgi.input"].read(length)
        step = STEPS[path[2]]
        answer = self._answer(environ, int(path[1]), step, body)
        if answer is None:
            environ["wsgi.input"] = BytesIO(body)
            return self.site(environ, start_response)
        start_response("200 OK", [*_HEADERS, ("Content-Length", str(len(answer)))])
        record_request(step.route, "POST", 200, time.perf_counter() - started)
        return [answer]

    def _answer(
        self, environ: Mapping[str, Any], attempt_id: int, step: Step, body: bytes
    ) -> bytes | None:
        """Return the reply to what was done; None when there is anything else to say."""
        try:
            caller = self.admission.caller_of(environ, attempt_id)
            if caller is None:
                return None
            reply = step.take(attempt_id, caller, body)
        except DomainError:
            return None
        except DatabaseFailure:
            log.warning("exam_lane.database", exc_info=True)
            return None
        if step.is_logged:
            log.info("exam_lane.done", step=step.route, attempt=attempt_id, user_id=caller.user_id)
        return msgspec.json.encode(reply)


def _length_of(headers: Mapping[str, Any]) -> int | None:
    """Return the length of a body that is not too long; None for any other."""
    text = headers.get("CONTENT_LENGTH") or ""
    length = int(text) if text.isdecimal() and len(text) < 10 else 0
    return length if 0 < length <= MAX_SAVE_BYTES else None
