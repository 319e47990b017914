"""The documented interface: sign-in, CSRF, refusals, and its documentation page."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import Institution, Membership, User
from accounts.roles import Role


@pytest.fixture
def author(db: None) -> User:
    school = Institution.objects.create(code="S", name="School")
    user = User.objects.create(
        email="writer@example.org", full_name="Author", registration_number="a1", institution=school
    )
    Membership.objects.create(user=user, institution=school, role=Role.AUTHOR)
    return user


def signed_in(user: User, *, enforce: bool = False) -> Client:
    client = Client(enforce_csrf_checks=enforce)
    client.force_login(user, backend="accounts.backends.InvigilBackend")
    return client


def body_of(response: Any) -> Any:
    assert response["Content-Type"] == "application/problem+json"
    return json.loads(response.content)


def test_a_visitor_is_asked_to_sign_in() -> None:
    refused = Client().get("/api/v1/exams")
    assert refused.status_code == 401
    assert body_of(refused)["code"] == "signed_out"


def test_a_change_without_the_token_is_refused(author: User) -> None:
    client = signed_in(author, enforce=True)
    refused = client.post("/api/v1/exams", {"title": "X"}, content_type="application/json")
    assert refused.status_code == 403


def test_what_cannot_be_read_is_a_problem_that_says_where(author: User) -> None:
    client = signed_in(author)
    broken = client.post("/api/v1/exams", "{", content_type="application/json")
    assert (broken.status_code, body_of(broken)["code"]) == (400, "bad_request")
    wrong = client.get("/api/v1/exams?limit=many")
    assert wrong.status_code == 422
    assert "limit" in body_of(wrong)["data"]["faults"]
    nowhere = client.get("/api/v1/nothing")
    assert nowhere.status_code == 404
    assert body_of(nowhere)["code"] == "not_found"
    method = client.delete("/api/v1/exams")
    assert method.status_code == 405


def test_the_documentation_is_for_who_writes_exams(author: User) -> None:
    page = signed_in(author).get("/api/docs")
    assert page.status_code == 200
    assert b"swagger-ui-bundle.js" in page.content
    other = User.objects.create(
        email="reader@example.org",
        full_name="Reader",
        registration_number="r1",
        institution=author.institution,
    )
    assert signed_in(other).get("/api/docs").status_code == 403
    assert Client().get("/api/docs").status_code == 302


def test_the_description_is_served_to_whoever_asks(author: User) -> None:
    schema = signed_in(author).get("/api/v1/openapi.json").json()
    assert schema["openapi"].startswith("3.")
    assert "/api/v1/exams" in schema["paths"]
