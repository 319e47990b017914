"""The question pool manager over HTTP: insert-and-shift, jumps forward, names once."""

import pytest

from exams.models import QuestionPool
from exams.tests.api_client import Api
from exams.tests.conftest import Cast


@pytest.fixture
def api(cast: Cast) -> Api:
    return Api(cast.author)


def make(api: Api, exam_id: int, **fields: object) -> int:
    made = api.post(f"/exams/{exam_id}/question-pools", fields)
    assert made.status == 201, made.body
    return int(made.body["id"])


def test_an_unset_order_appends_and_a_taken_order_inserts_and_shifts(
    api: Api, exam_id: int
) -> None:
    for title, order in (("a", None), ("c", None), ("b", 2)):
        make(api, exam_id, title=title, **({"order": order} if order else {}))
    listed = api.get(f"/exams/{exam_id}/question-pools").body
    assert [(one["title"], one["order"]) for one in listed] == [("a", 1), ("b", 2), ("c", 3)]


def test_a_pool_jumps_forward_only(api: Api, exam_id: int) -> None:
    first, second = make(api, exam_id, name="p1"), make(api, exam_id, name="p2")
    led = api.patch(f"/question-pools/{first}", {"next_question_pool": second})
    assert led.body["next_question_pool"] == second
    back = api.patch(f"/question-pools/{second}", {"next_question_pool": first, "title": "new"})
    assert (back.status, back.body["code"]) == (422, "jump_invalid")
    assert back.body["data"] == {"pool": second, "target": first}
    moved = api.patch(f"/question-pools/{second}", {"order": 1})
    assert moved.body["code"] == "jump_invalid"
    assert api.get(f"/question-pools/{second}").body["title"] == "2"
    assert api.patch(f"/question-pools/{first}", {"next_question_pool": None}).status == 200


def test_a_change_is_all_or_nothing(api: Api, exam_id: int) -> None:
    first, second = make(api, exam_id, name="p1"), make(api, exam_id, name="p2")
    api.patch(f"/question-pools/{first}", {"next_question_pool": second})
    assert api.patch(f"/question-pools/{first}", {"title": "changed", "order": 2}).status == 422
    assert api.get(f"/question-pools/{first}").body["title"] != "changed"


def test_a_pool_is_moved_and_led_on_in_one_change(api: Api, exam_id: int) -> None:
    """The jump leads forward from where the pool goes, not from where it was."""
    first, last = make(api, exam_id, name="p1"), make(api, exam_id, name="p2")
    led = api.patch(f"/question-pools/{last}", {"order": 1, "next_question_pool": first})
    assert (led.status, led.body["order"], led.body["next_question_pool"]) == (200, 1, first)


def test_a_name_is_used_once(api: Api, exam_id: int) -> None:
    make(api, exam_id, name="p1")
    taken = api.post(f"/exams/{exam_id}/question-pools", {"name": "p1"})
    assert (taken.status, taken.body["code"]) == (409, "name_taken")


def test_a_draw_is_stored_and_a_pool_deleted(api: Api, exam_id: int) -> None:
    pool_id = make(api, exam_id, randomize_questions=True, number_to_answer=3)
    pool = api.get(f"/question-pools/{pool_id}").body
    assert (pool["randomize_questions"], pool["number_to_answer"]) == (True, 3)
    assert api.delete(f"/question-pools/{pool_id}").status == 204
    assert not QuestionPool.objects.exists()


def test_an_outsider_finds_no_pool(cast: Cast, api: Api, exam_id: int) -> None:
    pool_id = make(api, exam_id, title="mine")
    stranger = Api(cast.olga)
    assert stranger.get(f"/exams/{exam_id}/question-pools").status == 404
    assert stranger.post(f"/exams/{exam_id}/question-pools", {}).status == 404
    for method in ("GET", "PATCH", "DELETE"):
        assert stranger.call(method, f"/question-pools/{pool_id}", {}).status == 404
    assert QuestionPool.objects.count() == 1
