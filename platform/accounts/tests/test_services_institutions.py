"""Changing and closing institutions."""

import pytest
from django.test import Client

from accounts.errors import InstitutionUnknown
from accounts.selectors import institution_card
from accounts.services.institutions import change_institution
from accounts.tests.conftest import Cast, School, as_person
from kernel.models import AuditEntry


def change(school: School, cast: Cast, *, code: str = "north", is_active: bool = True) -> None:
    change_institution(
        institution_id=school.id,
        code=code,
        name=" Northgate  College ",
        time_zone="Asia/Tehran",
        locale="fa",
        is_active=is_active,
        actor_id=cast.olga,
    )


def test_a_change_is_kept_in_one_form_and_recorded(school: School, cast: Cast) -> None:
    change(school, cast, code=" NoRTH2 ")
    card = institution_card(school.id)
    assert (card.code, card.name, card.time_zone) == ("north2", "Northgate College", "Asia/Tehran")
    entry = AuditEntry.objects.get(action="institution.changed")
    assert (entry.actor_id, entry.subject) == (cast.olga, f"institution:{school.id}")


def test_closing_ends_the_sessions_of_its_people_only(
    school: School, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[int] = []
    monkeypatch.setattr("realtime.publish.close_user_sockets", closed.append)
    ana, olga = as_person(cast.ana), as_person(cast.olga)
    change(school, cast, is_active=False)
    assert not is_signed_in(ana)
    assert is_signed_in(olga)
    assert sorted(closed) == sorted([cast.ana, cast.ben, cast.ivo, cast.admin])
    assert AuditEntry.objects.filter(action="institution.closed").count() == 1


def is_signed_in(browser: Client) -> bool:
    return browser.get("/").status_code == 200


def test_an_institution_that_is_not_there_is_not_changed(cast: Cast) -> None:
    with pytest.raises(InstitutionUnknown):
        change(School(0, "x", 0, 0), cast)
