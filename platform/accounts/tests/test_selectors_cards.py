"""Cards and contacts, and what they cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import selectors
from accounts.errors import ClassUnknown, InstitutionUnknown, PersonUnknown
from accounts.models import Institution, User
from accounts.services.people import deactivate_user
from accounts.tests.conftest import Cast, School


def queries_of(call: object) -> int:
    assert callable(call)
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ana Moreno", "AM"),
        ("Ana Maria Moreno", "AM"),
        ("Ana", "A"),
        ("", ""),
        ("سارا محمدی", "س\u200cم"),
    ],
)
def test_initials_are_the_first_letters_of_two_words(name: str, initials: str) -> None:
    letters = selectors.initials_of(name)
    assert letters.replace("\u200c", "") == initials.replace("\u200c", "")


def test_a_card_falls_back_to_the_institutions_language_and_zone(
    school: School, cast: Cast
) -> None:
    Institution.objects.filter(pk=school.id).update(locale="fa", time_zone="Asia/Tehran")
    User.objects.filter(pk=cast.ben).update(locale="en", time_zone="UTC")
    cards = selectors.user_cards([cast.ana, cast.ben, 0])
    assert (cards[cast.ana].locale, cards[cast.ana].time_zone) == ("fa", "Asia/Tehran")
    assert (cards[cast.ben].locale, cards[cast.ben].time_zone) == ("en", "UTC")
    assert set(cards) == {cast.ana, cast.ben}
    assert selectors.user_card(cast.ana) == cards[cast.ana]
    assert queries_of(lambda: selectors.user_cards([cast.ana, cast.ben])) == 1


def test_nobody_has_no_card(db: None) -> None:
    with pytest.raises(PersonUnknown):
        selectors.user_card(0)
    with pytest.raises(InstitutionUnknown):
        selectors.institution_card(0)
    with pytest.raises(ClassUnknown):
        selectors.class_card(0)


def test_only_active_people_are_reached(school: School, cast: Cast) -> None:
    deactivate_user(user_id=cast.ben, institution_id=school.id, actor_id=cast.admin, reason="")
    contacts = selectors.contacts_of([cast.ana, cast.ben])
    assert set(contacts) == {cast.ana}
    assert contacts[cast.ana].email == "ana@north.example"
    assert selectors.user_card(cast.ben).name == "Ben"
