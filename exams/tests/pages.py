"""For the tests of pages: who is signed in, and what every page must keep."""

import re
from typing import Any, Final, Protocol

from django.test import Client

from exams.selectors.exams import pools_of_exam
from exams.services import authoring, pools
from exams.services.questions import add_question
from exams.tests.conftest import Cast, drafts

INLINE: Final = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*(?:src=|application/json))")


class Response(Protocol):
    """What the test client gives: a response of Django under another name."""

    @property
    def status_code(self) -> int: ...
    @property
    def content(self) -> bytes: ...


def client_of(who: Any) -> Client:
    client = Client()
    client.force_login(who, backend="accounts.backends.InvigilBackend")
    return client


def page_of(response: Response, status: int = 200) -> str:
    """Return the page's markup, after checking that the strict policy can hold for it."""
    text = response.content.decode()
    assert response.status_code == status, text[:2000]
    assert not INLINE.findall(text)
    return text


def draft_exam(cast: Cast, *, name: str = "Draft exam", questions: bool = True) -> tuple[int, int]:
    """Return the ids of a draft and of its one section."""
    exam_id = authoring.create_exam(
        institution_id=cast.institution.pk, name=name, actor_id=cast.author.pk
    )
    pool_id = pools.add_pool(exam_id, name="Part one")
    for draft in drafts() if questions else []:
        add_question(pool_id, draft)
    return exam_id, pool_id


def questions_of(exam_id: int) -> list[int]:
    return [question.id for pool in pools_of_exam(exam_id) for question in pool.questions]


def hidden(page: str, name: str) -> str:
    """Return what a form of the page sends along without showing it."""
    values: list[str] = re.findall(rf'name="{name}" value="([^"]+)"', page)
    (value,) = values
    return value
