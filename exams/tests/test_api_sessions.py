"""The exam session manager over HTTP: whole sittings, the errors of seed 002 by name, and strangers."""

from dataclasses import dataclass
from typing import Any

import pytest

from exams.services import attempts, grading, sittings
from exams.tests.api_client import Answered, Api
from exams.tests.conftest import Cast, schedule

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Branching:
    """An exam made through the interface: "yes" skips the second pool; its sitting runs."""

    cast: Cast
    sitting_id: int
    questions: dict[str, int]
    choices: dict[str, int]


def author_exam(cast: Cast) -> tuple[int, dict[str, int]]:
    author, admin = Api(cast.author), Api(cast.admin)
    exam = author.post("/exams", {"title": "Branching", "name": "branching", "passing_score": 50})
    path = f"/exams/{exam.body['id']}"
    ids = {}
    for name in ("first", "skipped", "last"):
        ids[name] = author.post(f"{path}/question-pools", {"name": name, "title": name}).body["id"]

    def ask(pool: str, name: str, kind: str, **fields: Any) -> None:
        body = {"question_type": kind, "label": f"prompt of {name}", "name": name, **fields}
        made = author.post(f"/question-pools/{ids[pool]}/questions", body)
        assert made.status == 201, made.body
        ids[name] = made.body["id"]

    yes = {"label": "yes", "correct": True, "next_question_pool": ids["last"]}
    no = {"label": "no", "correct": False, "rejoinder": "canary-choice"}
    ask("first", "q1", "choice", max_answers=1, answers=[yes, no], rejoinder="canary-rejoinder")
    value = {"value": "424242", "correct": True}
    ask("first", "q2", "int", required=True, answers=[value], text_response=True)
    ask("skipped", "q3", "text")
    truth = [{"value": "true", "correct": True}, {"value": "false", "correct": False}]
    ask("last", "q4", "bool", answers=truth)
    author.post(f"{path}/review")
    assert admin.post(f"{path}/approve").status == 200
    return exam.body["id"], ids


@pytest.fixture
def held(cast: Cast) -> Branching:
    exam_id, ids = author_exam(cast)
    sitting_id = schedule(cast, exam_id)
    sittings.start_sitting(sitting_id)
    return Branching(cast, sitting_id, ids, {})


def begin(api: Api, held: Branching, **fields: Any) -> Answered:
    return api.post("/exam-sessions", {"sitting": held.sitting_id, **fields})


def asked(body: Any) -> dict[str, dict[str, Any]]:
    pools = body if isinstance(body, list) else body["question_pools"]
    return {one["name"]: one for pool in pools for one in pool["questions"]}


def respond(api: Api, session: int, question: int, value: Any, **fields: Any) -> Answered:
    body = {"question": question, "value": value, **fields}
    return api.post(f"/exam-sessions/{session}/responses", body)


def take(api: Api, held: Branching) -> int:
    """Answer "yes", the right number and a wrong truth, and hand in."""
    started = begin(api, held).body
    session = started["id"]
    first = asked(started)
    yes = first["q1"]["answers"][0]
    yes = next(one for one in first["q1"]["answers"] if one["label"].startswith("yes"))
    respond(api, session, first["q1"]["id"], [yes["id"]])
    respond(api, session, first["q2"]["id"], 424242, text="because")
    last = asked(api.post(f"/exam-sessions/{session}/finish").body)
    respond(api, session, last["q4"]["id"], False)
    assert api.post(f"/exam-sessions/{session}/finish").body["receipt"]
    return int(session)


def test_a_session_goes_from_page_to_page_and_ends_with_a_receipt(held: Branching) -> None:
    api = Api(held.cast.ana)
    started = begin(api, held)
    assert started.status == 201
    assert set(asked(started.body)) == {"q1", "q2"}
    session, first = started.body["id"], asked(started.body)
    yes = next(one for one in first["q1"]["answers"] if "yes" in one["label"])
    chosen = api.post(
        f"/exam-sessions/{session}/responses",
        {"question": first["q1"]["id"], "answers": [yes["id"]]},
    )
    assert chosen.body == {
        "exam_session": session,
        "question": first["q1"]["id"],
        "valid": True,
        "message": "",
    }
    assert set(asked(api.get(f"/exam-sessions/{session}/questions").body)) == {"q2"}
    both = api.get(f"/exam-sessions/{session}/questions?include_answered=true").body
    assert list(asked(both)) == ["q1", "q2"]
    assert asked(both)["q1"]["response"] == {"value": [yes["id"]], "text": None}
    required = api.post(f"/exam-sessions/{session}/finish").body
    assert (set(asked(required)), required["receipt"]) == ({"q2"}, "")
    respond(api, session, first["q2"]["id"], 7, text="because")
    following = api.post(f"/exam-sessions/{session}/finish").body
    assert set(asked(following)) == {"q4"}
    end = api.post(f"/exam-sessions/{session}/finish").body
    assert end["receipt"]
    assert end["date_completed"]
    assert (end["score"], end["passed"], end["question_pools"]) == (None, None, [])


def test_an_invalid_response_is_stored_and_explained(held: Branching) -> None:
    api = Api(held.cast.ana)
    session = begin(api, held).body["id"]
    said = respond(api, session, held.questions["q2"], "many")
    assert (said.status, said.body["valid"]) == (201, False)
    assert said.body["message"]
    assert set(asked(api.get(f"/exam-sessions/{session}/questions").body)) == {"q1"}


def test_the_errors_of_the_founding_documents_keep_their_numbers(held: Branching) -> None:
    api = Api(held.cast.ana)
    session = begin(api, held).body["id"]

    def number(answered: Answered) -> int:
        assert answered.content_type == "application/problem+json"
        return int(answered.body["error_code"])

    assert number(respond(api, session, held.questions["q4"], True)) == 69
    assert number(api.get(f"/exam-sessions/{session}/results")) == 90
    respond(api, session, held.questions["q2"], 1)
    following = asked(api.post(f"/exam-sessions/{session}/finish").body)
    assert set(following) == {"q3"}
    assert number(respond(api, session, held.questions["q2"], 2)) == 71
    while not api.post(f"/exam-sessions/{session}/finish").body["receipt"]:
        pass
    assert number(respond(api, session, held.questions["q4"], True)) == 66
    assert number(api.post(f"/exam-sessions/{session}/finish")) == 66


def test_resume_gives_the_same_session_and_the_newest_caller_writes(held: Branching) -> None:
    first, second = Api(held.cast.ana), Api(held.cast.ana)
    session = begin(first, held).body["id"]
    respond(first, session, held.questions["q2"], 1)
    assert begin(second, held, fetch_all=False).body["question_pools"] == []
    again = second.post(f"/exam-sessions/{session}/resume").body
    assert (again["id"], asked(again)["q1"]["response"]) == (session, None)
    lost = respond(first, session, held.questions["q2"], 2)
    assert (lost.status, lost.body["code"]) == (409, "lease_lost")
    assert respond(second, session, held.questions["q2"], 3).status == 201


def test_without_resume_a_further_session_is_refused_where_one_is_allowed(
    held: Branching,
) -> None:
    api = Api(held.cast.ana)
    begin(api, held)
    refused = begin(api, held, resume=False)
    assert (refused.status, refused.body["code"]) == (409, "retake_refused")


def test_nothing_of_the_key_reaches_a_candidate_before_the_release(held: Branching) -> None:
    api = Api(held.cast.ana)
    session = take(api, held)
    api.get(f"/exam-sessions/{session}")
    for path in ("", f"/{session}", f"/{session}/questions", f"/{session}/results"):
        seen = str(api.get(f"/exam-sessions{path}").body)
        for secret in ("canary", "424242", "next_question_pool", "end_exam", "fraction"):
            assert secret not in seen


def test_released_results_name_what_this_session_missed(held: Branching) -> None:
    api, other = Api(held.cast.ana), Api(held.cast.ben)
    session = take(api, held)
    theirs = begin(other, held).body["id"]
    attempts.force_submit(theirs, actor_id=held.cast.ivo.pk, reason="Fire alarm")
    for attempt in (session, theirs):
        grading.grade_attempt(attempt)
    waiting = api.get(f"/exam-sessions/{session}/results")
    assert (waiting.status, waiting.body["code"]) == (404, "result_unknown")
    sittings.move_due_sittings()
    grading.release_results(held.sitting_id, actor_id=held.cast.grader.pk)
    result = api.get(f"/exam-sessions/{session}/results").body
    assert (result["score"], result["passed"]) == ("66.67", True)
    assert [one["label"] for one in result["missed_questions"]] == ["prompt of q4"]
    assert result["invalid_questions"] == []
    reviewed = api.get(f"/exam-sessions/{session}/responses").body
    assert [(one["label"][-2:], one["correct"]) for one in reviewed] == [
        ("q1", True),
        ("q2", True),
        ("q4", False),
    ]
    assert [one["text"] for one in reviewed] == ["", "because", ""]
    page = api.client.get(f"/results/{session}/").content.decode()
    assert "<p>because</p>" in page
    assert api.get("/exam-sessions").body[0]["id"] == session


def test_an_outsider_and_another_candidate_get_at_nothing(held: Branching) -> None:
    session = begin(Api(held.cast.ana), held).body["id"]
    for who in (held.cast.ben, held.cast.olga, held.cast.author):
        stranger = Api(who)
        for method, path in (
            ("GET", ""),
            ("GET", "/questions"),
            ("GET", "/results"),
            ("GET", "/responses"),
            ("POST", "/resume"),
            ("POST", "/finish"),
        ):
            refused = stranger.call(method, f"/exam-sessions/{session}{path}")
            assert (refused.status, refused.body["code"]) == (404, "attempt_unknown")
        assert respond(stranger, session, held.questions["q2"], 1).status == 404
    assert begin(Api(held.cast.olga), held).status == 404


def test_who_did_not_open_the_session_cannot_write_to_it(held: Branching) -> None:
    session = begin(Api(held.cast.ana), held).body["id"]
    elsewhere = Api(held.cast.ana)
    refused = respond(elsewhere, session, held.questions["q2"], 1)
    assert (refused.status, refused.body["code"]) == (409, "lease_lost")
