"""Pages about accommodations: who has what, giving, changing and ending, with a look ahead."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import policies
from accounts.errors import Forbidden
from accounts.roles import Role
from accounts.selectors import UserCard, ids_with_role, user_card, user_cards
from exams.forms_accommodations import (
    AccommodationForm,
    ChangedAccommodationForm,
    NewAccommodationForm,
    accommodation_as_given,
)
from exams.forms_exams import ReasonForm
from exams.selectors.accommodations import (
    AccommodationView,
    accommodation_view,
    accommodations_of_institution,
    accommodations_of_student,
    preview_of,
    standing_of,
)
from exams.services import accommodations as services
from exams.views.staff_access import Staff, staff_of
from kernel import clock
from kernel.errors import DomainError
from web.refusals import text_of

PAGE = require_http_methods(["GET", "HEAD", "POST"])


def _manager_of(request: HttpRequest) -> Staff:
    """Return who asks, if they manage accommodations of their institution.

    Raises:
        Forbidden: They do not.
    """
    staff = staff_of(request)
    if not policies.can_manage_accommodations(staff.roles, institution_id=staff.institution_id):
        raise Forbidden
    return staff


@require_safe
@login_required
@never_cache
def accommodations(request: HttpRequest) -> HttpResponse:
    """List what stands, by the name of the person."""
    staff = _manager_of(request)
    standing = accommodations_of_institution(staff.institution_id)
    names = user_cards(one.student_id for one in standing)
    context = {"rows": [(one, names[one.student_id]) for one in standing]}
    return render(request, "exams/staff/accommodations.html", context)


@PAGE
@login_required
@never_cache
def new_accommodation(request: HttpRequest) -> HttpResponse:
    """Give a person an accommodation; the first press shows which sittings it changes."""
    staff = _manager_of(request)
    form = NewAccommodationForm(
        request.POST if request.method == "POST" else None,
        students=_students_without(staff),
        initial={"student_id": request.GET.get("student"), "valid_from": clock.now().date()},
    )
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        student_id, plan = form.cleaned_data["student_id"], form.plan()
        if _is_confirmed(request) and _done(
            form,
            lambda: services.give_accommodation(
                institution_id=staff.institution_id,
                student_id=student_id,
                plan=plan,
                actor_id=staff.user_id,
            ),
        ):
            messages.success(request, _("Given; every sitting to come has it."))
            return redirect("exams:accommodations")
        context |= _looking_ahead(student_id, staff, plan)
    return _form_page(request, "exams/staff/accommodation_new.html", context)


def _students_without(staff: Staff) -> list[UserCard]:
    ids = ids_with_role(staff.institution_id, Role.STUDENT)
    have = standing_of(staff.institution_id)
    cards = user_cards(ids)
    return [cards[one] for one in ids if one not in have]


@PAGE
@login_required
@never_cache
def accommodation(request: HttpRequest, accommodation_id: int) -> HttpResponse:
    """Show one accommodation with what its person had before; a POST puts another in its place."""
    staff = _manager_of(request)
    seen = accommodation_view(accommodation_id, staff.institution_id)
    form = ChangedAccommodationForm(
        request.POST if request.method == "POST" else None, initial=accommodation_as_given(seen)
    )
    context: dict[str, Any] = {**_person_context(seen, staff), "form": form}
    if request.method == "POST" and form.is_valid():
        plan = form.plan()
        if _is_confirmed(request) and _done(
            form,
            lambda: services.change_accommodation(
                accommodation_id,
                plan=plan,
                actor_id=staff.user_id,
                reason=form.cleaned_data["reason"],
            ),
        ):
            messages.success(request, _("Changed; what stood until now is kept below."))
            latest = standing_of(staff.institution_id, [seen.student_id])[seen.student_id]
            return redirect("exams:accommodation", latest.id)
        context |= _looking_ahead(seen.student_id, staff, plan)
    return _form_page(request, "exams/staff/accommodation.html", context)


@require_POST
@login_required
def end_accommodation(request: HttpRequest, accommodation_id: int) -> HttpResponse:
    """End an accommodation, with a reason."""
    staff = _manager_of(request)
    seen = accommodation_view(accommodation_id, staff.institution_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why."))
        return redirect("exams:accommodation", accommodation_id)
    services.end_accommodation(seen.id, actor_id=staff.user_id, reason=form.cleaned_data["reason"])
    messages.success(request, _("Ended. Attempts that have started keep their time."))
    return redirect("exams:accommodation", accommodation_id)


def _is_confirmed(request: HttpRequest) -> bool:
    return request.POST.get("act") == "save"


def _done(form: AccommodationForm, act: Any) -> bool:  # noqa: ANN401 a service's call
    """Run a service; show its refusal above the form."""
    try:
        act()
    except DomainError as refusal:
        form.add_error(None, str(text_of(refusal.code)))
        return False
    return True


def _looking_ahead(
    student_id: int, staff: Staff, plan: services.AccommodationPlan
) -> dict[str, Any]:
    effects = preview_of(student_id, staff.institution_id, (plan.adjustment, plan.validity))
    return {"effects": effects, "previewed": True}


def _person_context(seen: AccommodationView, staff: Staff) -> dict[str, Any]:
    history: Sequence[AccommodationView] = accommodations_of_student(
        seen.student_id, staff.institution_id
    )
    people = user_cards(
        {pk for one in history for pk in (one.created_by_id, one.ended_by_id) if pk}
    )
    return {
        "accommodation": seen,
        "person": user_card(seen.student_id),
        "history": [
            (one, people.get(one.created_by_id), people.get(one.ended_by_id or 0))
            for one in history
        ],
        "reason_form": ReasonForm(),
        "ending": preview_of(seen.student_id, staff.institution_id, None),
    }


def _form_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    status = 422 if context["form"].errors else 200
    return render(request, template, context, status=status)
