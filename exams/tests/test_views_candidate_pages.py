"""Page after page over HTTP, and the button for a further attempt."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from exams.models import Attempt, Question
from exams.services import grading
from exams.tests.conftest import Cast
from exams.tests.paged import Walker, walker
from exams.tests.pages import client_of, page_of
from exams.tests.test_services_pages import BRANCHES

pytestmark = pytest.mark.django_db


def advance(client: Client, ana: Walker, **changes: Any) -> Any:
    body = {"lease": ana.taking.lease, "page": 1, "digest": {}, **changes}
    path = reverse("exams:advance", args=[ana.taking.attempt_id])
    return client.post(path, json.dumps(body), content_type="application/json")


def test_a_page_is_turned_by_its_candidate_and_answers_with_the_next(cast: Cast) -> None:
    ana = walker(cast, BRANCHES)
    ana.save("gate", "far")
    client = client_of(cast.ana)
    reply = advance(client, ana).json()
    assert reply["page"] == {"number": 2, "is_last": True, "asked_before": 1}
    last = Question.objects.get(name="last").pk
    assert [one["id"] for one in reply["questions"]] == [last]
    refused = advance(client, ana, page=2)
    assert (refused.status_code, refused.json()["code"]) == (409, "last_page")


def test_who_may_not_turn_pages_is_refused(cast: Cast, client: Client) -> None:
    ana = walker(cast, BRANCHES)
    assert advance(client, ana).status_code == 401
    for stranger in (cast.ben, cast.ivo, cast.olga):
        assert advance(client_of(stranger), ana).status_code == 404
    assert advance(client_of(cast.ana), ana, page=0).status_code == 400
    assert advance(client_of(cast.ana), ana, digest={"x": 1}).status_code == 400
    assert ana.attempt.page == 1


def test_the_receipt_offers_a_further_attempt_where_there_is_one(cast: Cast) -> None:
    ana = walker(cast, BRANCHES, policy={"attempts_allowed": 2})
    ana.submit()
    client = client_of(cast.ana)
    again = reverse("exams:retake", args=[ana.taking.sitting_id])
    receipt = reverse("exams:receipt", args=[ana.taking.attempt_id])
    assert again not in page_of(client.get(receipt)), "it is not graded yet"
    grading.grade_attempt(ana.taking.attempt_id)
    assert again in page_of(client.get(receipt))
    assert client.get(again).status_code == 405
    assert client_of(cast.olga).post(again).status_code == 404
    assert client.post(again)["Location"] == reverse("exams:room", args=[ana.taking.sitting_id])
    assert Attempt.objects.filter(student=cast.ana, number=2).count() == 1
    assert again not in page_of(client.get(receipt))
