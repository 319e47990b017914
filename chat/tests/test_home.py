import uuid
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from chat import home, services
from chat.tests.cast import School, move
from web.home import Tone

pytestmark = pytest.mark.django_db


def request_of(who: Any) -> Any:
    request = RequestFactory().get("/")
    request.user = who
    return request


def row(school: School) -> Any:
    (card,) = home.cards(request_of(school.ana))
    (only,) = card.rows
    return only


def test_the_card_says_what_is_new(school: School) -> None:
    services.post_message(
        room_id=school.room_id, sender_id=school.ben.pk, client_id=uuid.uuid4(), body="x"
    )
    assert (row(school).chip, row(school).tone) == ("1 new", Tone.CHECKING)


def test_the_card_says_that_a_room_is_locked(school: School) -> None:
    sitting = school.sitting(school.ana)
    move(sitting, state="lobby")
    assert str(row(school).chip) == "Locked"


def test_nobody_without_a_class_sees_the_chat(school: School) -> None:
    loner = school.person("Kim Novak", "student", None)
    for who in (loner, AnonymousUser()):
        assert list(home.cards(request_of(who))) == []
        assert not home.has_rooms(request_of(who))
    assert home.has_rooms(request_of(school.ana))


def test_many_new_messages_are_not_counted_to_the_end() -> None:
    assert [home.unread_text(count) for count in (1, 7, 100)] == ["1 new", "7 new", "99+ new"]
