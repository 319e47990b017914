"""Who may open a file that was given as an answer."""

import uuid

import pytest
from django.apps import apps

from accounts.models import User
from exams.models import Answer, AnswerRevision
from exams.policies import may_read_answer_file
from exams.tests.conftest import Taking


def file_of(owner: User) -> uuid.UUID:
    made = apps.get_model("scanner.Upload").objects.create(
        owner=owner, purpose="answer", name="a.pdf", size=1, sha256="0" * 64, mime="application/pdf"
    )
    return uuid.UUID(str(made.pk))


def give_file(running: Taking, upload: uuid.UUID) -> None:
    Answer.objects.create(
        attempt_id=running.attempt_id,
        question_id=running.questions[0],
        seq=1,
        value={"upload": str(upload), "name": "a.pdf"},
    )


def test_a_file_of_somebody_else_is_not_opened_by_naming_it_in_an_answer(running: Taking) -> None:
    foreign = file_of(running.cast.olga)
    give_file(running, foreign)
    assert not may_read_answer_file(running.cast.grader.pk, foreign)


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("grader", True),
        ("ivo", True),
        ("admin", True),
        ("ben", False),
        ("olga", False),
        ("author", False),
    ],
)
def test_who_may_open_a_file_that_was_given(running: Taking, who: str, *, allowed: bool) -> None:
    upload = file_of(running.cast.ana)
    give_file(running, upload)
    viewer = getattr(running.cast, who).pk
    assert may_read_answer_file(viewer, upload) is allowed
    assert not may_read_answer_file(viewer, uuid.uuid4())


def test_a_file_that_came_too_late_may_be_opened_by_its_graders_alone(running: Taking) -> None:
    upload = file_of(running.cast.ana)
    AnswerRevision.objects.create(
        attempt_id=running.attempt_id,
        question_id=running.questions[0],
        seq=9,
        value={"upload": str(upload)},
        late=True,
        held_for="ended",
    )
    assert may_read_answer_file(running.cast.grader.pk, upload)
    for stranger in (running.cast.ben, running.cast.olga, running.cast.author):
        assert not may_read_answer_file(stranger.pk, upload)
