import re
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from exams.services.attempts import terminate_attempt
from proctoring.policies import may_watch
from proctoring.services.help import ask_help
from proctoring.services.watch import keep_views
from proctoring.tests.stage import Stage

INLINE = re.compile(
    r"<script(?![^>]*(?:\bsrc=|application/json))|<style|\sstyle=|\son\w+=", re.IGNORECASE
)


def as_person(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_wall_opens_for_its_invigilator_without_anything_inline(stage: Stage) -> None:
    page = as_person(stage.cast.ivo).get(f"/sittings/{stage.sitting}/wall/")
    html = page.content.decode()
    assert page.status_code == 200
    assert f'"sitting": {stage.sitting}' in html
    assert not INLINE.search(html)


@pytest.mark.parametrize(("who", "status"), [("ana", 403), ("olga", 403), ("author", 403)])
def test_the_wall_stays_shut_for_everybody_else(stage: Stage, who: str, status: int) -> None:
    page = as_person(getattr(stage.cast, who)).get(f"/sittings/{stage.sitting}/wall/")
    assert page.status_code == status


def test_a_visitor_is_sent_to_the_sign_in(stage: Stage) -> None:
    page = Client().get(f"/sittings/{stage.sitting}/wall/")
    assert page.status_code == 302
    assert page["Location"].startswith("/accounts/login/")


def test_the_list_shows_the_sittings_of_ones_classes_or_says_that_there_are_none(
    stage: Stage,
) -> None:
    mine = as_person(stage.cast.ivo).get("/walls/").content.decode()
    assert "Chemistry, Tuesday" in mine
    foreign = as_person(stage.cast.olga).get("/walls/").content.decode()
    assert "Chemistry, Tuesday" not in foreign
    assert "No sittings yet" in foreign


def path_of(stage: Stage) -> str:
    return f"/sittings/{stage.sitting}/invigilators/"


def test_an_invigilator_is_assigned_and_removed_on_the_page(stage: Stage) -> None:
    client, path = as_person(stage.chief), path_of(stage)
    empty = client.get(path).content.decode()
    assert "Nobody is assigned" in empty
    assert not INLINE.search(empty)
    body = {"act": "assign", "invigilator_id": str(stage.cast.ivo.pk)}
    page = client.post(path, body, follow=True).content.decode()
    assert "Assigned. The board is open to them now." in page
    assert "Nobody is assigned" not in page
    client.post(path, {"act": "assign", "invigilator_id": str(stage.chief.pk)})
    gone = client.post(path, body | {"act": "remove"}, follow=True).content.decode()
    assert "Removed. Their board is closed." in gone
    assert not may_watch(stage.cast.ivo.pk, stage.sitting)


def test_removing_the_last_one_while_it_runs_says_what_to_do(stage: Stage) -> None:
    client, path = as_person(stage.cast.admin), path_of(stage)
    body = {"act": "assign", "invigilator_id": str(stage.cast.ivo.pk)}
    client.post(path, body)
    answer = client.post(path, body | {"act": "remove"})
    assert answer.status_code == 409
    assert "Assign somebody else first." in answer.content.decode()
    assert may_watch(stage.cast.ivo.pk, stage.sitting)


@pytest.mark.parametrize("given", ["", "0", "kim", "999999"])
def test_who_cannot_be_assigned_is_said_at_the_field(stage: Stage, given: str) -> None:
    answer = as_person(stage.chief).post(path_of(stage), {"act": "assign", "invigilator_id": given})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_invigilator_id_error"' in page
    assert 'aria-invalid="true"' in page


@pytest.mark.parametrize(
    "body",
    [{}, {"act": "nonsense"}, {"act": "remove"}, {"act": "remove", "invigilator_id": "1;drop"}],
)
def test_a_request_that_no_page_makes_is_refused(stage: Stage, body: dict[str, str]) -> None:
    assert as_person(stage.chief).post(path_of(stage), body).status_code == 400


@pytest.mark.parametrize(
    ("who", "status"),
    [("ana", 403), ("ivo", 403), ("author", 403), ("grader", 403), ("olga", 404)],
)
def test_only_who_leads_opens_the_page_of_invigilators(stage: Stage, who: str, status: int) -> None:
    client = as_person(getattr(stage.cast, who))
    body = {"act": "assign", "invigilator_id": str(stage.cast.ivo.pk)}
    assert client.get(path_of(stage)).status_code == status
    assert client.post(path_of(stage), body).status_code == status
    assert may_watch(stage.chief.pk, stage.sitting)


def test_when_everybody_is_assigned_the_page_says_so(stage: Stage) -> None:
    client, path = as_person(stage.chief), path_of(stage)
    for one in (stage.cast.ivo, stage.chief):
        client.post(path, {"act": "assign", "invigilator_id": str(one.pk)})
    assert "Everybody who invigilates for this class is assigned" in (
        client.get(path).content.decode()
    )


def test_a_student_reads_their_own_record_with_who_looked(stage: Stage) -> None:
    keep_views(stage.cast.ivo.pk, "tab", [stage.ana], sitting_id=stage.sitting)
    ask_help(uuid4(), stage.ana, "<b>Which page?</b>")
    page = as_person(stage.cast.ana).get(
        f"/attempts/{stage.ana}/record/", headers={"accept-language": "en"}
    )
    html = page.content.decode()
    assert "<bdi>Ivo</bdi>" in html
    assert "You asked for help" in html
    assert "&lt;b&gt;Which page?" in html
    assert not INLINE.search(html)


@pytest.mark.parametrize("who", ["ben", "olga", "ivo", "author"])
def test_nobody_reads_the_record_of_somebody_else(stage: Stage, who: str) -> None:
    page = as_person(getattr(stage.cast, who)).get(f"/attempts/{stage.ana}/record/")
    assert page.status_code == 404


def test_a_student_finds_the_record_among_their_results(stage: Stage) -> None:
    terminate_attempt(stage.ana, actor_id=stage.chief.pk, reason="Over")
    html = as_person(stage.cast.ana).get("/results/").content.decode()
    assert f'href="/attempts/{stage.ana}/record/"' in html
