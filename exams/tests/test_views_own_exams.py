"""A student's own page: the code opens their own sittings and tells nothing of others."""

import pytest

from exams.domain.accommodation import Exemption
from exams.models import Sitting
from exams.selectors.sittings import sitting_by_code
from exams.services.accommodations import end_accommodation
from exams.tests.conftest import Cast, Taking, begin, person
from exams.tests.pages import client_of, page_of
from exams.tests.test_services_accommodations import give, plan

pytestmark = pytest.mark.django_db(transaction=True)


def code_of(taken: Taking) -> str:
    return Sitting.objects.get(pk=taken.sitting_id).code


@pytest.mark.parametrize("typed", ["{}", " {} ", "lower"])
def test_the_code_opens_the_lobby_however_it_is_typed(cast: Cast, typed: str) -> None:
    taken = begin(cast, start=False)
    code = code_of(taken)
    text = code.lower() if typed == "lower" else typed.format(f"{code[:4]} {code[4:]}")
    response = client_of(cast.ana).post("/my/exams/", {"code": text})
    assert response["Location"] == f"/sittings/{taken.sitting_id}/lobby/"


def test_a_code_of_somebody_elses_sitting_is_like_one_that_is_not_there(cast: Cast) -> None:
    taken = begin(cast, start=False)
    kim = person(cast.institution, "Kim")
    assert sitting_by_code(code_of(taken), kim.pk) is None
    for code in ("", "AAAAAAAA", code_of(taken)[:7]):
        page = page_of(client_of(cast.ana).post("/my/exams/", {"code": code}, follow=True))
        assert "None of your exams has this code" in page


def test_it_shows_codes_and_what_is_owed_but_no_note(cast: Cast) -> None:
    taken = begin(cast, start=False)
    given = give(cast, plan(25, Exemption.READER))
    client = client_of(cast.ana)
    page = page_of(client.get("/my/exams/"))
    assert code_of(taken) in page
    assert "25% more time" in page
    assert "Sits by the door" not in page
    end_accommodation(given, actor_id=cast.admin.pk, reason="Over")
    assert "25% more time" not in page_of(client.get("/my/exams/"))


@pytest.mark.parametrize("who", ["ivo", "admin", "olga"])
def test_it_is_for_students(cast: Cast, who: str) -> None:
    assert client_of(getattr(cast, who)).get("/my/exams/").status_code == 403


def test_staff_find_a_sitting_by_its_code_or_title(cast: Cast) -> None:
    taken = begin(cast, start=False)
    client = client_of(cast.admin)
    title = "Chemistry, Tuesday"
    for query, found in ((code_of(taken).lower(), True), ("tuesday", True), ("AAAAAAAA", False)):
        assert (title in page_of(client.get("/sittings/", {"q": query}))) is found
