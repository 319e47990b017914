from typing import Any

import pytest
from django.test import RequestFactory

from accounts.models import User
from proctoring.home import cards, watches
from proctoring.tests.stage import Stage


def request_of(user: User) -> Any:
    request = RequestFactory().get("/")
    request.user = user
    return request


def test_an_invigilator_finds_the_running_board_first(stage: Stage) -> None:
    (card,) = cards(request_of(stage.cast.ivo))
    assert card.lead == "Chemistry, Tuesday"
    assert card.is_next
    assert card.actions[0].url == f"/sittings/{stage.sitting}/wall/"


@pytest.mark.parametrize("who", ["ana", "author", "admin"])
def test_nobody_else_is_offered_a_board(stage: Stage, who: str) -> None:
    request = request_of(getattr(stage.cast, who))
    assert not watches(request)
    assert list(cards(request)) == []


def test_an_invigilator_of_another_institution_sees_no_board(stage: Stage) -> None:
    assert list(cards(request_of(stage.cast.olga))) == []
