"""The steps of a candidate, taken with nothing of HTTP but the body."""

import json
from typing import Any

import pytest

from exams.tests.conftest import Taking
from exams.views import steps
from exams.views.steps import BROWSER_COOKIE, STEPS, Caller, browser_of, known_browser
from kernel.wire import BadMessage

BROWSER = "0123456789abcdef" * 2


def body(running: Taking, **fields: Any) -> bytes:
    return json.dumps({"lease": running.lease, **fields}).encode()


def test_the_steps_lead_from_the_answers_to_the_receipt(running: Taking) -> None:
    ana, question = Caller(running.cast.ana.pk, ""), running.questions[0]
    answer = {"question": question, "seq": 1, "value": "kept"}
    saved = steps.save(running.attempt_id, ana, body(running, answers=[answer]))
    assert saved.saved == {str(question): 1}
    paper = steps.start(running.attempt_id, ana, body(running))
    assert paper.answers[str(question)].value == "kept"
    receipt = steps.submit(running.attempt_id, ana, body(running, digest={str(question): 1}))
    assert receipt.answered == 1


@pytest.mark.parametrize("step", sorted(STEPS))
@pytest.mark.parametrize("sent", [b"", b"{}", b"[]", b"{", b'{"lease":1}', b"\xff"])
def test_a_body_that_is_none_is_refused(running: Taking, step: str, sent: bytes) -> None:
    with pytest.raises(BadMessage):
        STEPS[step].take(running.attempt_id, Caller(running.cast.ana.pk, ""), sent)


@pytest.mark.parametrize("name", ["", "x", "-1", "1.5", "١", "1" * 19, " 1"])
def test_a_question_is_named_by_its_number(running: Taking, name: str) -> None:
    with pytest.raises(BadMessage):
        steps.submit(
            running.attempt_id, Caller(running.cast.ana.pk, ""), body(running, digest={name: 1})
        )


@pytest.mark.parametrize("cookie", ["", "x", BROWSER[:-1], BROWSER.upper(), BROWSER + "0"])
def test_a_browser_is_known_by_an_id_of_ours_only(cookie: str) -> None:
    assert known_browser({BROWSER_COOKIE: cookie}) == ""
    assert known_browser({BROWSER_COOKIE: BROWSER}) == BROWSER


def test_a_browser_that_its_session_does_not_know_is_told_apart_from_none() -> None:
    cookies = {BROWSER_COOKIE: BROWSER}
    assert browser_of(cookies, {"exam_browser:7": BROWSER}, 7) == BROWSER
    assert browser_of(cookies, {"exam_browser:7": BROWSER}, 8) is None
    assert browser_of({}, {}, 7) == ""
