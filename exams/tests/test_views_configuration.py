"""The configuration in pages: a form, a file, and faults with their places."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from exams.models import Sitting
from exams.selectors.configurations import configuration_document, configuration_of_exam
from exams.tests.conftest import Cast, begin
from exams.tests.pages import client_of, draft_exam, page_of
from exams.tests.test_services_configuring import DOCUMENT, approved, configured
from exams.tests.test_views_pages import hand_in, release

pytestmark = pytest.mark.django_db(transaction=True)

FORM: dict[str, Any] = {
    "navigation": "sections",
    "shuffling": "everything",
    "late_start": "full",
    "grace_s": "10",
    "pause_limit": "20",
    "attempts_allowed": "2",
    "attempts_count": "first",
    "camera": "optional",
    "chat_lock": "start",
    "show_key": "on",
    "blind": "on",
    "tolerance_percent": "5",
    "agreement": "higher",
}


def path_of(exam_id: int, rest: str = "/") -> str:
    return f"/exams/{exam_id}/configuration{rest}"


def test_the_form_says_everything_and_shows_it_again(cast: Cast) -> None:
    exam_id, client = draft_exam(cast)[0], client_of(cast.author)
    assert path_of(exam_id) in page_of(client.get(f"/exams/{exam_id}/"))
    page = page_of(client.post(path_of(exam_id), FORM, follow=True))
    assert "approved together with the questions" in page
    assert '<option value="sections" selected>' in page
    seen = configuration_of_exam(exam_id)
    assert (seen.policy.pause_limit_s, seen.marking.blind, seen.marking.second_marker) == (
        1200,
        True,
        False,
    )
    assert "nothing has changed" in page_of(client.post(path_of(exam_id), FORM, follow=True))


def test_a_file_is_downloaded_and_taken_for_another_exam(cast: Cast) -> None:
    client = client_of(cast.author)
    response = client.get(path_of(configured(cast, DOCUMENT), ".json"))
    assert "attachment" in response["Content-Disposition"]
    other, _ = draft_exam(cast, name="Other")
    file = SimpleUploadedFile("c.json", response.content, content_type="application/json")
    page_of(client.post(path_of(other, ".json"), {"file": file}, follow=True))
    assert configuration_document(other) == json.loads(response.content)
    schema = client.get(path_of(other, ".schema.json")).json()
    assert "navigation" in schema["properties"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"grace_s": 900}', "at most 600"),
        ('{"marking": {"blind": 1}}', "marking.blind"),
        ("{", "This is not JSON. Reading stopped at 1:2."),
        ("[]", "of the type: object"),
        ('{"camera": "off", "camera": "off"}', "twice: camera"),
        ("", "Choose a file or paste"),
    ],
)
def test_a_document_that_does_not_fit_changes_nothing(cast: Cast, text: str, said: str) -> None:
    exam_id, client = draft_exam(cast)[0], client_of(cast.author)
    assert said in page_of(client.post(path_of(exam_id, ".json"), {"text": text}), 422)
    assert configuration_document(exam_id) == {}


def test_an_approved_exam_shows_it_and_takes_nothing(cast: Cast) -> None:
    exam_id, client = approved(cast, DOCUMENT), client_of(cast.author)
    page = page_of(client.get(path_of(exam_id)))
    assert "disabled" in page
    assert "Check and take it" not in page
    assert client.post(path_of(exam_id), FORM).status_code == 409
    assert client.post(path_of(exam_id, ".json"), {"text": "{}"}).status_code == 409
    assert configuration_document(exam_id) == DOCUMENT


@pytest.mark.parametrize(("who", "status"), [("ivo", 403), ("ana", 403), ("olga", 404)])
def test_nobody_else_opens_it(cast: Cast, who: str, status: int) -> None:
    exam_id, client = draft_exam(cast)[0], client_of(getattr(cast, who))
    for rest in ("/", ".json", ".schema.json"):
        assert client.get(path_of(exam_id, rest)).status_code == status
    assert client.post(path_of(exam_id), FORM).status_code == status


def test_a_sitting_says_where_it_differs(cast: Cast) -> None:
    exam_id = approved(cast, DOCUMENT)
    begin(cast, exam_id=exam_id, start=False, policy={"camera": "required"})
    page = page_of(client_of(cast.admin).get(f"/sittings/{Sitting.objects.get().pk}/"))
    assert page.count("differs from the exam") == 1


@pytest.mark.parametrize("shown", [True, False])
def test_right_answers_are_shown_only_where_the_exam_says_so(cast: Cast, *, shown: bool) -> None:
    taken = begin(cast, exam_id=approved(cast, {"show_key": shown}))
    hand_in(taken)
    release(taken)
    page = page_of(client_of(cast.ana).get(f"/results/{taken.attempt_id}/"))
    assert ("canary-choice-right" in page) is shown
    assert ("424242" in page) is shown
