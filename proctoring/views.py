"""Pages of the board: the list of sittings to watch, and the wall itself (an island)."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from proctoring.policies import watch_of, watchable_sittings


@require_safe
@login_required
def walls(request: HttpRequest) -> HttpResponse:
    """List the sittings that this person may watch, the running ones first."""
    sittings = watchable_sittings(_user_id(request))
    return render(request, "proctoring/walls.html", {"sittings": sittings})


@require_safe
@login_required
def wall(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Show the board of one sitting to who may watch it."""
    watch = watch_of(_user_id(request), sitting_id)
    context = {"watch": watch, "props": {"sitting": sitting_id}}
    return render(request, "proctoring/wall.html", context)


def _user_id(request: HttpRequest) -> int:
    user_id: Any = request.user.pk  # login_required has seen to it
    return int(user_id)
