"""Pages: sittings to watch, the wall itself (an island), who is assigned, one's own record."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from exams.selectors.sittings import SittingView
from kernel import wire
from proctoring.errors import LastInvigilator
from proctoring.forms import AssignForm
from proctoring.policies import (
    may_watch,
    own_attempt,
    sitting_to_assign,
    watch_of,
    watchable_sittings,
)
from proctoring.record import record_of
from proctoring.selectors import assignable_to, assigned_to
from proctoring.services.assignments import assign_invigilator, remove_invigilator
from web.refusals import text_of


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


@require_safe
@login_required
@never_cache
def record(request: HttpRequest, attempt_id: int) -> HttpResponse:
    """Show what was recorded of one's own attempt, and who looked."""
    seen = record_of(own_attempt(_user_id(request), attempt_id))
    return render(request, "proctoring/record.html", {"record": seen})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def invigilators(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Show who is assigned to a sitting; add and remove."""
    sitting = sitting_to_assign(_user_id(request), sitting_id)
    if request.method != "POST":
        return _invigilators(request, sitting)
    match request.POST.get("act"):
        case "assign":
            return _assign(request, sitting)
        case "remove":
            return _remove(request, sitting)
        case _:
            raise wire.BadMessage(reason="act")


def _assign(request: HttpRequest, sitting: SittingView) -> HttpResponse:
    form = AssignForm(request.POST, people=assignable_to(sitting))
    if not form.is_valid():
        return _invigilators(request, sitting, form=form, status=422)
    assign_invigilator(
        sitting.id,
        invigilator_id=form.cleaned_data["invigilator_id"],
        actor_id=_user_id(request),
    )
    messages.success(request, _("Assigned. The board is open to them now."))
    return redirect("invigilators", sitting.id)


def _remove(request: HttpRequest, sitting: SittingView) -> HttpResponse:
    given = request.POST.get("invigilator_id", "")
    if not (given.isascii() and given.isdigit() and len(given) <= 18):
        raise wire.BadMessage(reason="invigilator_id")
    try:
        removed = remove_invigilator(
            sitting.id, invigilator_id=int(given), actor_id=_user_id(request)
        )
    except LastInvigilator as conflict:
        status = conflict.http_status
        return _invigilators(request, sitting, conflict=text_of(conflict.code), status=status)
    if removed:
        messages.success(request, _("Removed. Their board is closed."))
    return redirect("invigilators", sitting.id)


def _invigilators(
    request: HttpRequest,
    sitting: SittingView,
    *,
    form: AssignForm | None = None,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    people = assignable_to(sitting)
    context = {
        "sitting": sitting,
        "assigned": assigned_to(sitting.id),
        "form": form or (AssignForm(people=people) if people else None),
        "conflict": conflict,
        "may_watch": may_watch(_user_id(request), sitting.id),
    }
    return render(request, "proctoring/invigilators.html", context, status=status)


def _user_id(request: HttpRequest) -> int:
    user_id: Any = request.user.pk  # login_required has seen to it
    return int(user_id)
