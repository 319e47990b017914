"""The short way of save, start and hand-in: the same outcome as the long one, which all else takes."""

import json
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pytest
from django.apps import apps
from django.core.handlers.wsgi import WSGIHandler
from django.db import DatabaseError, InterfaceError, OperationalError
from django.test import Client

from exams.services import answers as saving, attempts
from exams.tests.conftest import Cast, Taking, begin, make_cast
from invigil.examlane import ExamLane

pytestmark = pytest.mark.django_db(transaction=True)


TOKEN = "a" * 32


class Site:
    """Django behind the lane, counting what comes to it."""

    def __init__(self) -> None:
        self.asked = 0
        self._django = WSGIHandler()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked += 1
        return self._django(environ, start_response)


class Caller:
    """Ana's browser, which talks to the lane."""

    def __init__(self, cast: Cast, taking: Taking, client: Client) -> None:
        self.site = Site()
        self.lane = ExamLane(self.site)
        self.cast, self.taking, self.seq = cast, taking, 0
        session = client.cookies["sessionid"].value
        self.cookies = f"sessionid={session}; csrftoken={TOKEN}"

    def save(self, value: str = "a word", *, lease: str = "", **changes: Any) -> tuple[str, Any]:
        self.seq += 1
        answer = {"question": self.taking.questions[0], "seq": self.seq, "value": value}
        return self.post("answers", lease=lease, answers=[answer], environ=changes)

    def post(
        self, step: str, *, lease: str = "", environ: dict[str, Any] | None = None, **fields: Any
    ) -> tuple[str, Any]:
        body = json.dumps({"lease": lease or self.taking.lease, **fields}).encode()
        return self.send(step, body, **(environ or {}))

    def send(self, step: str, body: bytes, **changes: Any) -> tuple[str, Any]:
        said: list[str] = []
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": f"/api/attempts/{self.taking.attempt_id}/{step}",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "HTTP_HOST": "testserver",
            "HTTP_COOKIE": self.cookies,
            "HTTP_X_CSRFTOKEN": TOKEN,
            "CONTENT_TYPE": "application/json",
            "wsgi.url_scheme": "http",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
            **changes,
        }

        def answer_began(status: str, *_rest: object) -> Any:
            said.append(status)

        content = b"".join(self.lane(environ, answer_began))
        return said[0], json.loads(content) if content.startswith(b"{") else content

    def stored(self) -> Any:
        answers: Any = apps.get_model("exams", "Answer").objects
        return answers.values_list("value", flat=True).get(attempt_id=self.taking.attempt_id)


@pytest.fixture
def caller(client: Client) -> Caller:
    cast = make_cast()
    client.force_login(cast.ana)
    return Caller(cast, begin(cast), client)


def by_django(caller: Caller) -> Caller:
    """The same browser, sent the long way always."""
    caller.lane = caller.site  # type: ignore[assignment] # both are WSGI
    return caller


def test_a_save_takes_the_short_way(caller: Caller) -> None:
    status, short_way = caller.save("one")
    assert (status, caller.site.asked) == ("200 OK", 0)
    assert short_way["saved"] == {str(caller.taking.questions[0]): 1}
    assert caller.stored() == "one"
    status, long_way = by_django(caller).save("two")
    assert (status, caller.site.asked) == ("200 OK", 1)
    assert long_way.keys() == short_way.keys()
    assert caller.stored() == "two"


def test_a_start_takes_the_short_way_and_gives_the_paper(caller: Caller) -> None:
    attempts = apps.get_model("exams", "Attempt").objects
    attempts.update(state="ready", started_at=None)
    status, paper = caller.post("start")
    assert (status, caller.site.asked, paper["state"]) == ("200 OK", 0, "running")
    assert [one["id"] for one in paper["questions"]][:4] == caller.taking.questions
    again = by_django(caller).post("start")[1]
    assert {**again, "server_time": 0} == {**paper, "server_time": 0}


def test_a_hand_in_takes_the_short_way_and_its_receipt_is_the_same_again(caller: Caller) -> None:
    caller.save("kept")
    status, receipt = caller.post("submit", digest={str(caller.taking.questions[0]): 1})
    assert (status, caller.site.asked) == ("200 OK", 0)
    assert receipt["answered"] == 1
    assert caller.post("submit", digest={})[1] == receipt
    assert caller.site.asked == 0
    assert by_django(caller).post("submit", digest={})[1] == receipt


@pytest.mark.parametrize(
    ("digest", "code"), [({"1": 99}, "answers_missing"), ({"x": 1}, "bad_message")]
)
def test_a_hand_in_that_is_refused_is_answered_by_django(
    caller: Caller, digest: dict[str, int], code: str
) -> None:
    _, body = caller.post("submit", digest=digest)
    assert (body["code"], caller.site.asked) == (code, 1)
    assert caller.save()[0] == "200 OK"


def test_a_visitor_never_gets_on_the_lane(caller: Caller) -> None:
    caller.save()
    for _ in range(2):
        status, body = caller.save("forged", HTTP_COOKIE=f"sessionid=nobody; csrftoken={TOKEN}")
        assert status.startswith("401")
        assert body["code"] == "signed_out"
    assert caller.site.asked == 2
    assert caller.stored() == "a word"


def test_what_is_refused_is_answered_by_django(caller: Caller) -> None:
    caller.save()
    status, body = caller.save(lease="00000000-0000-0000-0000-000000000001")
    assert (status[:3], body["code"]) == ("409", "lease_lost")
    attempts.pause_attempt(caller.taking.attempt_id, reason="Alarm", actor_id=caller.cast.ivo.pk)
    status, body = caller.save("while paused")
    assert body["code"] == "paused"
    assert caller.site.asked == 2
    assert caller.stored() == "a word"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"wsgi.input": BytesIO(b"{not json}")}, "400"),
        ({"REQUEST_METHOD": "GET"}, "405"),
        ({"CONTENT_LENGTH": ""}, "400"),
        ({"PATH_INFO": "/api/attempts/x/answers"}, "404"),
    ],
)
def test_what_is_out_of_the_ordinary_goes_the_long_way(
    caller: Caller, changes: dict[str, Any], status: str
) -> None:
    assert caller.save(**changes)[0].startswith(status)
    assert caller.site.asked == 1


@pytest.mark.parametrize("failure", [DatabaseError, OperationalError, InterfaceError])
def test_a_database_that_is_away_is_left_to_django(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, failure: type[Exception]
) -> None:
    well = saving.save_answers

    def away_once(*_args: Any, **_kwargs: Any) -> None:
        monkeypatch.setattr(saving, "save_answers", well)
        raise failure("gone")

    monkeypatch.setattr(saving, "save_answers", away_once)
    status, body = caller.save("kept all the same")
    assert (status, caller.site.asked) == ("200 OK", 1)
    assert body["saved"]
    assert caller.stored() == "kept all the same"
