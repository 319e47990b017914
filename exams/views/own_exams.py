"""A student's own page: enter by code, what is to come, the timetable, what is owed in every exam."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import Forbidden
from accounts.roles import Role
from accounts.selectors import classes_of, own_roles
from exams.domain.states import LIVE, UNFINISHED
from exams.domain.timetable import Entry, by_start, entries_of
from exams.selectors.accommodations import accommodations_of_student
from exams.selectors.attempts import attempts_of_student
from exams.selectors.sittings import sitting_by_code
from exams.selectors.timetables import TimetableView, approved_timetables
from kernel.wire import plain


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def own_exams(request: HttpRequest) -> HttpResponse:
    """Show a student all that concerns them; a POST with a code opens that sitting's lobby."""
    user: Any = request.user
    if not own_roles(user).holds_anywhere({Role.STUDENT}):
        raise Forbidden
    if request.method == "POST":
        sitting_id = sitting_by_code(plain(request.POST.get("code", ""))[:20], user.pk)
        if sitting_id is not None:
            return redirect("exams:lobby", sitting_id)
        messages.error(request, _("None of your exams has this code. Check it letter by letter."))
        return redirect("exams:own_exams")
    attempts = attempts_of_student(user.pk)
    timetables = approved_timetables(one.id for one in classes_of(user.pk, Role.STUDENT))
    context = {
        "coming": [
            one for one in attempts if one.sitting_state in UNFINISHED and one.state in LIVE
        ],
        "timetables": [(one, _days_of(one)) for one in timetables],
        "accommodations": [
            one for one in accommodations_of_student(user.pk) if one.ended_at is None
        ],
    }
    return render(request, "exams/own_exams.html", context)


def _days_of(view: TimetableView) -> list[tuple[Entry, list[Entry]]]:
    """Return the entries by the day of their own zone; the first one stands for its day."""
    entries = by_start(entries_of(view.document))
    days = groupby(entries, key=lambda one: one.starts_at.date())
    grouped = [list(group) for _day, group in days]
    return [(group[0], group) for group in grouped]
