import re

import pytest
from django.test import Client

from accounts.models import User
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
