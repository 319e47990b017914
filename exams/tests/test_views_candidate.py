"""The candidate's HTTP: contract, refusals, and canaries: no key in any byte, no question too early."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams import queries
from exams.domain import paper as papers
from exams.models import Sitting
from exams.selectors.attempts import attempt_of
from exams.services import attempts, grading
from exams.tests.conftest import Cast, Taking, begin, schedule
from kernel.clock import to_millis_or_none

pytestmark = pytest.mark.django_db

HIDDEN = ("canary-name", "canary-rejoinder", "canary-key", "424242", "fraction", "tolerance")
QUESTIONS = ("canary-prompt", "canary-choice")


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


def url(name: str, attempt_id: int) -> str:
    return reverse(f"exams:{name}", args=[attempt_id])


def post(client: Client, name: str, attempt_id: int, body: Any) -> Any:
    data = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return client.post(url(name, attempt_id), data, content_type="application/json")


def body_of(response: Any) -> Any:
    return json.loads(response.content)


def test_the_whole_exam_over_http(cast: Cast, ana: Client) -> None:
    sitting_id = schedule(cast)
    attempt_id = attempt_of(sitting_id, cast.ana.pk)
    lease = body_of(post(ana, "lease", attempt_id, {"device": "Firefox"}))["lease"]
    started = body_of(post(ana, "start", attempt_id, {"lease": lease}))
    assert started["state"] == "running"
    assert started["deadline"] > started["server_time"]
    first = started["questions"][0]
    assert set(first) >= {"id", "number", "kind", "prompt_html", "points", "required", "choices"}
    saved = post(
        ana,
        "answers",
        attempt_id,
        {
            "lease": lease,
            "answers": [
                {
                    "question": first["id"],
                    "seq": 1,
                    "value": [first["choices"][0]["id"]],
                    "client_at": 1_700_000_000_000.25,
                }
            ],
        },
    )
    assert body_of(saved)["saved"] == {str(first["id"]): 1}
    again = body_of(ana.get(url("attempt", attempt_id)))
    assert again["answers"][str(first["id"])]["value"] == [first["choices"][0]["id"]]
    assert again["lease"] == lease[:8]
    missing = post(ana, "submit", attempt_id, {"lease": lease, "digest": {str(first["id"]): 2}})
    assert (missing.status_code, body_of(missing)["data"]) == (409, {"missing": [first["id"]]})
    receipt = post(ana, "submit", attempt_id, {"lease": lease, "digest": {str(first["id"]): 1}})
    assert receipt.status_code == 200
    assert body_of(receipt)["answered"] == 1
    after = body_of(ana.get(url("attempt", attempt_id)))
    assert (after["state"], after["questions"], after["receipt"]) == (
        "submitted",
        None,
        body_of(receipt)["receipt"],
    )


def every_route(client: Client, taken: Taking) -> list[Any]:
    """All a candidate can ask, page and JSON, with the best arguments there are."""
    lease = taken.lease
    return [
        client.get(reverse("exams:lobby", args=[taken.sitting_id]), follow=True),
        client.get(reverse("exams:room", args=[taken.sitting_id]), follow=True),
        client.get(url("attempt", taken.attempt_id)),
        post(client, "lease", taken.attempt_id, {}),
        post(client, "start", taken.attempt_id, {"lease": lease}),
        post(
            client,
            "answers",
            taken.attempt_id,
            {"lease": lease, "answers": [{"question": 1, "seq": 1, "value": "x"}]},
        ),
        post(client, "submit", taken.attempt_id, {"lease": lease, "digest": {"1": 99}}),
        client.get("/results/"),
        client.get(f"/results/{taken.attempt_id}/"),
        client.get("/exams/"),
        client.get(f"/sittings/{taken.sitting_id}/"),
    ]


def seen_in(responses: list[Any], canaries: tuple[str, ...]) -> list[str]:
    return [
        f"{canary} in {response.request['PATH_INFO']}"
        for response in responses
        for canary in canaries
        if canary.encode() in response.content
    ]


def test_before_the_sitting_starts_no_question_leaves_the_server(cast: Cast, ana: Client) -> None:
    future = queries.database_now() + timedelta(minutes=10)
    taken = Taking(
        cast, schedule(cast, starts_at=future, closes_at=future + timedelta(hours=1)), 0, ""
    )
    taken.attempt_id = attempt_of(taken.sitting_id, cast.ana.pk)
    taken.lease = body_of(post(ana, "lease", taken.attempt_id, {}))["lease"]
    responses = every_route(ana, taken)
    assert seen_in(responses, HIDDEN + QUESTIONS) == []
    assert post(ana, "start", taken.attempt_id, {"lease": taken.lease}).status_code == 409


@pytest.mark.parametrize("phase", ["scheduled", "lobby", "closed", "cancelled"])
def test_who_has_not_started_waits_in_the_lobby_and_not_in_the_room(
    cast: Cast, ana: Client, phase: str
) -> None:
    taken = begin(cast, start=False)
    room, lobby = (reverse(f"exams:{name}", args=[taken.sitting_id]) for name in ("room", "lobby"))
    assert ana.get(room).status_code == 200, "the sitting runs: the room starts the attempt"
    Sitting.objects.update(state=phase)
    assert ana.get(room).headers["Location"] == lobby
    assert ana.get(lobby).status_code == 200


def test_before_the_own_start_no_question_leaves_the_server(cast: Cast, ana: Client) -> None:
    taken = begin(cast, start=False)
    lease, taken.lease = taken.lease, "00000000-0000-0000-0000-000000000000"
    assert seen_in(every_route(ana, taken), HIDDEN + QUESTIONS) == []
    assert lease != taken.lease


def test_while_it_runs_questions_are_shown_and_no_key_is(cast: Cast, ana: Client) -> None:
    taken = begin(cast)
    responses = every_route(ana, taken)
    assert seen_in(responses, HIDDEN) == []
    assert seen_in(responses, QUESTIONS) != []


def test_while_it_is_paused_the_questions_are_hidden(cast: Cast, ana: Client) -> None:
    taken = begin(cast)
    attempts.pause_attempt(taken.attempt_id, actor_id=cast.ivo.pk, reason="Fire alarm")
    assert seen_in(every_route(ana, taken), HIDDEN + QUESTIONS) == []
    snapshot = body_of(ana.get(url("attempt", taken.attempt_id)))
    assert (snapshot["state"], snapshot["hold_reason"]) == ("paused", "Fire alarm")
    assert snapshot["paused_at"] == to_millis_or_none(taken.attempt.paused_at)
    assert snapshot["started_at"] <= snapshot["paused_at"] <= snapshot["server_time"]


def test_after_the_end_and_before_the_release_nothing_is_shown(cast: Cast, ana: Client) -> None:
    taken = begin(cast)
    attempts.terminate_attempt(taken.attempt_id, actor_id=cast.ivo.pk, reason="Left")
    grading.grade_attempt(taken.attempt_id)
    assert seen_in(every_route(ana, taken), HIDDEN + QUESTIONS) == []


@pytest.mark.parametrize("who", ["ben", "ivo", "olga", "admin"])
def test_nobody_else_gets_anything_of_an_attempt(cast: Cast, client: Client, who: str) -> None:
    taken = begin(cast)
    client.force_login(getattr(cast, who))
    calls = [
        client.get(url("attempt", taken.attempt_id)),
        post(client, "lease", taken.attempt_id, {}),
        post(client, "start", taken.attempt_id, {"lease": taken.lease}),
        post(
            client,
            "answers",
            taken.attempt_id,
            {
                "lease": taken.lease,
                "answers": [{"question": taken.questions[0], "seq": 1, "value": "x"}],
            },
        ),
        post(client, "submit", taken.attempt_id, {"lease": taken.lease, "digest": {}}),
    ]
    assert {response.status_code for response in calls} == {404}
    assert {body_of(response)["code"] for response in calls} == {"attempt_unknown"}
    assert taken.attempt.version == 1


def test_a_visitor_is_asked_to_sign_in(cast: Cast, client: Client) -> None:
    taken = begin(cast)
    response = client.get(url("attempt", taken.attempt_id))
    assert (response.status_code, body_of(response)["code"]) == (401, "signed_out")
    page = client.get(reverse("exams:room", args=[taken.sitting_id]))
    assert page.status_code == 302


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("lease", "not json"),
        ("lease", {"surprise": 1}),
        ("start", {}),
        ("answers", {"lease": "x", "answers": []}),
        ("answers", {"lease": "x", "answers": [{"question": 1, "seq": 0, "value": "x"}]}),
        ("answers", {"lease": "x", "answers": [{"question": 1, "seq": 1, "value": 1.5}]}),
        ("answers", {"lease": "x", "answers": [{"question": 1, "seq": 1, "value": [["x"]]}]}),
        ("answers", {"lease": "x", "answers": [{"question": 1, "seq": 1, "value": "x" * 100_001}]}),
        ("answers", {"lease": "x", "answers": [{"question": 1, "seq": 1}]}),
        (
            "answers",
            {"lease": "x", "answers": [{"question": 1, "seq": 1, "value": "x", "state": "y"}]},
        ),
        (
            "answers",
            {"lease": "x", "score": 100, "answers": [{"question": 1, "seq": 1, "value": 1}]},
        ),
        (
            "answers",
            {"lease": "x", "answers": [{"question": 1, "seq": 1, "value": "x"}] * 21},
        ),
        (
            "answers",
            {"lease": "x", "answers": [{"question": 2**63, "seq": 1, "value": "x"}]},
        ),
        ("answers", {"lease": "x", "answers": [{"question": 1, "seq": 2**60, "value": "x"}]}),
        (
            "answers",
            {
                "lease": "x",
                "answers": [{"question": 1, "seq": 1, "value": "x", "client_at": 1e18}],
            },
        ),
        ("submit", {"lease": "x", "digest": {"one": 1}}),
        ("submit", {"lease": "x", "digest": {"1": "1"}}),
        ("submit", {"lease": "x", "digest": [], "passed": True}),
        ("answers", "[" * 100_000),
        ("answers", b"\xff\xfe"),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(
    cast: Cast, ana: Client, name: str, body: Any
) -> None:
    taken = begin(cast)
    response = post(ana, name, taken.attempt_id, body)
    assert (response.status_code, body_of(response)["code"]) == (400, "bad_message")
    assert (taken.attempt.version, str(taken.attempt.lease)) == (1, taken.lease)


def test_a_browser_is_known_again_by_its_cookie_and_another_one_is_not(
    cast: Cast, ana: Client
) -> None:
    taken = begin(cast, start=False)

    def browser_after(client: Client) -> str:
        client.force_login(cast.ana)
        assert post(client, "lease", taken.attempt_id, {"device": "Chrome"}).status_code == 200
        return taken.attempt.lease_browser

    first = browser_after(ana)
    cookie = ana.cookies["invigil_browser"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == (first, True, "Strict")
    assert cookie["path"] == url("attempt", taken.attempt_id)
    assert browser_after(ana) == first
    assert browser_after(Client()) != first
    ana.cookies["invigil_browser"] = "made up"
    assert len(browser_after(ana)) == 32


def test_only_the_browser_that_holds_the_lease_is_shown_the_questions(
    cast: Cast, ana: Client
) -> None:
    attempt_id = begin(cast).attempt_id
    lease = body_of(post(ana, "lease", attempt_id, {}))["lease"]
    elsewhere = Client()
    elsewhere.force_login(cast.ana)
    assert body_of(ana.get(url("attempt", attempt_id)))["questions"]
    seen = elsewhere.get(url("attempt", attempt_id))
    assert (body_of(seen)["state"], body_of(seen)["questions"]) == ("running", None)
    refused = post(elsewhere, "start", attempt_id, {"lease": lease})
    assert (refused.status_code, body_of(refused)["code"]) == (409, "lease_lost")
    assert not any(canary in seen.content.decode() for canary in QUESTIONS)


def test_a_copied_lease_saves_and_hands_in_nothing(cast: Cast, ana: Client) -> None:
    taken = begin(cast)
    lease = body_of(post(ana, "lease", taken.attempt_id, {}))["lease"]
    answer = {"question": taken.questions[0], "seq": 1, "value": "x"}
    elsewhere = Client()
    elsewhere.force_login(cast.ana)
    body = {"lease": lease, "answers": [answer]}
    refused = post(elsewhere, "answers", taken.attempt_id, body)
    assert (refused.status_code, body_of(refused)["code"]) == (409, "lease_lost")
    assert body_of(refused)["data"]["held"] == [taken.questions[0]]
    refused = post(elsewhere, "submit", taken.attempt_id, {"lease": lease, "digest": {}})
    assert (refused.status_code, body_of(refused)["code"]) == (409, "lease_lost")
    assert body_of(ana.get(url("attempt", taken.attempt_id)))["answers"] == {}
    assert post(ana, "answers", taken.attempt_id, body).status_code == 200


def test_a_body_that_is_too_large_is_refused(cast: Cast, ana: Client) -> None:
    taken = begin(cast)
    response = post(ana, "answers", taken.attempt_id, "x" * (1024 * 1024 + 10))
    assert response.status_code in {400, 413}


def test_a_forged_request_without_the_token_is_refused(cast: Cast) -> None:
    taken = begin(cast)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.ana)
    assert post(strict, "lease", taken.attempt_id, {}).status_code == 403


def test_a_save_costs_one_query_besides_the_session(cast: Cast, ana: Client) -> None:
    taken = begin(cast)
    body = {
        "lease": taken.lease,
        "answers": [{"question": taken.questions[0], "seq": 1, "value": "x"}],
    }
    with CaptureQueriesContext(connection) as seen:
        assert post(ana, "answers", taken.attempt_id, body).status_code == 200
    own = [one["sql"] for one in seen if "exams_" in one["sql"]]
    others = [one["sql"] for one in seen if "exams_" not in one["sql"]]
    assert len(own) == 1
    assert all("django_session" in sql or "accounts_user" in sql for sql in others)
    assert len(others) <= 2


def test_replies_are_never_cached(cast: Cast, ana: Client) -> None:
    taken = begin(cast)
    response = ana.get(url("attempt", taken.attempt_id))
    assert "no-store" in response["Cache-Control"]


def test_every_candidate_has_the_choices_in_the_order_drawn_for_them(
    cast: Cast, ana: Client
) -> None:
    taken = begin(cast)
    drawn = papers.from_json(taken.attempt.paper)
    shown = body_of(ana.get(url("attempt", taken.attempt_id)))["questions"]
    assert [one["id"] for one in shown] == drawn.question_ids()
    assert tuple(choice["id"] for choice in shown[0]["choices"]) == drawn.questions[0].choices


def test_the_old_tab_is_told_that_it_lost_the_lease(cast: Cast, ana: Client) -> None:
    taken = begin(cast)
    post(ana, "lease", taken.attempt_id, {"connection": "abc"})
    body = {
        "lease": taken.lease,
        "answers": [{"question": taken.questions[0], "seq": 1, "value": "x"}],
    }
    response = post(ana, "answers", taken.attempt_id, body)
    assert (response.status_code, body_of(response)["code"]) == (409, "lease_lost")
