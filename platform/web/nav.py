"""The main navigation: items with a rule each, bound once in invigil/wiring.py."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the main navigation.

    Attributes:
        label: Translated lazily.
        route: URL name without arguments.
        visible: Whether this request's person sees it.
        rank: Lower comes first.
    """

    label: str | Promise
    route: str
    visible: Callable[[HttpRequest], bool]
    rank: int = 50


@dataclass(frozen=True, slots=True)
class NavLink:
    """An item as drawn on one page."""

    label: str
    url: str
    current: bool


_items: list[NavItem] = []


def register(item: NavItem) -> None:
    """Add an item; adding the same one twice has no effect."""
    if item not in _items:
        _items.append(item)
        _items.sort(key=lambda each: each.rank)


def items_for(request: HttpRequest) -> list[NavLink]:
    """Return the links that this request's person sees, in order."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return [_link(item, request.path) for item in _items if _is_visible(item, request)]


def _is_visible(item: NavItem, request: HttpRequest) -> bool:
    try:
        return item.visible(request)
    except Exception:  # one broken rule must not take every page with it; the item is left out
        log.exception("nav.rule_failed", route=item.route)
        return False


def _link(item: NavItem, path: str) -> NavLink:
    url = reverse(item.route)
    current = path == url or (url != "/" and path.startswith(url))
    return NavLink(label=str(item.label), url=url, current=current)
