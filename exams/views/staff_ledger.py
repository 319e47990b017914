"""The time ledger of a sitting: what was given to whom, who has seen it, and taking it back."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.selectors import user_cards
from exams.domain.states import LIVE, UNFINISHED
from exams.errors import SittingUnknown
from exams.forms_ledger import GrantForm
from exams.selectors.ledger import GrantView, grants_of_sitting, rooms_of_sitting
from exams.selectors.progress import wall_rows
from exams.selectors.sittings import SittingView
from exams.services import grants
from exams.services.grants import Gift
from exams.views.staff_access import sitting_for
from kernel.wire import plain
from web.templatetags.web import digits


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ledger(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Show every entry of the ledger; a POST gives one, a room or everybody time."""
    staff, seen, _rights = sitting_for(request, sitting_id, "lead")
    rows = wall_rows(sitting_id)
    form = GrantForm(
        request.POST if request.method == "POST" else None,
        rooms=rooms_of_sitting(sitting_id),
        candidates={pk: row.name for pk, row in rows.items() if row.state in LIVE},
    )
    if request.method == "POST" and form.is_valid():
        reached = grants.give_time(
            sitting_id,
            Gift(
                timedelta(minutes=form.cleaned_data["minutes"]),
                actor_id=staff.user_id,
                reason=plain(form.cleaned_data["reason"]),
                request=form.request,
            ),
            to=form.scope,
        )
        said = ngettext(
            "It reaches %(n)s candidate now.", "It reaches %(n)s candidates now.", reached
        )
        messages.success(request, said % {"n": digits(reached)})
        return redirect("exams:time_ledger", sitting_id)
    names = {pk: row.name for pk, row in rows.items()}
    context = {"form": form, **_entries(seen, names)}
    status = 422 if form.errors else 200
    return render(request, "exams/staff/time_ledger.html", context, status=status)


def _entries(seen: SittingView, names: dict[int, str]) -> dict[str, Any]:
    entries = grants_of_sitting(seen.id)
    people = user_cards({pk for one in entries for pk in _people(one)})
    return {
        "sitting": seen,
        "is_open": seen.state in UNFINISHED,
        "grants": [
            (
                one,
                names.get(one.attempt_id or 0),
                people.get(one.granted_by_id or 0),
                people.get(one.revoked_by_id or 0),
            )
            for one in entries
        ],
    }


def _people(grant: GrantView) -> set[int]:
    return {pk for pk in (grant.granted_by_id, grant.revoked_by_id) if pk}


@require_safe
@login_required
def receipts(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Say who has seen what by now; the open page asks for it every few seconds."""
    _staff, seen, _rights = sitting_for(request, sitting_id, "lead")
    context = {"sitting": seen, "grants": grants_of_sitting(sitting_id)}
    return render(request, "exams/staff/time_receipts.html", context)


@require_POST
@login_required
def take_back(request: HttpRequest, sitting_id: int, grant_id: int) -> HttpResponse:
    """Take one entry of the ledger back, with a reason."""
    staff, _seen, _rights = sitting_for(request, sitting_id, "lead")
    if grant_id not in {one.id for one in grants_of_sitting(sitting_id)}:
        raise SittingUnknown(grant=grant_id)
    grants.revoke_grant(
        grant_id, actor_id=staff.user_id, reason=plain(request.POST.get("reason", ""))[:500]
    )
    messages.success(request, _("Taken back; nobody loses the last minute."))
    return redirect("exams:time_ledger", sitting_id)
