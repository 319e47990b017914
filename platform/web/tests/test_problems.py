"""Refusals of the documented interface: RFC 9457, with the number of the founding documents."""

import json

from django.test import RequestFactory

from web.problems import problem, wants_problem


def test_a_problem_says_what_and_which_number_it_had() -> None:
    answer = problem(409, "invalid_response", "Not asked.", {"question": 3})
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content) == {
        "type": "/api/docs#invalid_response",
        "title": "Something has changed",
        "status": 409,
        "detail": "Not asked.",
        "code": "invalid_response",
        "error_code": 69,
        "data": {"question": 3},
    }


def test_only_the_documented_interface_answers_so() -> None:
    assert wants_problem(RequestFactory().get("/api/v1/exams"))
    assert not wants_problem(RequestFactory().get("/api/attempts/1"))
