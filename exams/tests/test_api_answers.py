"""The answer manager over HTTP: one choice at a time, its place, its jumps."""

from typing import Any

import pytest

from exams.models import Choice
from exams.tests.api_client import Api
from exams.tests.conftest import Cast


@pytest.fixture
def api(cast: Cast) -> Api:
    return Api(cast.author)


@pytest.fixture
def question_id(api: Api, pool_id: int) -> int:
    body = {"question_type": "choice", "label": "Which?"}
    return int(api.post(f"/question-pools/{pool_id}/questions", body).body["id"])


def add(api: Api, question_id: int, **fields: Any) -> dict[str, Any]:
    made = api.post(f"/questions/{question_id}/answers", fields)
    assert made.status == 201, made.body
    return dict(made.body)


def labels(api: Api, question_id: int) -> list[str]:
    return [one["label"] for one in api.get(f"/questions/{question_id}").body["answers"]]


def test_answers_are_added_inserted_moved_and_deleted(api: Api, question_id: int) -> None:
    first = add(api, question_id, label="a", correct=True)
    last = add(api, question_id, label="c", correct=False)
    add(api, question_id, label="b", correct=False, order=2)
    assert labels(api, question_id) == ["a", "b", "c"]
    moved = api.put(f"/answers/{last['id']}", {"label": "c!", "order": 1})
    assert (moved.body["id"], moved.body["order"]) == (last["id"], 1)
    assert labels(api, question_id) == ["c!", "a", "b"]
    assert api.get(f"/answers/{first['id']}").body == {**first, "order": 2}
    assert api.delete(f"/answers/{first['id']}").status == 204
    assert labels(api, question_id) == ["c!", "b"]
    assert api.get(f"/answers/{first['id']}").status == 404


def test_correct_is_a_share_of_all_or_nothing_and_none_is_neither(
    api: Api, question_id: int
) -> None:
    given = [add(api, question_id, label="x", correct=one) for one in (True, False, None)]
    assert [(one["correct"], one["fraction"]) for one in given] == [
        (True, "100"),
        (False, "0"),
        (None, None),
    ]


def test_a_value_kind_compares_the_value_and_shows_the_label(api: Api, pool_id: int) -> None:
    body = {
        "question_type": "int",
        "label": "How many?",
        "answers": [{"value": "42", "label": "Forty-two", "correct": True}],
    }
    made = api.post(f"/question-pools/{pool_id}/questions", body).body
    assert (made["answers"][0]["value"], made["answers"][0]["label"]) == ("42", "Forty-two")
    stored = Choice.objects.get()
    assert (stored.text, stored.label) == ("42", "Forty-two")
    wrong = api.put(f"/answers/{stored.pk}", {"value": "many", "correct": True})
    assert (wrong.status, wrong.body["code"]) == (422, "question_invalid")
    assert Choice.objects.get().text == "42"


def test_an_answer_leads_forward_or_ends(api: Api, exam_id: int, question_id: int) -> None:
    later = api.post(f"/exams/{exam_id}/question-pools", {}).body["id"]
    led = add(api, question_id, label="on", next_question_pool=later, end_question_pool=True)
    assert (led["next_question_pool"], led["end_question_pool"]) == (later, True)
    ends = add(api, question_id, label="end", end_exam=True)
    both = api.put(
        f"/answers/{ends['id']}", {"label": "x", "end_exam": True, "next_question_pool": later}
    )
    assert both.body["data"]["field"] == "choices.1.end_exam"
    first_pool = api.get(f"/questions/{question_id}").body["question_pool"]
    back = api.put(f"/answers/{ends['id']}", {"label": "x", "next_question_pool": first_pool})
    assert back.body["code"] == "jump_invalid"


def test_an_outsider_finds_no_answer(cast: Cast, api: Api, question_id: int) -> None:
    answer_id = add(api, question_id, label="a")["id"]
    stranger = Api(cast.olga)
    assert stranger.post(f"/questions/{question_id}/answers", {"label": "x"}).status == 404
    for method in ("GET", "PUT", "DELETE"):
        assert stranger.call(method, f"/answers/{answer_id}", {"label": "x"}).status == 404
    assert labels(api, question_id) == ["a"]
