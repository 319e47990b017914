"""Pages and JSON of the chat. Messages themselves go through the socket (chat/topics.py)."""

from typing import Final
from uuid import UUID

import msgspec
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.selectors import user_card
from chat import selectors, services
from chat.domain import MAX_BODY_CHARS, RoomKind
from chat.errors import SignInNeeded
from chat.wire import Entry
from kernel import wire

FAR_FUTURE: Final = 2**53


class HistoryBody(msgspec.Struct, frozen=True):
    """A page of older entries, oldest first."""

    entries: list[Entry]
    more: bool


class RemoveForm(wire.Message, frozen=True):
    """Why a message is removed; the person who wrote it may ask."""

    reason: str


@require_GET
@login_required
def rooms(request: HttpRequest) -> HttpResponse:
    """List the rooms of the signed-in person."""
    user_id = _user_id(request)
    services.ensure_rooms_of(user_id=user_id)
    cards = selectors.rooms_of(user_id)
    return render(request, "chat/rooms.html", {"rooms": cards, "staff": RoomKind.STAFF})


@require_GET
@login_required
def room(request: HttpRequest, room_id: UUID) -> HttpResponse:
    """Show one room; the island fills itself over the socket."""
    entrance = selectors.enter_room(room_id, _user_id(request))
    title = entrance.room.class_group.name
    me = user_card(entrance.viewer_id)
    props = {
        "room": str(room_id),
        "title": title,
        "kind": entrance.room.kind,
        "me": me.id,
        "name": me.name,
        "initials": me.initials,
        "limit": MAX_BODY_CHARS,
    }
    return render(request, "chat/room.html", {"title": title, "props": props})


@require_GET
def history(request: HttpRequest, room_id: UUID) -> HttpResponse:
    """Return entries older than `?before=`."""
    before = _whole(request.GET.get("before", ""))
    page = selectors.history_page(room_id, _user_id(request), before=before)
    body = msgspec.json.encode(HistoryBody(page.entries, page.more))
    response = HttpResponse(body, content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def remove(request: HttpRequest, room_id: UUID, seq: int) -> HttpResponse:
    """Take a message out of sight (staff)."""
    form = wire.decode(request.body, RemoveForm)
    services.remove_message(
        room_id=room_id, seq=seq, moderator_id=_user_id(request), reason=form.reason
    )
    return JsonResponse({"seq": seq})


@require_POST
def reveal(request: HttpRequest, room_id: UUID, seq: int) -> HttpResponse:
    """Return the text of a removed message (staff); looking is recorded."""
    body = services.reveal_message(room_id=room_id, seq=seq, moderator_id=_user_id(request))
    return JsonResponse({"seq": seq, "body": body})


def _user_id(request: HttpRequest) -> int:
    if not request.user.is_authenticated or request.user.pk is None:
        raise SignInNeeded
    return int(request.user.pk)


def _whole(text: str) -> int:
    """Return a sequence number from a query; without one, a number above all others."""
    if not text:
        return FAR_FUTURE
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise wire.BadMessage(reason="before")
    return int(text)
