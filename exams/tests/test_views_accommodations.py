"""Accommodations in pages: a look ahead first, then the act; nobody else opens them."""

from datetime import timedelta

import pytest

from exams.models import Accommodation, Candidate
from exams.services.accommodations import end_accommodation
from exams.tests.conftest import Cast, Taking
from exams.tests.pages import client_of, page_of
from exams.tests.test_services_accommodations import give, plan

pytestmark = pytest.mark.django_db(transaction=True)

FORM = {
    "extra_percent": "25",
    "extra_minutes": "0",
    "breaks": "2",
    "break_minutes": "10",
    "exemptions": ["camera", "reader"],
    "valid_from": "2020-01-01",
    "valid_to": "",
    "note": "Sits by the door",
}


def form_of(cast: Cast, **changes: object) -> dict[str, object]:
    return {**FORM, "student_id": str(cast.ana.pk), **changes}


def test_giving_shows_first_what_it_changes(running: Taking) -> None:
    client = client_of(running.cast.admin)
    page = page_of(client.post("/accommodations/new/", form_of(running.cast, act="preview")))
    assert "Chemistry, Tuesday" in page
    assert "25% more time" in page
    assert not Accommodation.objects.exists()
    page = page_of(
        client.post("/accommodations/new/", form_of(running.cast, act="save"), follow=True)
    )
    assert "every sitting to come has it" in page
    assert "2 breaks of 10 minutes each" in page
    given = Accommodation.objects.get()
    assert (given.exemptions, given.note) == (["camera", "reader"], "Sits by the door")
    hers = Candidate.objects.get(sitting_id=running.sitting_id, student=running.cast.ana)
    assert hers.extra_percent == 25


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"extra_percent": "0", "breaks": "0", "break_minutes": "0", "exemptions": []}, "nothing"),
        ({"break_minutes": "0"}, "a number and a length"),
        ({"valid_to": "2019-12-31"}, "must not come before"),
        ({"exemptions": ["diagnosis"]}, "not one of the available choices"),
        ({"extra_percent": "500"}, "less than or equal to"),
        ({"student_id": ""}, "required"),
    ],
)
def test_what_does_not_fit_is_said_in_words(
    cast: Cast, wrong: dict[str, object], said: str
) -> None:
    body = form_of(cast, act="save", **wrong)
    assert said in page_of(client_of(cast.admin).post("/accommodations/new/", body), 422)
    assert not Accommodation.objects.exists()


def test_who_has_one_is_not_offered_again(cast: Cast) -> None:
    give(cast)
    page = page_of(client_of(cast.admin).get("/accommodations/new/"))
    assert f'value="{cast.ben.pk}"' in page
    assert f'value="{cast.ana.pk}"' not in page


def test_a_change_shows_what_a_started_attempt_keeps_and_leaves_the_history(
    running: Taking,
) -> None:
    given, client = give(running.cast, plan(50)), client_of(running.cast.admin)
    body = FORM | {"extra_percent": "10", "reason": "Mistake"}
    page = page_of(client.post(f"/accommodations/{given}/", body | {"act": "preview"}))
    assert "Has started and loses nothing" in page
    page = page_of(client.post(f"/accommodations/{given}/", body | {"act": "save"}, follow=True))
    assert "Mistake" in page
    assert "50% more time" in page
    assert [one.ended_at is None for one in Accommodation.objects.order_by("pk")] == [False, True]


def test_ending_needs_a_reason_and_closes_the_forms(cast: Cast) -> None:
    given, client = give(cast), client_of(cast.admin)
    page_of(client.post(f"/accommodations/{given}/end/", {"reason": ""}, follow=True))
    assert Accommodation.objects.get().ended_at is None
    page = page_of(client.post(f"/accommodations/{given}/end/", {"reason": "Well"}, follow=True))
    assert "Ended" in page
    assert "end-it" not in page


def test_one_that_was_ended_meanwhile_is_refused_in_words(cast: Cast) -> None:
    given = give(cast)
    client = client_of(cast.admin)
    end_accommodation(given, actor_id=cast.admin.pk, reason="Well")
    body = FORM | {"reason": "Mistake", "act": "save"}
    page = page_of(client.post(f"/accommodations/{given}/", body), 422)
    assert page.count("There is no such accommodation") <= 1
    assert Accommodation.objects.count() == 1


@pytest.mark.parametrize("who", ["ivo", "grader", "author", "ana", "olga"])
def test_nobody_else_opens_them(cast: Cast, who: str) -> None:
    given, client = give(cast), client_of(getattr(cast, who))
    paths = ["/accommodations/", "/accommodations/new/", f"/accommodations/{given}/"]
    for path in paths:
        assert client.get(path).status_code == 403, path
        assert client.post(path, form_of(cast, act="save")).status_code in {403, 405}, path
    assert client.post(f"/accommodations/{given}/end/", {"reason": "x"}).status_code == 403
    assert Accommodation.objects.get().ended_at is None


def test_the_tab_is_there_for_who_manages_them(cast: Cast) -> None:
    assert "/accommodations/" in page_of(client_of(cast.admin).get("/sittings/"))
    assert "/accommodations/" not in page_of(client_of(cast.ivo).get("/sittings/"))


def test_the_list_names_the_days(cast: Cast) -> None:
    validity = plan().validity
    last = validity.first + timedelta(days=30)
    give(cast, plan(25, validity=type(validity)(validity.first, last)))
    assert "2020-01-31T12:00:00+00:00" in page_of(client_of(cast.admin).get("/accommodations/"))
