"""Who is let in without Django's middlewares: exactly whom Django lets in, and for a moment only."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client

from exams.tests.conftest import Cast, Taking, begin, make_cast
from exams.views.steps import BROWSER_COOKIE, Caller
from invigil.admission import DECIDING, MOST, REMEMBERED_SECONDS, Admission, admit
from kernel import clock

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "a" * 32
BROWSER = "0123456789abcdef" * 2


class Stage:
    """Ana, signed in, before her running attempt."""

    def __init__(self, client: Client) -> None:
        self.cast: Cast = make_cast()
        self.taking: Taking = begin(self.cast)
        client.force_login(self.cast.ana)
        self.session = client.cookies["sessionid"].value
        self.client = client

    def headers(self, **changes: Any) -> dict[str, Any]:
        return {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": f"/api/attempts/{self.taking.attempt_id}/start",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "HTTP_HOST": "testserver",
            "HTTP_COOKIE": f"sessionid={self.session}; csrftoken={TOKEN}",
            "HTTP_X_CSRFTOKEN": TOKEN,
            "CONTENT_TYPE": "application/json",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(b""),
            **changes,
        }

    def django_lets_in(self, headers: dict[str, Any]) -> bool:
        """Whether Django comes as far as to judge the body."""
        body, said = b"{}", list[str]()
        environ = {**headers, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}

        def answer_began(status: str, *_rest: object) -> Any:
            said.append(status)

        answer = b"".join(WSGIHandler()(environ, answer_began))
        return (
            said[0].startswith("400") and json.loads(answer or b"{}").get("code") == "bad_message"
        )


@pytest.fixture
def stage(client: Client) -> Stage:
    return Stage(client)


def test_who_is_signed_in_and_has_the_token_is_let_in(stage: Stage) -> None:
    assert admit(stage.headers(), 1) == Caller(stage.cast.ana.pk, "")
    assert stage.django_lets_in(stage.headers())


COOKIE = "HTTP_COOKIE"


@pytest.mark.parametrize(
    "changes",
    [
        {COOKIE: f"csrftoken={TOKEN}"},
        {COOKIE: f"sessionid=; csrftoken={TOKEN}"},
        {COOKIE: f"sessionid=nobody; csrftoken={TOKEN}"},
        {"HTTP_X_CSRFTOKEN": ""},
        {"HTTP_X_CSRFTOKEN": "b" * 32},
        {"HTTP_ORIGIN": "http://evil.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_HOST": "evil.example"},
        {"wsgi.url_scheme": "https", "HTTP_REFERER": "https://evil.example/"},
    ],
)
def test_what_django_refuses_is_not_let_in(stage: Stage, changes: dict[str, Any]) -> None:
    headers = stage.headers(**changes)
    assert admit(headers, 1) is None
    assert not stage.django_lets_in(headers)


def signs_out(stage: Stage) -> None:
    stage.client.logout()


def runs_out(stage: Stage) -> None:
    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))


def is_shut_out(stage: Stage) -> None:
    stage.cast.ana.is_active = False
    stage.cast.ana.save()


def changes_password(stage: Stage) -> None:
    stage.cast.ana.set_password("another long one")
    stage.cast.ana.save()


def ends_all_sessions(stage: Stage) -> None:
    stage.cast.ana.session_epoch += 1
    stage.cast.ana.save()


def is_deleted(stage: Stage) -> None:
    session = Session.objects.get().get_decoded()
    store = stage.client.session
    store.update({**session, "_auth_user_id": "999999999"})
    store.save()


@pytest.mark.parametrize(
    "happens", [signs_out, runs_out, is_shut_out, changes_password, ends_all_sessions, is_deleted]
)
def test_a_session_that_ended_is_not_let_in(stage: Stage, happens: Callable[[Stage], None]) -> None:
    assert admit(stage.headers(), 1)
    happens(stage)
    assert admit(stage.headers(), 1) is None
    assert not stage.django_lets_in(stage.headers())


def test_a_form_is_left_to_django(stage: Stage) -> None:
    assert admit(stage.headers(CONTENT_TYPE="text/plain"), 1) is None
    assert admit(stage.headers(CONTENT_TYPE="multipart/form-data; boundary=x"), 1) is None


def test_plain_http_is_left_to_django_where_https_is_asked_for(stage: Stage, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert admit(stage.headers(), 1) is None


def test_a_browser_that_the_session_does_not_know_yet_is_left_to_django(stage: Stage) -> None:
    cookies = f"{stage.headers()[COOKIE]}; {BROWSER_COOKIE}={BROWSER}"
    assert admit(stage.headers(HTTP_COOKIE=cookies), 1) is None
    session = stage.client.session
    session["exam_browser:1"] = BROWSER
    session.save()
    assert admit(stage.headers(HTTP_COOKIE=cookies), 1) == Caller(stage.cast.ana.pk, BROWSER)
    assert admit(stage.headers(HTTP_COOKIE=cookies), 2) is None


class Watch:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_who_was_let_in_is_known_for_a_moment(stage: Stage) -> None:
    watch = Watch()
    admission = Admission(watch)
    assert admission.caller_of(stage.headers(), 1)
    stage.client.logout()
    watch.now += REMEMBERED_SECONDS
    assert admission.caller_of(stage.headers(), 1)
    watch.now += 0.1
    assert admission.caller_of(stage.headers(), 1) is None


@pytest.mark.parametrize("header", sorted(DECIDING))
def test_any_other_header_that_decides_is_asked_about_anew(stage: Stage, header: str) -> None:
    admission = Admission()
    assert admission.caller_of(stage.headers(), 1)
    Session.objects.all().delete()
    assert admission.caller_of(stage.headers(), 1)
    assert admission.caller_of(stage.headers(**{header: "other"}), 1) is None


def test_one_attempt_is_not_another(stage: Stage) -> None:
    admission = Admission()
    assert admission.caller_of(stage.headers(), 1)
    Session.objects.all().delete()
    assert admission.caller_of(stage.headers(), 2) is None


def test_memory_has_a_bound(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "invigil.admission.admit", lambda headers, _attempt: Caller(1, headers[COOKIE])
    )
    admission = Admission()
    for number in range(MOST + 1):
        admission.caller_of({COOKIE: str(number)}, 1)
    assert len(admission._known) == 1
