"""Who sees which entries and cards of accounts, and what the cards count."""

from dataclasses import dataclass

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.db import connection
from django.http import HttpRequest
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from accounts.roles import Role
from accounts.services.memberships import grant_role
from accounts.services.people import create_class, create_institution, create_user
from accounts.services.profile import mark_phone_verified
from accounts.views.scope import SESSION_KEY
from invigil import frame
from web import home, nav
from web.home import Card

pytestmark = pytest.mark.django_db
PHONE = "+442079460100"


@dataclass(frozen=True)
class People:
    """Ana is a student, Ivo invigilates her class, Mona manages the institution."""

    ana: int
    ivo: int
    mona: int


@pytest.fixture
def people() -> People:
    school = create_institution(code="north", name="North College", actor_id=None)
    group = create_class(institution_id=school.id, code="LA1", name="Algebra", actor_id=None)

    def make(name: str, role: Role, class_id: int | None) -> int:
        card = create_user(
            institution_id=school.id,
            full_name=name,
            email=f"{name.lower()}@north.example",
            actor_id=None,
        )
        grant_role(
            user_id=card.id, institution_id=school.id, role=role, class_id=class_id, actor_id=None
        )
        return card.id

    return People(
        ana=make("Ana", Role.STUDENT, group.id),
        ivo=make("Ivo", Role.INVIGILATOR, group.id),
        mona=make("Mona", Role.ADMIN, None),
    )


def request_of(user_id: int, institution_id: int | None = None) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = User.objects.get(pk=user_id)
    request.session = SessionStore()
    if institution_id is not None:
        request.session[SESSION_KEY] = institution_id
    return request


def cards_of(user_id: int, institution_id: int | None = None) -> dict[str, Card]:
    return {card.key: card for card in frame.cards(request_of(user_id, institution_id))}


def routes_of(user_id: int) -> set[str]:
    request = request_of(user_id)
    return {item.route for item in frame.ITEMS if item.visible(request)}


def test_each_sees_the_entries_of_their_role(people: People) -> None:
    assert routes_of(people.ana) == {"web:home"}
    assert routes_of(people.ivo) == {"web:home"}
    assert routes_of(people.mona) == {"web:home", "accounts:people"}


def test_the_operator_sees_the_site(people: People) -> None:
    User.objects.filter(pk=people.mona).update(is_superuser=True)
    assert routes_of(people.mona) == {"web:home", "accounts:people", "admin:index"}


def test_a_visitor_sees_no_entry() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert not frame.is_signed_in(request)
    assert nav.items_for(request) == []


def test_the_navigation_of_all_apps_asks_once_what_somebody_is(people: People) -> None:
    request = request_of(people.mona)
    with CaptureQueriesContext(connection) as asked:
        addresses = {link.url for link in nav.items_for(request)}
    assert {reverse("accounts:people"), reverse("exams:sittings")} <= addresses
    assert reverse("notifications:index") in addresses
    assert sum("accounts_membership" in query["sql"] for query in asked) == 1


def test_only_who_manages_people_sees_how_many_there_are(people: People) -> None:
    assert "people" not in cards_of(people.ana)
    assert "people" not in cards_of(people.ivo)
    titles = [str(row.title) for row in cards_of(people.mona)["people"].rows]
    assert titles == ["1 student", "2 roles of staff"]


def test_the_counts_are_in_the_digits_of_the_language(people: People) -> None:
    with translation.override("fa"):
        shown = " ".join(str(row.title) for row in cards_of(people.mona)["people"].rows)
    assert "۱" in shown
    assert "۲" in shown
    assert "1" not in shown


def test_the_card_counts_the_institution_its_links_open(people: People) -> None:
    south = create_institution(code="south", name="South College", actor_id=None)
    grant_role(user_id=people.mona, institution_id=south.id, role=Role.ADMIN, actor_id=None)
    north = User.objects.get(pk=people.mona).institution_id
    for last, shown, titles in (
        (None, north, ["1 student", "2 roles of staff"]),
        (south.id, south.id, ["0 students", "1 role of staff"]),
        (0, north, ["1 student", "2 roles of staff"]),
    ):
        card = cards_of(people.mona, last)["people"]
        assert [str(row.title) for row in card.rows] == titles
        links = [row.url for row in card.rows] + [action.url for action in card.actions]
        assert len(links) == 4
        assert all(f"?institution={shown}" in link for link in links)


def test_a_missing_phone_is_asked_for_until_it_is_there(people: People) -> None:
    assert "phone" in cards_of(people.ana)
    User.objects.filter(pk=people.ana).update(phone=PHONE)
    mark_phone_verified(user_id=people.ana, phone=PHONE)
    assert "phone" not in cards_of(people.ana)


def test_staff_without_a_second_step_is_asked_to_protect_the_account(people: People) -> None:
    assert "two-step" not in cards_of(people.ana)
    assert "two-step" in cards_of(people.ivo)
    assert "two-step" in cards_of(people.mona)


def test_registering_again_doubles_nothing(people: People) -> None:
    request = request_of(people.mona)
    before = nav.items_for(request), [card.key for card in home.cards_for(request)]
    frame.register()
    assert before == (nav.items_for(request), [card.key for card in home.cards_for(request)])
    assert before[1].count("people") == 1
