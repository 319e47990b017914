"""Graders' pages of marking by people: the queue, one answer after the other, how it is done."""

from http import HTTPStatus
from pathlib import PurePath
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import Forbidden
from accounts.selectors import user_cards
from exams.domain.marking import MarkingState
from exams.errors import AnswerClaimed, MarkingBegun, ResultUnknown, SecondPersonNeeded
from exams.forms_marking import PickForm, PlanForm
from exams.forms_sittings import MarkForm
from exams.selectors.markingplans import has_begun, marking_rules
from exams.selectors.markings import (
    MarkingView,
    discrepancies,
    marking_queue,
    marking_view,
    may_mark,
    sitting_of_marking,
)
from exams.services import markingplans, markings
from exams.services.markings import GivenPoints
from exams.views.staff_access import sitting_for
from scanner.services import open_upload

PAGE = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@login_required
def marking(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Show how far people are with each question, what differs, and how it is done."""
    _staff, sitting, rights = sitting_for(request, sitting_id, "grade")
    rules, differing = marking_rules(sitting_id), discrepancies(sitting_id)
    lines = marking_queue(sitting_id)
    context = {
        "sitting": sitting,
        "rights": rights,
        "rules": rules,
        "lines": lines,
        "numbers": {line.question_id: line.number for line in lines},
        "differing": differing,
        "people": user_cards({one for row in differing for one in row.markers}),
        "may_plan": rights.release and not has_begun(sitting_id),
        "form": PlanForm(initial=_initial(rules)),
        "settled": sum(line.settled for line in lines),
        "all": sum(line.all for line in lines),
    }
    part = request.headers.get("HX-Request")
    page = "exams/staff/marking_body.html" if part else "exams/staff/marking.html"
    return render(request, page, context)


def _initial(rules: object) -> dict[str, object]:
    names = ("blind", "second_marker", "tolerance_percent", "agreement", "show_criteria")
    return {name: getattr(rules, name) for name in names}


@require_POST
@login_required
def plan(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Say how the sitting is marked."""
    staff, _sitting, _rights = sitting_for(request, sitting_id, "release")
    form = PlanForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The tolerance is a percentage from 0 to 100."))
        return redirect("exams:marking", sitting_id)
    try:
        markingplans.set_marking_rules(sitting_id, form.rules(), actor_id=staff.user_id)
    except MarkingBegun:
        messages.error(request, _("Marking has begun. How it is done stays as it is."))
    else:
        messages.success(request, _("Saved. It holds for every answer that a person marks."))
    return redirect("exams:marking", sitting_id)


@require_POST
@login_required
def next_answer(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Claim the next answer, of one question if it is named, and open it."""
    staff, _sitting, _rights = sitting_for(request, sitting_id, "grade")
    wanted = request.POST.get("question", "")
    question_id = int(wanted[:18]) if wanted.isdecimal() else None
    return _open_next(request, sitting_id, staff.user_id, question_id)


def _open_next(
    request: HttpRequest, sitting_id: int, actor_id: int, question_id: int | None
) -> HttpResponse:
    marking_id = markings.claim_next(sitting_id, actor_id=actor_id, question_id=question_id)
    if marking_id is None:
        messages.success(request, _("There is nothing more here that you can mark now."))
        return redirect("exams:marking", sitting_id)
    only = "?" + urlencode({"question": question_id}) if question_id else ""
    return redirect(reverse("exams:mark_one", args=[marking_id]) + only)


@PAGE
@login_required
def answer(request: HttpRequest, marking_id: int) -> HttpResponse:
    """Show one claimed answer and take its points; after saving comes the next one."""
    staff, sitting, _rights = sitting_for(request, sitting_of_marking(marking_id), "grade")
    try:
        markings.claim(marking_id, actor_id=staff.user_id)
        seen = marking_view(marking_id)
        form = _form_of(seen, request)
        if request.method == "POST" and form.is_valid():
            _give(request, seen, form, staff.user_id)
            only = request.GET.get("question", "")
            wanted = int(only[:18]) if only.isdecimal() else None
            return _open_next(request, sitting.id, staff.user_id, wanted)
    except (AnswerClaimed, SecondPersonNeeded):
        messages.error(request, _("Somebody else is marking this answer, or you have marked it."))
        return redirect("exams:marking", sitting.id)
    context = {"sitting": sitting, "seen": seen, "form": form, "answer": seen}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "exams/staff/marking_answer.html", context, status=status)


def _form_of(seen: MarkingView, request: HttpRequest) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    if seen.rubric and seen.rubric.criteria:
        return PickForm(seen.rubric, data, is_read=seen.shows_criteria)
    return MarkForm(data, possible=seen.possible)


def _give(request: HttpRequest, seen: MarkingView, form: forms.Form, actor_id: int) -> None:
    comment = form.cleaned_data["comment"]
    given = (
        GivenPoints(levels=form.levels(), remarks=form.remarks(), comment=comment)
        if isinstance(form, PickForm)
        else GivenPoints(points=form.cleaned_data["points"], comment=comment)
    )
    state = markings.give_mark(seen.marking_id, given, actor_id=actor_id)
    said = {
        MarkingState.FIRST_IN: _("Saved. Somebody else gives the second mark."),
        MarkingState.DISPUTED: _("Saved. The two marks differ; a third person decides."),
    }
    messages.success(request, said.get(state, _("The points are saved.")))


@require_POST
@login_required
def later(request: HttpRequest, marking_id: int) -> HttpResponse:
    """Give an answer back unmarked."""
    staff, sitting, _rights = sitting_for(request, sitting_of_marking(marking_id), "grade")
    markings.let_go(marking_id, actor_id=staff.user_id)
    return redirect("exams:marking", sitting.id)


@require_safe
@login_required
def file(request: HttpRequest, marking_id: int) -> HttpResponse | FileResponse:
    """Give out the file of a claimed answer under a name that says nothing of its author."""
    staff, _sitting, _rights = sitting_for(request, sitting_of_marking(marking_id), "grade")
    if not may_mark(marking_id, staff.user_id):
        raise Forbidden
    seen = marking_view(marking_id)
    if seen.upload is None:
        raise ResultUnknown(marking=marking_id)
    opened = open_upload(seen.upload, viewer_id=staff.user_id)
    name = f"answer-{marking_id}{PurePath(opened.card.name).suffix}"
    response = FileResponse(
        opened.file, as_attachment=True, filename=name, content_type=opened.card.mime
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
