"""Items are shown to whom they are for, and one broken rule hides only itself."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from web import nav
from web.nav import NavItem


def broken(request: HttpRequest) -> bool:
    raise RuntimeError(request.path)


@pytest.fixture(autouse=True)
def _own_items(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(nav, "_items", [])
    return iter(())


def request_of(path: str, *, signed_in: bool = True) -> Any:
    request: Any = RequestFactory().get(path)
    request.user = SimpleNamespace(is_authenticated=signed_in)
    return request


def labels(path: str = "/") -> list[tuple[str, bool]]:
    return [(link.label, link.current) for link in nav.items_for(request_of(path))]


def test_items_come_by_rank_and_mark_the_current_page() -> None:
    nav.register(NavItem("People", "accounts:people", lambda request: True, rank=20))
    home = NavItem("Home", "web:home", lambda request: True, rank=0)
    nav.register(home)
    nav.register(home)
    assert labels("/people/7/") == [("Home", False), ("People", True)]
    assert labels("/") == [("Home", True), ("People", False)]


def test_rules_hide_items_and_visitors_see_none() -> None:
    nav.register(NavItem("Home", "web:home", lambda request: True))
    nav.register(NavItem("People", "accounts:people", lambda request: False))
    nav.register(NavItem("Broken", "web:design", broken))
    assert labels() == [("Home", True)]
    assert nav.items_for(request_of("/", signed_in=False)) == []
    assert nav.items_for(RequestFactory().get("/")) == []
