"""The question manager over HTTP: every type, limits refused at authoring, moves."""

from typing import Any

import pytest

from exams.domain.answer import QuestionKind as Kind
from exams.domain.widgets import WIDGETS
from exams.models import Choice, Question
from exams.tests.api_client import Answered, Api
from exams.tests.conftest import Cast

NEEDS: dict[str, dict[str, Any]] = {
    "rating": {"min_value": "1", "max_value": "5"},
    "matching": {"answers": [{"label": "a", "match": "1"}, {"label": "b", "match": "2"}]},
    "ordering": {"answers": [{"label": "a"}, {"label": "b"}]},
}


@pytest.fixture
def api(cast: Cast) -> Api:
    return Api(cast.author)


def ask(api: Api, pool_id: int, kind: str, **fields: Any) -> Answered:
    body = {"question_type": kind, "label": "What?", **NEEDS.get(kind, {}), **fields}
    return api.post(f"/question-pools/{pool_id}/questions", body)


@pytest.mark.parametrize("kind", [kind.value for kind in Kind])
def test_a_question_of_each_type_is_made_with_each_of_its_widgets(
    api: Api, pool_id: int, kind: str
) -> None:
    for widget in (None, *WIDGETS[Kind(kind)]):
        several = "Multiple" in str(widget)
        made = ask(api, pool_id, kind, widget=widget, max_answers=None if several else 1)
        assert made.status == 201, made.body
        assert made.body["widget"] == (widget or "")
        assert api.get(f"/questions/{made.body['id']}").body == made.body


def test_a_foreign_widget_is_refused(api: Api, pool_id: int) -> None:
    refused = ask(api, pool_id, "date", widget="CheckboxInput")
    assert (refused.status, refused.body["data"]["field"]) == (422, "widget")


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        ("int", {"min_value": "9", "max_value": "1"}, "min_value"),
        ("char", {"min_length": 9, "max_length": 1}, "min_length"),
        ("char", {"text_regex": "(?=a)"}, "text_regex"),
        ("char", {"text_regex": "(a"}, "text_regex"),
        ("bool", {"min_length": 3}, "max_length"),
        ("rating", {"min_value": "-1"}, "min_value"),
        ("text", {"text_response": True}, "text_response"),
        ("int", {"answers": [{"value": "seven", "correct": True}]}, "choices.0.text"),
    ],
)
def test_what_contradicts_itself_is_refused_at_authoring(
    api: Api, pool_id: int, kind: str, fields: dict[str, Any], field: str
) -> None:
    refused = ask(api, pool_id, kind, **fields)
    assert (refused.status, refused.body["code"]) == (422, "question_invalid")
    assert refused.body["data"]["field"] == field
    assert not Question.objects.exists()


def test_a_pattern_outside_of_re2_is_refused_with_the_reason(api: Api, pool_id: int) -> None:
    assert "perl" in str(ask(api, pool_id, "char", text_regex="(?=a)").body["data"]["detail"])


def test_a_change_keeps_the_answers_and_their_ids(api: Api, pool_id: int) -> None:
    made = ask(
        api,
        pool_id,
        "choice",
        answers=[{"label": "yes", "correct": True}, {"label": "no", "correct": False}],
    ).body
    keys = list(Choice.objects.order_by("order").values_list("key", flat=True))
    changed = api.patch(f"/questions/{made['id']}", {"label": "Really?", "points": "2"}).body
    assert changed == {**made, "label": "Really?", "points": "2"}
    assert list(Choice.objects.order_by("order").values_list("key", flat=True)) == keys


def test_a_taken_order_inserts_and_a_question_can_be_moved(api: Api, pool_id: int) -> None:
    first, second = (ask(api, pool_id, "text").body["id"] for _ in range(2))
    between = ask(api, pool_id, "text", order=2).body["id"]
    path = f"/question-pools/{pool_id}"
    assert api.get(path).body["questions"] == [first, between, second]
    api.patch(f"/questions/{second}", {"order": 1})
    assert api.get(path).body["questions"] == [second, first, between]
    assert api.delete(f"/questions/{first}").status == 204
    assert api.get(path).body["questions"] == [second, between]


def test_a_choice_question_without_answers_keeps_the_exam_from_review(
    api: Api, exam_id: int, pool_id: int
) -> None:
    question_id = ask(api, pool_id, "choice").body["id"]
    refused = api.post(f"/exams/{exam_id}/review")
    assert (refused.status, refused.body["code"]) == (422, "exam_incomplete")
    assert refused.body["data"]["question"] == question_id
    for label in ("a", "b"):
        api.post(f"/questions/{question_id}/answers", {"label": label})
    assert api.post(f"/exams/{exam_id}/review").status == 200


def test_an_outsider_finds_no_question(cast: Cast, api: Api, pool_id: int) -> None:
    question_id = ask(api, pool_id, "text").body["id"]
    stranger = Api(cast.olga)
    assert ask(stranger, pool_id, "text").status == 404
    for method in ("GET", "PATCH", "DELETE"):
        assert stranger.call(method, f"/questions/{question_id}", {}).status == 404
    assert Question.objects.count() == 1
