"""The candidate's HTTP: lobby, room, and the JSON interface of an attempt."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import msgspec
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from exams.domain.states import AttemptState, SittingState
from exams.errors import SignedOut
from exams.selectors.attempts import attempt_of, snapshot
from exams.selectors.browsers import session_entry
from exams.services import pages, taking
from exams.views import steps
from exams.views.steps import BROWSER_COOKIE, Caller
from exams.wire import AdvancePage, AttemptSnapshot, Leased, TakeLease
from kernel import wire

P = ParamSpec("P")
S = TypeVar("S", bound=msgspec.Struct)
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

BROWSER_COOKIE_AGE: Final = timedelta(days=2)  # longer than any exam, too short to follow anyone
IN_ROOM: Final = {AttemptState.RUNNING, AttemptState.PAUSED}


def signed_in(view: View[P]) -> View[P]:
    """Refuse a visitor with 401 instead of a redirect: the caller is a script."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            raise SignedOut
        return view(request, *args, **kwargs)

    return never_cache(guarded)


def _reply(body: msgspec.Struct) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(body), content_type="application/json")


def _user_id(request: HttpRequest) -> int:
    user_id: Any = request.user.pk
    return int(user_id)


@require_GET
@signed_in
def attempt(request: HttpRequest, attempt_id: int) -> HttpResponse:
    """Answer with the snapshot of the caller's own attempt."""
    return _reply(
        snapshot(attempt_id, _user_id(request), browser=_known_browser(request, attempt_id))
    )


@require_POST
@signed_in
def lease(request: HttpRequest, attempt_id: int) -> HttpResponse:
    """Make the caller's tab the one that writes."""
    body = wire.decode(request.body, TakeLease)
    browser = _known_browser(request, attempt_id) or secrets.token_hex(16)
    request.session[session_entry(attempt_id)] = browser
    token = taking.take_lease(
        attempt_id,
        student_id=_user_id(request),
        device=wire.plain(body.device),
        browser=browser,
        connection_id=body.connection,
    )
    response = _reply(Leased(lease=str(token)))
    response.set_cookie(
        BROWSER_COOKIE,
        browser,
        max_age=BROWSER_COOKIE_AGE,
        path=reverse("exams:attempt", args=[attempt_id]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def _known_browser(request: HttpRequest, attempt_id: int) -> str:
    """Return the random id that this browser has for this attempt; empty when it has none.

    A session that is new since, after signing in again, is told it for the sake of its sockets.
    """
    known = steps.known_browser(request.COOKIES)
    if known and request.session.get(session_entry(attempt_id)) != known:
        request.session[session_entry(attempt_id)] = known
    return known


def _caller(request: HttpRequest, attempt_id: int) -> Caller:
    return Caller(_user_id(request), _known_browser(request, attempt_id))


@require_POST
@signed_in
def start(request: HttpRequest, attempt_id: int) -> HttpResponse:
    """Start the attempt and answer with the snapshot, questions included."""
    return _reply(steps.start(attempt_id, _caller(request, attempt_id), request.body))


@require_POST
@signed_in
def answers(request: HttpRequest, attempt_id: int) -> HttpResponse:
    """Save answers; the reply is sent after their commit."""
    return _reply(steps.save(attempt_id, _caller(request, attempt_id), request.body))


@require_POST
@signed_in
def submit(request: HttpRequest, attempt_id: int) -> HttpResponse:
    """Hand in and answer with the receipt."""
    return _reply(steps.submit(attempt_id, _caller(request, attempt_id), request.body))


@require_POST
@signed_in
def advance(request: HttpRequest, attempt_id: int) -> HttpResponse:
    """Close the open page and answer with the snapshot of the next one."""
    body = wire.decode(request.body, AdvancePage)
    user_id, browser = _user_id(request), _known_browser(request, attempt_id)
    pages.advance_page(
        attempt_id,
        student_id=user_id,
        lease=body.lease,
        page=body.page,
        digest={steps.number_of(question): seq for question, seq in body.digest.items()},
        browser=browser,
    )
    return _reply(snapshot(attempt_id, user_id, browser=browser))


@require_GET
@login_required
@never_cache
def lobby(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Show the check-in page; who is in the exam already goes to the room."""
    seen = snapshot(attempt_of(sitting_id, _user_id(request)), _user_id(request))
    if seen.state in IN_ROOM:
        return HttpResponseRedirect(reverse("exams:room", args=[sitting_id]))
    return render(request, "exams/lobby.html", _context(seen))


@require_GET
@login_required
@never_cache
def room(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Show the exam room; who has not started waits in the lobby, which goes on by itself."""
    seen = snapshot(attempt_of(sitting_id, _user_id(request)), _user_id(request))
    if seen.state == AttemptState.READY and seen.sitting.state != SittingState.RUNNING:
        return HttpResponseRedirect(reverse("exams:lobby", args=[sitting_id]))
    return render(request, "exams/room.html", _context(seen))


def _context(seen: AttemptSnapshot) -> dict[str, object]:
    """Return what both pages are made from. The props never carry a question."""
    base = reverse("exams:attempt", args=[seen.attempt])
    sitting_id = seen.sitting.id
    return {
        "attempt": seen,
        "sitting": seen.sitting,
        "props": {
            "attempt": seen.attempt,
            "sitting": msgspec.to_builtins(seen.sitting),
            "state": seen.state,
            "server_time": seen.server_time,
            "urls": {
                "attempt": base,
                "lease": f"{base}/lease",
                "start": f"{base}/start",
                "answers": f"{base}/answers",
                "submit": f"{base}/submit",
                "advance": f"{base}/advance",
                "lobby": reverse("exams:lobby", args=[sitting_id]),
                "room": reverse("exams:room", args=[sitting_id]),
                "offline": reverse("exams:offline"),
            },
            "topics": {
                "attempt": f"attempt:{seen.attempt}",
                "sitting": f"sitting:{sitting_id}",
                "media": f"media:{sitting_id}",
            },
        },
    }
