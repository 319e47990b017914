"""Graders' pages of a regrade: propose, preview, approve by somebody else, reject."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.selectors import user_cards
from exams.domain.regrade import NewPoints, RegradeState
from exams.errors import (
    RegradeInvalid,
    RegradeStale,
    RegradeUnknown,
    ReviewOutdated,
    SecondPersonNeeded,
)
from exams.forms_regrade import CorrectionForm, PointsForm, RegradeForm
from exams.selectors.attempts import attempt_facts
from exams.selectors.corrections import corrections_of
from exams.selectors.regrades import (
    changes_of,
    corrections_in_force,
    questions_of_sitting,
    regrade_under_way,
    regrade_view,
    regrades_of,
    sitting_of_regrade,
)
from exams.selectors.sittings import SittingView
from exams.services import regrade
from exams.views.staff_access import Rights, Staff, sitting_for
from kernel.wire import plain
from web.refusals import text_of

PAGE = require_http_methods(["GET", "HEAD", "POST"])


@PAGE
@login_required
def regrades(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """List the regrades of a sitting; a POST opens a new one."""
    staff, sitting, rights = sitting_for(request, sitting_id, "grade")
    form = RegradeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        run_id = regrade.open_regrade(sitting_id, reason=reason, actor_id=staff.user_id)
        return redirect("exams:regrade_run", run_id)
    context = {
        "sitting": sitting,
        "rights": rights,
        "form": form,
        "runs": regrades_of(sitting_id),
        "under_way": regrade_under_way(sitting_id),
        "corrections": corrections_in_force(sitting_id),
        "is_over": sitting.closed_at is not None and sitting.state != "cancelled",
    }
    return render(request, "exams/staff/regrades.html", context, status=_status(form))


def _run_for(
    request: HttpRequest, run_id: int, right: str = "grade"
) -> tuple[Staff, SittingView, Rights]:
    """Return who asks, if they hold the right over the regrade's sitting."""
    return sitting_for(request, sitting_of_regrade(run_id), right)


@require_safe
@login_required
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show what a regrade proposes and what it comes to; the preview is followed live."""
    staff, sitting, rights = _run_for(request, run_id)
    seen = regrade_view(run_id)
    context = {
        "sitting": sitting,
        "run": seen,
        "people": user_cards([*seen.editors, seen.created_by_id, seen.decided_by_id or 0]),
        "changes": changes_of(run_id) if seen.state is not RegradeState.DRAFT else [],
        "questions": questions_of_sitting(sitting.id) if seen.is_open else [],
        "may_approve": rights.release and staff.user_id not in seen.editors,
        "is_busy": seen.previewing or seen.state is RegradeState.APPROVED,
        "reject_form": RegradeForm(),
    }
    part = request.headers.get("HX-Request")
    page = "exams/staff/regrade_body.html" if part else "exams/staff/regrade.html"
    response = render(request, page, context)
    if part and not context["is_busy"]:
        response["HX-Refresh"] = "true"  # buttons outside of the part depend on the state
    return response


@PAGE
@login_required
def correct(request: HttpRequest, run_id: int, question_id: int) -> HttpResponse:
    """Say what holds for one question from now on."""
    staff, sitting, _rights = _run_for(request, run_id)
    questions = {question.id: (n, question) for n, question in questions_of_sitting(sitting.id)}
    if question_id not in questions:
        raise RegradeUnknown(run=run_id, question=question_id)
    number, question = questions[question_id]
    seen = regrade_view(run_id)
    proposed = {line.question_id: line.correction for line in seen.corrections}
    in_force = corrections_of(sitting.id).get(question_id)
    if request.POST.get("take_back") == "1":
        regrade.correct_question(run_id, question_id, None, actor_id=staff.user_id)
        return redirect("exams:regrade_run", run_id)
    data = request.POST if request.method == "POST" else None
    form = CorrectionForm(question, data, held=proposed.get(question_id) or in_force)
    if request.method == "POST" and form.is_valid() and form.correction:
        regrade.correct_question(run_id, question_id, form.correction, actor_id=staff.user_id)
        messages.success(request, _("The proposal says so now. Compute the preview."))
        return redirect("exams:regrade_run", run_id)
    context = {
        "sitting": sitting,
        "run": seen,
        "question": question,
        "number": number,
        "form": form,
        "in_force": in_force,
    }
    return render(request, "exams/staff/regrade_question.html", context, status=_status(form))


@require_POST
@login_required
def drop(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take one part out of the proposal."""
    staff, _sitting, _rights = _run_for(request, run_id)
    regrade.drop_part(run_id, request.POST.get("part", "")[:80], actor_id=staff.user_id)
    return redirect("exams:regrade_run", run_id)


@require_POST
@login_required
def preview(request: HttpRequest, run_id: int) -> HttpResponse:
    """Ask for the preview."""
    staff, _sitting, _rights = _run_for(request, run_id)
    try:
        regrade.ask_preview(run_id, actor_id=staff.user_id)
    except RegradeInvalid:
        messages.error(request, _("The regrade changes nothing yet. Say first what is to change."))
    return redirect("exams:regrade_run", run_id)


@require_POST
@login_required
def approve(request: HttpRequest, run_id: int) -> HttpResponse:
    """Approve what the preview shows."""
    staff, _sitting, _rights = _run_for(request, run_id, "release")
    given = request.POST.get("edition", "")
    edition = int(given[:9]) if given.isdecimal() else None
    try:
        regrade.approve_regrade(run_id, actor_id=staff.user_id, edition=edition)
    except ReviewOutdated as error:
        messages.error(request, text_of(error.code))
    except RegradeStale:
        said = _("Marks have changed since the preview. Compute it again, then decide.")
        messages.error(request, said)
    except RegradeInvalid:
        said = _("Released results would wait for a person. Propose their points first.")
        messages.error(request, said)
    except SecondPersonNeeded:
        messages.error(request, _("Somebody who did not write in the proposal has to approve it."))
    else:
        messages.success(request, _("Approved. The results are being changed."))
    return redirect("exams:regrade_run", run_id)


@require_POST
@login_required
def reject(request: HttpRequest, run_id: int) -> HttpResponse:
    """Reject the regrade, or give an own one up."""
    staff, _sitting, _rights = _run_for(request, run_id)
    reason = plain(request.POST.get("reason", ""))[:500]
    if reason:
        regrade.reject_regrade(run_id, actor_id=staff.user_id, reason=reason)
        messages.success(request, _("Rejected. No result has changed."))
    else:
        messages.error(request, _("Say why; the reason is kept with the regrade."))
    return redirect("exams:regrade_run", run_id)


@require_POST
@login_required
def propose_points(request: HttpRequest, attempt_id: int, question_id: int) -> HttpResponse:
    """Propose other points for one answer of a released result, in the regrade under way."""
    facts = attempt_facts(attempt_id)
    staff, sitting, _rights = sitting_for(request, facts.sitting_id, "grade")
    form, reason = PointsForm(request.POST), plain(request.POST.get("reason", ""))[:500]
    if not form.is_valid():
        messages.error(request, _("Enter the points as a number."))
        return redirect("exams:paper", attempt_id)
    given = NewPoints(
        attempt=attempt_id,
        question=question_id,
        points=form.cleaned_data["points"],
        comment=form.cleaned_data["comment"],
    )
    run_id = regrade.propose_at_paper(sitting.id, given, reason=reason, actor_id=staff.user_id)
    messages.success(
        request, _("The points are proposed. They count once the regrade is approved.")
    )
    return redirect("exams:regrade_run", run_id)


def _status(form: object) -> int:
    return 422 if getattr(form, "errors", None) else 200
