"""What a candidate's page asks for again and again, without anything of HTTP but the body.

The views of the exam room take these steps, and so does the short way (invigil/examlane.py).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from exams.selectors.attempts import snapshot
from exams.selectors.browsers import session_entry
from exams.services import answers, taking
from exams.wire import (
    MAX_SAVE_BYTES,
    AttemptSnapshot,
    Receipt,
    SaveAnswers,
    SaveReply,
    StartAttempt,
    SubmitAttempt,
)
from kernel import wire

BROWSER_COOKIE: Final = "invigil_browser"
_BROWSER_ID: Final = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and the id of the browser; the latter is empty when it has none."""

    user_id: int
    browser: str


def known_browser(cookies: Mapping[str, str]) -> str:
    """Return the random id that this browser has for the attempt; empty when it has none."""
    known = cookies.get(BROWSER_COOKIE, "")
    return known if _BROWSER_ID.fullmatch(known) else ""


def browser_of(
    cookies: Mapping[str, str], session: Mapping[str, Any], attempt_id: int
) -> str | None:
    """Return the same; None when the session still has to be told it, for its sockets' sake."""
    known = known_browser(cookies)
    return known if not known or session.get(session_entry(attempt_id)) == known else None


def save(attempt_id: int, caller: Caller, body: bytes) -> SaveReply:
    """Save answers; what comes back was committed."""
    asked = wire.decode(body, SaveAnswers, max_bytes=MAX_SAVE_BYTES)
    return answers.save_answers(
        attempt_id,
        student_id=caller.user_id,
        lease=asked.lease,
        answers=asked.answers,
        browser=caller.browser,
    )


def start(attempt_id: int, caller: Caller, body: bytes) -> AttemptSnapshot:
    """Start the attempt and return the snapshot, questions included."""
    asked = wire.decode(body, StartAttempt)
    taking.start_attempt(
        attempt_id, student_id=caller.user_id, lease=asked.lease, browser=caller.browser
    )
    return snapshot(attempt_id, caller.user_id, browser=caller.browser)


def submit(attempt_id: int, caller: Caller, body: bytes) -> Receipt:
    """Hand in and return the receipt."""
    asked = wire.decode(body, SubmitAttempt)
    return taking.submit_attempt(
        attempt_id,
        student_id=caller.user_id,
        lease=asked.lease,
        digest={number_of(question): seq for question, seq in asked.digest.items()},
        browser=caller.browser,
    )


def number_of(text: str) -> int:
    """Return a question's id out of a digest.

    Raises:
        BadMessage: It is none.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise wire.BadMessage(reason="question")
    return int(text)


@dataclass(frozen=True, slots=True)
class Step:
    """A step, and the route under which it is counted.

    Attributes:
        is_logged: Whether the short way writes a line about it.
    """

    take: Callable[[int, Caller, bytes], msgspec.Struct]
    route: str
    is_logged: bool = True


STEPS: Final[Mapping[str, Step]] = {
    "answers": Step(save, "api/attempts/<int:attempt_id>/answers", is_logged=False),
    "start": Step(start, "api/attempts/<int:attempt_id>/start"),
    "submit": Step(submit, "api/attempts/<int:attempt_id>/submit"),
}
