"""What the chat shows outside of its own pages: the navigation item and the card at home."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, ngettext

from chat import selectors
from chat.domain import RoomKind
from chat.selectors import RoomCard
from web.home import Card, Row, Tone
from web.nav import NavItem
from web.templatetags.web import digits

UNREAD_SHOWN = 99


def has_rooms(request: HttpRequest) -> bool:
    """Whether the signed-in person belongs to any class."""
    return request.user.is_authenticated and selectors.has_rooms(int(request.user.pk or 0))


NAV = NavItem(label=_("Chat"), route="chat:rooms", visible=has_rooms, rank=60)


def cards(request: HttpRequest) -> Iterable[Card]:
    """Return the card with the person's rooms; none for people without a class."""
    if not request.user.is_authenticated:
        return
    rooms = selectors.rooms_of(int(request.user.pk or 0))
    if rooms:
        yield Card(
            key="chat",
            title=_("Class chat"),
            icon="chat",
            rank=60,
            rows=tuple(_row(room) for room in rooms[:6]),
        )


def _row(room: RoomCard) -> Row:
    url = reverse("chat:room", args=[room.id])
    note = _("Staff") if room.kind is RoomKind.STAFF else ""
    if room.is_locked or room.is_sealed:
        return Row(room.title, url, note, chip=_("Locked"), tone=Tone.PAUSED)
    if room.unread:
        return Row(room.title, url, note, chip=unread_text(room.unread), tone=Tone.CHECKING)
    return Row(room.title, url, note, at=room.last_at)


def unread_text(count: int) -> str:
    """Return `3 new`, or `99+ new`."""
    if count > UNREAD_SHOWN:
        return str(_("99+ new"))
    return ngettext("%(count)s new", "%(count)s new", count) % {"count": digits(count)}
