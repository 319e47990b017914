"""Pages about oneself."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.conftest import Cast, as_person, text


def test_the_language_switch_works_for_visitors_and_stays_on_the_page(
    client: Client, db: None
) -> None:
    response = client.post("/language/", {"language": "fa", "next": "/accounts/login/?next=/x"})
    assert response["Location"] == "/accounts/login/?next=/x"
    page = text(client.get("/accounts/login/"))
    assert '<html lang="fa" dir="rtl"' in page


def test_the_language_of_the_profile_wins_on_every_device(cast: Cast) -> None:
    as_person(cast.ana).post("/language/", {"language": "fa"})
    other_device = as_person(cast.ana)
    other_device.cookies["django_language"] = "en"
    assert 'lang="fa"' in text(other_device.get("/account/"))


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""]
)
def test_the_language_switch_leads_nowhere_else(client: Client, db: None, target: str) -> None:
    assert client.post("/language/", {"language": "fa", "next": target})["Location"] == "/"


def test_an_unknown_language_changes_nothing(client: Client, db: None) -> None:
    response = client.post("/language/", {"language": "xx", "next": "/"})
    assert "django_language" not in response.cookies
    assert client.get("/language/").status_code == 405


def test_the_profile_is_saved_and_a_wrong_phone_is_shown_at_its_field(cast: Cast) -> None:
    ana = as_person(cast.ana)
    typed = {"locale": "fa", "time_zone": "Asia/Tehran", "phone": "+44 7911 123456"}
    assert ana.post("/account/", typed)["Location"] == "/account/"
    user = User.objects.get(pk=cast.ana)
    assert (user.locale, user.time_zone, user.phone) == ("fa", "Asia/Tehran", "+447911123456")
    ana.post("/language/", {"language": "en"})
    page = text(ana.post("/account/", typed | {"phone": "12"}))
    assert 'id="id_phone_error"' in page
    assert User.objects.get(pk=cast.ana).phone == "+447911123456"


@pytest.mark.parametrize("typed", [{"locale": "xx"}, {"time_zone": "Mars/Base"}])
def test_made_up_choices_are_refused(cast: Cast, typed: dict[str, str]) -> None:
    as_person(cast.ana).post("/account/", typed)
    user = User.objects.get(pk=cast.ana)
    assert (user.locale, user.time_zone) == ("", "")
