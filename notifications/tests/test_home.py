"""The navigation item and the card at home."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from notifications import home
from notifications.tests.cast import School

pytestmark = pytest.mark.django_db


def request_of(person: Any) -> Any:
    request = RequestFactory().get("/")
    request.user = person
    return request


def test_only_senders_see_the_item_and_the_card(school: School) -> None:
    school.scheduled(title="Room change")
    School().scheduled(title="Elsewhere")
    assert home.NAV.visible(request_of(school.nora))
    [card] = home.cards(request_of(school.nora))
    assert [(row.title, str(row.chip)) for row in card.rows] == [("Room change", "Scheduled")]
    for person in (school.ana, school.ivo, AnonymousUser()):
        assert not home.NAV.visible(request_of(person))
        assert list(home.cards(request_of(person))) == []
