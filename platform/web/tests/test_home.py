"""The home page shows what apps give it, in order, and survives a broken one."""

from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.test import Client, RequestFactory

from web import home
from web.home import Action, Card, Row, Tone


def next_sitting(request: HttpRequest) -> Iterator[Card]:
    yield Card(
        key="next",
        title="Your next sitting",
        rank=5,
        lead="Linear Algebra",
        countdown_to=datetime(2030, 1, 1, 9, tzinfo=UTC),
        chip="Scheduled",
        tone=Tone.CHECKING,
        actions=(Action("Open", "/sittings/1/", primary=True),),
    )


def results(request: HttpRequest) -> Iterator[Card]:
    yield Card(
        key="results",
        title="Results",
        rank=30,
        rows=(
            Row(
                "<b>Physics</b>",
                "/r/1/",
                chip="Passed",
                tone=Tone.OK,
                at=datetime(2026, 1, 1, tzinfo=UTC),
            ),
        ),
    )
    yield Card(key="none", title="Empty", rank=40, empty="Nothing yet.")


def broken(request: HttpRequest) -> Iterator[Card]:
    yield from broken_rows(request)


def broken_rows(request: HttpRequest) -> Iterator[Card]:
    raise RuntimeError(request.path)


@pytest.fixture(autouse=True)
def _own_providers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "_providers", [])


def test_cards_come_in_order_and_each_provider_once() -> None:
    for provider in (results, next_sitting, results):
        home.register(provider)
    cards = home.cards_for(RequestFactory().get("/"))
    assert [card.key for card in cards] == ["next", "results", "none"]
    assert [card.is_next for card in cards] == [True, False, False]


def test_a_broken_part_does_not_take_the_others_with_it() -> None:
    home.register(broken)
    home.register(next_sitting)
    assert [card.key for card in home.cards_for(RequestFactory().get("/"))] == ["next", "failed"]


@pytest.fixture
def browser(db: None) -> Client:
    del db
    client = Client()
    user = get_user_model().objects.create(full_name="Ana <i>Moreno</i>", email="ana@x.org")
    client.force_login(user, backend="accounts.backends.InvigilBackend")
    return client


def test_the_page_draws_every_part_of_a_card(browser: Client) -> None:
    for provider in (results, next_sitting, broken):
        home.register(provider)
    page = browser.get("/").content.decode()
    for part in (
        'class="card marked"',
        "Linear Algebra",
        'datetime="2030-01-01T09:00:00+00:00" data-countdown',
        'class="chip checking"',
        'href="/sittings/1/"',
        "Nothing yet.",
        "could not be loaded",
    ):
        assert part in page
    assert "<b>Physics</b>" not in page
    assert "Ana <i>" not in page


def test_without_cards_the_page_says_so(browser: Client) -> None:
    assert "Nothing to do yet" in unescape(browser.get("/").content.decode())


def test_visitors_go_to_the_login(client: Client) -> None:
    assert client.get("/")["Location"] == "/accounts/login/?next=/"
