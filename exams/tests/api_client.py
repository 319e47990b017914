"""A caller of /api/v1/ for the tests: JSON in, JSON and status out."""

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from exams.tests.pages import client_of


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back."""

    status: int
    body: Any
    content_type: str


class Api:
    """One signed-in person, or a visitor."""

    def __init__(self, who: Any = None) -> None:
        self.client = client_of(who) if who else Client()

    def call(self, method: str, path: str, body: Any = None) -> Answered:
        response = self.client.generic(
            method,
            f"/api/v1{path}",
            data=b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
        )
        content = response.content
        return Answered(
            status=response.status_code,
            body=json.loads(content) if content else None,
            content_type=response.headers.get("Content-Type", ""),
        )

    def get(self, path: str) -> Answered:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None) -> Answered:
        return self.call("POST", path, {} if body is None else body)

    def patch(self, path: str, body: Any) -> Answered:
        return self.call("PATCH", path, body)

    def put(self, path: str, body: Any) -> Answered:
        return self.call("PUT", path, body)

    def delete(self, path: str) -> Answered:
        return self.call("DELETE", path)
