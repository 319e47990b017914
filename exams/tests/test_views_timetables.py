"""Timetables in pages: rows and documents, review by a second person, sittings made of entries."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import ClassGroup
from exams.domain.timetable import TimetableState
from exams.models import Sitting, Timetable
from exams.selectors.timetables import timetable_view
from exams.services.timetables import return_to_draft, send_to_review, write_timetable
from exams.tests.conftest import Cast, approved_exam
from exams.tests.pages import client_of, hidden, page_of
from exams.tests.test_services_timetables import drafted, entry, in_review, standing

pytestmark = pytest.mark.django_db(transaction=True)


def path_of(timetable_id: int, rest: str = "/") -> str:
    return f"/timetables/{timetable_id}{rest}"


def rows(*entries: dict[str, Any], initial: int = 0, **frame: str) -> dict[str, str]:
    body = {
        "title": "Winter",
        "zone": "Asia/Tehran",
        "first": "",
        "last": "",
        **frame,
        "e-TOTAL_FORMS": str(len(entries)),
        "e-INITIAL_FORMS": str(initial),
    }
    for index, one in enumerate(entries):
        body |= {f"e-{index}-{name}": value for name, value in one.items()}
    return body


ROW = {
    "name": "Algebra",
    "subject": "Maths",
    "exam": "",
    "day": "2027-01-10",
    "starts": "09:00",
    "ends": "10:30",
    "minutes": "60",
    "rooms": "Hall, Lab",
    "note": "Bring a ruler",
}


def test_a_draft_is_begun_and_written_row_by_row(cast: Cast) -> None:
    client = client_of(cast.author)
    assert "/timetables/" in page_of(client.get("/exams/"))
    body = {"class_id": str(cast.class_group.pk), "title": "Winter"}
    page_of(client.post("/timetables/new/", body, follow=True))
    timetable_id = Timetable.objects.get().pk
    second = ROW | {"name": "Physics", "day": "2027-01-09"}
    page = page_of(client.post(path_of(timetable_id, "/edit/"), rows(ROW, second), follow=True))
    assert "Algebra" in page
    written = timetable_view(timetable_id).document
    assert [one["name"] for one in written["entries"]] == ["Physics", "Algebra"]
    assert written["entries"][1]["rooms"] == ["Hall", "Lab"]
    assert len({one["id"] for one in written["entries"]}) == 2


def test_rows_keep_their_ids_and_can_be_deleted(cast: Cast) -> None:
    timetable_id = drafted(cast, entry("a"), entry("b", 11))
    kept = ROW | {"key": "a", "name": "Renamed"}
    gone = ROW | {"key": "b", "DELETE": "on"}
    blank = {"name": "", "day": "", "starts": "", "ends": ""}
    body = rows(kept, gone, blank, initial=2)
    page_of(client_of(cast.author).post(path_of(timetable_id, "/edit/"), body, follow=True))
    (only,) = timetable_view(timetable_id).document["entries"]
    assert (only["id"], only["name"]) == ("a", "Renamed")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (rows(ROW | {"ends": "08:00"}), "The end must come after the start."),
        (rows(ROW, zone="Mars/Base"), "There is no time zone of this name."),
        (rows(ROW, first="2027-01-01"), "Give both days of the term"),
        (rows(ROW | {"name": ""}), "required"),
        (rows(ROW | {"exam": "99999"}), "not one of the available choices"),
    ],
)
def test_what_does_not_fit_stays_in_the_form(cast: Cast, body: dict[str, str], said: str) -> None:
    timetable_id = drafted(cast)
    assert said in page_of(client_of(cast.author).post(path_of(timetable_id, "/edit/"), body), 422)
    assert timetable_view(timetable_id).document["entries"] == []


def test_a_document_goes_out_and_comes_in(cast: Cast) -> None:
    client, first = client_of(cast.author), drafted(cast, entry("a"), entry("b", 11))
    response = client.get(path_of(first, ".json"))
    assert "attachment" in response["Content-Disposition"]
    second = drafted(cast)
    file = SimpleUploadedFile("t.json", response.content, content_type="application/json")
    page_of(client.post(path_of(second, ".json"), {"file": file}, follow=True))
    assert timetable_view(second).document == json.loads(response.content)
    assert "entries" in client.get("/timetables/schema.json").json()["properties"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"zone": "UTC"}', "entries"),
        ('{"zone": "UTC", "entries": [{"id": "a"}]}', "entries[0].name"),
        ("[1]", "of the type: object"),
        ("{", "This is not JSON"),
    ],
)
def test_a_document_without_the_form_changes_nothing(cast: Cast, text: str, said: str) -> None:
    timetable_id = drafted(cast, entry("a"))
    page = page_of(client_of(cast.author).post(path_of(timetable_id, ".json"), {"text": text}), 422)
    assert said in page
    assert len(timetable_view(timetable_id).document["entries"]) == 1


def test_values_that_are_no_days_are_stored_as_a_draft_and_told(cast: Cast) -> None:
    timetable_id, client = drafted(cast), client_of(cast.author)
    wrong = {"zone": "UTC", "entries": [entry("a") | {"date": "2027-02-30"}]}
    page = page_of(
        client.post(path_of(timetable_id, ".json"), {"text": json.dumps(wrong)}, follow=True)
    )
    assert "There is no such day: 2027-02-30" in page
    assert "Entry 1: " in page
    page_of(client.get(path_of(timetable_id, "/edit/")))
    assert client.post(path_of(timetable_id, "/review/"), {"act": "send"}).status_code == 422


def test_a_second_person_lets_it_stand_and_the_class_sees_it(cast: Cast) -> None:
    timetable_id, student = drafted(cast, entry("a", rooms=["Hall"])), client_of(cast.ana)
    author, admin = client_of(cast.author), client_of(cast.admin)
    page_of(author.post(path_of(timetable_id, "/review/"), {"act": "send"}, follow=True))
    assert "Exam a" not in page_of(student.get("/my/exams/"))
    assert author.post(path_of(timetable_id, "/review/"), {"act": "approve"}).status_code == 403
    body = {"act": "return", "reason": "A holiday"}
    page = page_of(admin.post(path_of(timetable_id, "/review/"), body, follow=True))
    assert "A holiday" in page
    page_of(author.post(path_of(timetable_id, "/review/"), {"act": "send"}, follow=True))
    body = {"act": "approve", "read": hidden(page_of(admin.get(path_of(timetable_id))), "read")}
    page = page_of(admin.post(path_of(timetable_id, "/review/"), body, follow=True))
    assert "The class sees it now" in page
    seen = page_of(student.get("/my/exams/"))
    assert "Exam a" in seen
    assert "Hall" in seen


def test_sittings_are_shown_before_they_are_made(cast: Cast) -> None:
    timetable_id = standing(cast, entry("a", exam=approved_exam(cast)))
    client = client_of(cast.admin)
    assert "Schedule these sittings?" in page_of(client.get(path_of(timetable_id)))
    page = page_of(client.post(path_of(timetable_id, "/schedule/"), follow=True))
    assert "1 sitting was made." in page
    assert f"/sittings/{Sitting.objects.get().pk}/" in page
    assert "nothing left" in page_of(client.post(path_of(timetable_id, "/schedule/"), follow=True))
    assert client_of(cast.author).post(path_of(timetable_id, "/schedule/")).status_code == 403


@pytest.mark.parametrize(("who", "status"), [("ivo", 403), ("ana", 403), ("olga", 404)])
def test_nobody_else_opens_or_moves_it(cast: Cast, who: str, status: int) -> None:
    timetable_id, client = in_review(cast), client_of(getattr(cast, who))
    for path in (path_of(timetable_id), path_of(timetable_id, ".json")):
        assert client.get(path).status_code == status
    for rest in ("/review/", "/schedule/", "/edit/", ".json"):
        assert client.post(path_of(timetable_id, rest), {"act": "approve"}).status_code == status
    assert client.get("/timetables/").status_code == 403
    assert timetable_view(timetable_id).state is TimetableState.IN_REVIEW


def test_one_in_review_is_not_edited(cast: Cast) -> None:
    timetable_id, client = in_review(cast), client_of(cast.author)
    assert client.get(path_of(timetable_id, "/edit/")).status_code == 302
    text = json.dumps({"zone": "UTC", "entries": []})
    assert client.post(path_of(timetable_id, ".json"), {"text": text}).status_code == 409


def test_a_class_of_another_institution_is_not_offered(cast: Cast) -> None:
    assert cast.olga.institution is not None
    away = ClassGroup.objects.create(institution=cast.olga.institution, code="X", name="Away")
    body = {"class_id": str(away.pk), "title": "x"}
    page_of(client_of(cast.author).post("/timetables/new/", body), 422)
    assert not Timetable.objects.exists()


def test_what_was_changed_after_it_was_read_is_not_approved(cast: Cast) -> None:
    timetable_id = drafted(cast, entry("a"))
    send_to_review(timetable_id, actor_id=cast.author.pk)
    admin = client_of(cast.admin)
    body = {"act": "approve", "read": hidden(page_of(admin.get(path_of(timetable_id))), "read")}
    return_to_draft(timetable_id, actor_id=cast.author.pk, reason="A slip")
    other = {"zone": "UTC", "entries": [entry("b")]}
    write_timetable(timetable_id, title="Winter", document=other, actor_id=cast.author.pk)
    send_to_review(timetable_id, actor_id=cast.author.pk)
    assert admin.post(path_of(timetable_id, "/review/"), body).status_code == 409
    body["read"] = hidden(page_of(admin.get(path_of(timetable_id))), "read")
    assert admin.post(path_of(timetable_id, "/review/"), body).status_code == 302
