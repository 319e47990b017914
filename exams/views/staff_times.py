"""Staff pages about the time of a sitting: move it before it opens, end it while it runs."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.selectors import user_card
from exams import texts
from exams.domain.states import SITTING, SittingState
from exams.errors import SittingHasOpened, StartPassed
from exams.forms_exams import ReasonForm
from exams.forms_sittings import TimesForm, times_as_given
from exams.selectors.sittings import SittingView, sitting_view, working_count
from exams.services.early_ends import end_sitting
from exams.services.moving import move_sitting
from exams.views.staff_access import sitting_for
from kernel.machine import IllegalMove
from web.refusals import text_of

PAGE = require_http_methods(["GET", "HEAD", "POST"])


@PAGE
@login_required
def move(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Give a sitting that has not opened new times."""
    staff, seen, _rights = sitting_for(request, sitting_id, "schedule")
    if seen.state is not SittingState.SCHEDULED:
        raise SittingHasOpened(state=seen.state.value)
    form = TimesForm(_posted(request), initial=times_as_given(seen.times))
    if request.method == "POST" and form.is_valid():
        try:
            moved = move_sitting(sitting_id, times=form.times(), actor_id=staff.user_id)
        except StartPassed as refusal:  # it passed while the form was on its way
            form.add_error("starts_at", text_of(refusal.code))
        else:
            _tell_moved(request, moved=moved)
            return redirect("exams:sitting", sitting_id)
    status = 422 if form.errors else 200
    return render(
        request, "exams/staff/move_sitting.html", {"sitting": seen, "form": form}, status=status
    )


def _posted(request: HttpRequest) -> Any:  # noqa: ANN401 what a form takes
    return request.POST if request.method == "POST" else None


def _tell_moved(request: HttpRequest, *, moved: bool) -> None:
    if not moved:
        messages.info(request, _("These were its times already; nothing has changed."))
        return
    said = _(
        "Moved. Candidates and staff see the new time now. Reminders follow it; notices with a "
        "time of their own are drafts again, and a correction is drafted where one has gone out."
    )
    messages.success(request, said)


@PAGE
@login_required
def end(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """End a running sitting for everybody: first how many still write, then the reason."""
    staff, seen, _rights = sitting_for(request, sitting_id, "lead")
    if seen.ended_early is not None:
        return _ended_before(request, seen)
    if seen.state is not SittingState.RUNNING:
        raise IllegalMove(SITTING.name, seen.state.value, "end_early")
    form = ReasonForm(_posted(request))
    form.fields["reason"].help_text = _("Every candidate reads it.")
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if not end_sitting(sitting_id, actor_id=staff.user_id, reason=reason):
            return _ended_before(request, sitting_view(sitting_id))
        messages.success(
            request,
            _("Ended. Answers on their way are still taken; then everybody is handed in."),
        )
        return redirect("exams:sitting", sitting_id)
    status = 422 if form.errors else 200
    return render(request, "exams/staff/end_sitting.html", _end_context(seen, form), status=status)


def _end_context(seen: SittingView, form: forms.Form) -> dict[str, Any]:
    return {
        "sitting": seen,
        "form": form,
        "working": working_count(seen.id),
        "grace": seen.policy.grace_s,
    }


def _ended_before(request: HttpRequest, seen: SittingView) -> HttpResponse:
    """Somebody was faster: say who, as what and why, and change nothing."""
    early = seen.ended_early
    assert early is not None
    said = _("%(name)s (%(role)s) has ended this sitting already: %(reason)s")
    who = {"name": user_card(early.by_id).name, "role": texts.LEADING_ROLES[early.role]}
    messages.info(request, said % {**who, "reason": early.reason})
    return redirect("exams:sitting", seen.id)
