"""The time ledger of a sitting: what was given to whom, time for everybody, and taking it back."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST

from accounts.selectors import user_cards
from exams.domain.states import UNFINISHED
from exams.errors import SittingUnknown
from exams.forms_sittings import GrantForm
from exams.selectors.progress import wall_rows
from exams.selectors.sittings import grants_of_sitting
from exams.services import attempts
from exams.views.staff_access import sitting_for
from kernel.wire import plain
from web.templatetags.web import digits


@login_required
def ledger(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Show every entry of the ledger; a POST gives everybody time."""
    staff, seen, _rights = sitting_for(request, sitting_id, "lead")
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        extra = timedelta(minutes=form.cleaned_data["minutes"])
        reached = attempts.extend_sitting(
            sitting_id, extra=extra, actor_id=staff.user_id, reason=form.cleaned_data["reason"]
        )
        said = ngettext(
            "It reaches %(n)s candidate now.", "It reaches %(n)s candidates now.", reached
        )
        messages.success(request, said % {"n": digits(reached)})
        return redirect("exams:time_ledger", sitting_id)
    grants = grants_of_sitting(sitting_id)
    names = {attempt: row.name for attempt, row in wall_rows(sitting_id).items()}
    people = user_cards({one.granted_by_id or 0 for one in grants})
    context = {
        "sitting": seen,
        "form": form,
        "is_open": seen.state in UNFINISHED,
        "grants": [
            (one, names.get(one.attempt_id or 0), people.get(one.granted_by_id or 0))
            for one in grants
        ],
    }
    return render(request, "exams/staff/time_ledger.html", context)


@require_POST
@login_required
def take_back(request: HttpRequest, sitting_id: int, grant_id: int) -> HttpResponse:
    """Take one entry of the ledger back, with a reason."""
    staff, _seen, _rights = sitting_for(request, sitting_id, "lead")
    if grant_id not in {one.id for one in grants_of_sitting(sitting_id)}:
        raise SittingUnknown(grant=grant_id)
    attempts.revoke_grant(
        grant_id, actor_id=staff.user_id, reason=plain(request.POST.get("reason", ""))[:500]
    )
    messages.success(request, _("Taken back; nobody loses the last minute."))
    return redirect("exams:time_ledger", sitting_id)
