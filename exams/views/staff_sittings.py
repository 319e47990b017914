"""Staff pages about sittings: list, schedule, one sitting with its candidates and its acts."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import Forbidden
from accounts.policies import can_manage_accommodations
from accounts.roles import Role
from accounts.selectors import class_card, class_cards, classes_of, members_of_class
from exams.domain.configuration import deviations_of
from exams.domain.states import UNFINISHED, ExamState
from exams.forms_exams import ReasonForm
from exams.forms_sittings import CandidateForm, SittingForm
from exams.selectors.configurations import configuration_of_exam
from exams.selectors.exams import exams_of_institution
from exams.selectors.progress import wall_rows
from exams.selectors.sittings import SittingView, candidate_ids, sittings_of_classes
from exams.services import scheduling, sittings as lives
from exams.views.staff_access import (
    Staff,
    rights_of,
    schedulable_classes,
    sitting_for,
    staff_of,
)
from kernel import clock, wire

FIRST_START = timedelta(days=1)


@require_safe
@login_required
def sittings(request: HttpRequest) -> HttpResponse:
    """List the sittings of one's classes: what is to come first, then what is over."""
    staff = staff_of(request)
    everything = _visible(staff)
    if not everything and not schedulable_classes(staff) and not _works_on_sittings(staff):
        raise Forbidden
    names = class_cards(one.class_group_id for one in everything)
    query = wire.plain(request.GET.get("q", "")).strip()
    everything = [one for one in everything if _fits(one, query)]
    context = {
        "query": query,
        "coming": [
            (one, names[one.class_group_id]) for one in everything if one.state in UNFINISHED
        ],
        "past": [
            (one, names[one.class_group_id])
            for one in everything[::-1]
            if one.state not in UNFINISHED
        ],
        "may_schedule": bool(schedulable_classes(staff)),
        "may_accommodate": can_manage_accommodations(
            staff.roles, institution_id=staff.institution_id
        ),
    }
    return render(request, "exams/staff/sittings.html", context)


def _fits(one: SittingView, query: str) -> bool:
    """Whether a sitting has these words in its title, or this code."""
    return query.casefold() in one.title.casefold() or query.upper() == one.code


def _visible(staff: Staff) -> list[SittingView]:
    listed = sittings_of_classes([one.id for one in classes_of(staff.user_id)])
    rights = rights_of(staff, listed)
    return [one for one in listed if rights[one.id].any]


def _works_on_sittings(staff: Staff) -> bool:
    return staff.roles.holds_anywhere(
        {Role.INVIGILATOR, Role.CHIEF_INVIGILATOR, Role.GRADER, Role.ADMIN}
    )


@login_required
def schedule(request: HttpRequest) -> HttpResponse:
    """Schedule an approved exam for a class; every paper is drawn now."""
    staff = staff_of(request)
    classes = schedulable_classes(staff)
    if not classes:
        raise Forbidden
    institutions = {one.institution_id for one in classes}
    exams = [
        exam
        for institution_id in institutions
        for exam in exams_of_institution(institution_id)
        if exam.state is ExamState.APPROVED
    ]
    form = SittingForm(
        request.POST or None, exams=exams, classes=classes, initial=_suggestion(request)
    )
    if request.method == "POST" and form.is_valid():
        sitting_id = scheduling.schedule_sitting(
            exam_id=form.cleaned_data["exam_id"],
            class_group_id=form.cleaned_data["class_id"],
            plan=form.plan(),
            actor_id=staff.user_id,
        )
        messages.success(request, _("Scheduled. Every candidate has a paper already."))
        return redirect("exams:sitting", sitting_id)
    return render(request, "exams/staff/schedule.html", {"form": form, "exams": exams})


def _suggestion(request: HttpRequest) -> dict[str, object]:
    starts = (clock.now() + FIRST_START).replace(minute=0, second=0, microsecond=0)
    return {
        "exam_id": request.GET.get("exam"),
        "starts_at": starts,
        "closes_at": starts + timedelta(minutes=75),
    }


@require_safe
@login_required
def sitting(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Show one sitting: times, rules, candidates, and what may be done with it."""
    _staff, seen, rights = sitting_for(request, sitting_id)
    context = {
        "sitting": seen,
        "rights": rights,
        "class": class_card(seen.class_group_id),
        "deviations": deviations_of(seen.policy, configuration_of_exam(seen.exam_id)),
        "rows": list(wall_rows(sitting_id).values()),
        "is_open": seen.state in UNFINISHED,
        "reason_form": ReasonForm(),
        "candidate_form": _candidate_form(seen)
        if rights.schedule and seen.state in UNFINISHED
        else None,
    }
    if request.headers.get("HX-Request"):
        return render(request, "exams/staff/sitting_rows.html", context)
    return render(request, "exams/staff/sitting.html", context)


def _candidate_form(seen: SittingView, data: object = None) -> CandidateForm | None:
    """Return the form for late candidates, or None when the whole class is registered."""
    known = set(candidate_ids(seen.id))
    members = members_of_class(seen.class_group_id, Role.STUDENT)
    others = [one for one in members if one.id not in known]
    return CandidateForm(data, students=others) if others else None


@require_POST
@login_required
def move(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Open the lobby, start or cancel a sitting by hand."""
    staff, _seen, _rights = sitting_for(request, sitting_id, "schedule")
    match request.POST.get("act"):
        case "lobby":
            lives.open_lobby(sitting_id, actor_id=staff.user_id)
            messages.success(request, _("The lobby is open."))
        case "start":
            lives.start_sitting(sitting_id, actor_id=staff.user_id)
            messages.success(request, _("Started. Candidates in the lobby begin now."))
        case "cancel":
            reason = wire.plain(request.POST.get("reason", ""))
            lives.cancel_sitting(sitting_id, actor_id=staff.user_id, reason=reason)
            messages.success(request, _("Cancelled. The class chat is free again."))
        case _:
            raise wire.BadMessage(reason="act")
    return redirect("exams:sitting", sitting_id)


@require_POST
@login_required
def register(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Register one more student of the class."""
    staff, seen, _rights = sitting_for(request, sitting_id, "schedule")
    form = _candidate_form(seen, request.POST)
    if form is None or not form.is_valid():
        messages.error(request, _("Choose a student and check the numbers."))
        return redirect("exams:sitting", sitting_id)
    scheduling.register_candidate(
        sitting_id,
        student_id=form.cleaned_data["student_id"],
        actor_id=staff.user_id,
        allowance=form.allowance(),
    )
    messages.success(request, _("Registered; the paper is drawn."))
    return redirect("exams:sitting", sitting_id)
