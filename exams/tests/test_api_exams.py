"""The exam manager over HTTP: a whole life, and who may not."""

from typing import Any

import pytest

from exams.models import Exam
from exams.tests.api_client import Api
from exams.tests.conftest import Cast, drafts
from exams.tests.pages import draft_exam

NEW = {"title": "Optics", "name": "optics", "passing_score": "75"}


def test_an_exam_is_made_read_changed_and_deleted(cast: Cast) -> None:
    api = Api(cast.author)
    made = api.post("/exams", NEW)
    assert made.status == 201
    path = f"/exams/{made.body['id']}"
    assert api.get(path).body == made.body
    assert (made.body["name"], made.body["title"], made.body["state"]) == (
        "optics",
        "Optics",
        "draft",
    )
    changed = api.patch(path, {"title": "Waves"})
    assert changed.body == {**made.body, "title": "Waves"}
    assert api.delete(path).status == 204
    assert not Exam.objects.exists()


def test_the_default_pass_mark_is_that_of_the_founding_documents(cast: Cast) -> None:
    assert Api(cast.author).post("/exams", {"title": "Survey"}).body["passing_score"] == "0"


def test_exams_are_found_by_name_title_and_state(cast: Cast) -> None:
    api = Api(cast.author)
    for number in range(3):
        api.post("/exams", {"title": f"Exam {number}", "name": f"e{number}"})
    assert [one["name"] for one in api.get("/exams").body["items"]] == ["e2", "e1", "e0"]
    assert api.get("/exams?name=e1").body["count"] == 1
    assert api.get("/exams?title=exam&limit=1&offset=1").body["items"][0]["name"] == "e1"
    assert api.get("/exams?state=approved").body == {"count": 0, "items": []}


def test_an_exam_goes_to_review_and_is_approved_by_somebody_else(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    author, admin = Api(cast.author), Api(cast.admin)
    assert author.post(f"/exams/{exam_id}/review").body["state"] == "in_review"
    returned = admin.post(f"/exams/{exam_id}/return", {"reason": "Question 2 is unclear."})
    assert returned.body["state"] == "draft"
    old = author.post(f"/exams/{exam_id}/review").body["review_hash"]
    assert admin.get(f"/exams/{exam_id}").body["review_hash"] == old
    admin.post(f"/exams/{exam_id}/return", {"reason": "Still unclear."})
    author.patch(f"/exams/{exam_id}", {"passing_score": "1"})
    now = author.post(f"/exams/{exam_id}/review").body["review_hash"]
    own = author.post(f"/exams/{exam_id}/approve")
    assert (own.status, own.body["code"]) == (403, "second_person_needed")
    unread = admin.post(f"/exams/{exam_id}/approve", {"review_hash": old})
    assert (unread.status, unread.body["code"]) == (409, "review_outdated")
    approved = admin.post(f"/exams/{exam_id}/approve", {"review_hash": now})
    assert approved.body["state"] == "approved"
    assert len(approved.body["content_hash"]) == 64
    frozen = author.patch(f"/exams/{exam_id}", {"title": "Other"})
    assert (frozen.status, frozen.body["code"]) == (409, "exam_frozen")
    copy = author.post(f"/exams/{exam_id}/versions", {"version_label": "2"})
    pools = author.get(f"/exams/{copy.body['id']}").body["question_pools"]
    assert len(author.get(f"/question-pools/{pools[0]}").body["questions"]) == len(drafts())


CALLS: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("PATCH", "", {"title": "Mine now"}),
    ("DELETE", "", None),
    ("POST", "/review", {}),
    ("POST", "/approve", {}),
    ("POST", "/return", {"reason": "no"}),
    ("POST", "/versions", {"version_label": "2"}),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_no_outsider_and_no_student_gets_at_an_exam(
    cast: Cast, method: str, path: str, body: Any
) -> None:
    exam_id, _pool = draft_exam(cast)
    before = Exam.objects.values().get()
    for who, status in ((cast.olga, 404), (cast.ana, 403), (None, 401)):
        refused = Api(who).call(method, f"/exams/{exam_id}{path}", body)
        assert (refused.status, refused.content_type) == (status, "application/problem+json")
    assert Exam.objects.values().get() == before


def test_a_taken_name_and_a_wrong_pass_mark_are_explained(cast: Cast) -> None:
    api = Api(cast.author)
    api.post("/exams", NEW)
    again = api.post("/exams", NEW)
    assert (again.status, again.body["code"]) == (409, "name_taken")
    wrong = api.post("/exams", {"title": "X", "passing_score": 101, "colour": "red"})
    assert wrong.status == 422
    assert "passing_score" in wrong.body["data"]["faults"]
    assert "colour" in wrong.body["data"]["faults"]
    unnamed = api.post("/exams", {"title": "X", "name": "two words"})
    assert (unnamed.status, unnamed.body["code"]) == (422, "question_invalid")
    assert Exam.objects.count() == 1
