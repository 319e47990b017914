"""The home page's cards: apps give them, bound once in invigil/wiring.py."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import structlog
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

log = structlog.get_logger(__name__)

Text = str | Promise


class Tone(StrEnum):
    """Colour and mark of a chip; always with a word beside it."""

    OK = "ok"
    ATTENTION = "attention"
    CRITICAL = "critical"
    OFFLINE = "offline"
    WAITING = "waiting"
    CHECKING = "checking"
    PAUSED = "paused"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a card.

    Attributes:
        title: What it is; a link when `url` is given.
        note: Muted words behind it.
        at: An instant shown in the reader's zone.
        chip: State in a word, with its tone.
        follows: Topic; the open page is loaded again when it says something new.
    """

    title: Text
    url: str = ""
    note: Text = ""
    at: datetime | None = None
    chip: Text = ""
    tone: Tone = Tone.OFFLINE
    follows: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A button of a card."""

    label: Text
    url: str
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """What to do next, or what there is to see.

    Attributes:
        key: Names the card in tests and in the page's markup, for example `next-sitting`.
        title: Heading.
        rank: Lower comes first; below 10 it spans the page and is marked as the next thing to do.
        icon: Name from ui/icons.json.
        lead: One large line.
        text: A sentence below it.
        countdown_to: Counted down beside the lead.
        chip: State in a word, with its tone.
        rows: Lines; when there are none and no lead, `empty` is shown.
        actions: Buttons.
        follows: Topic; the open page is loaded again when it says something new.
        template: Draws the card; it finds `context` as `card.context`.
    """

    key: str
    title: Text
    rank: int = 50
    icon: str = "inbox"
    lead: Text = ""
    text: Text = ""
    countdown_to: datetime | None = None
    chip: Text = ""
    tone: Tone = Tone.OFFLINE
    rows: tuple[Row, ...] = ()
    empty: Text = ""
    actions: tuple[Action, ...] = ()
    follows: str = ""
    template: str = "web/home/card.html"
    context: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_next(self) -> bool:
        """Whether this card is the next thing to do."""
        return self.rank < 10


Provider = Callable[[HttpRequest], Iterable[Card]]

_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Add a provider of cards; adding the same one twice has no effect."""
    if provider not in _providers:
        _providers.append(provider)


def cards_for(request: HttpRequest) -> list[Card]:
    """Return the cards of all providers for the request's person, in order."""
    cards = [card for provider in _providers for card in _cards_of(provider, request)]
    return sorted(cards, key=lambda card: card.rank)


def _cards_of(provider: Provider, request: HttpRequest) -> list[Card]:
    try:
        return list(provider(request))
    except Exception:  # one broken part must not take the whole home page with it
        log.exception("home.provider_failed", provider=provider.__module__)
        return [
            Card(
                key="failed",
                title=_("This part could not be loaded"),
                icon="alert",
                rank=90,
                empty=_("Reload the page. If it stays like this, tell your administrator."),
            )
        ]
