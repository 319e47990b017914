"""Pages about timetables: list, editor, review, and the look ahead before sittings are made."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import policies
from accounts.errors import Forbidden
from accounts.selectors import classes_of_institution, user_cards
from exams.domain.documents import DocumentFault, UnreadableDocument, read_document, written
from exams.domain.timetable import SCHEMA, TimetableState, form_faults_of
from exams.errors import TimetableUnknown
from exams.forms_configuration import DocumentForm
from exams.forms_exams import ReasonForm
from exams.forms_timetables import (
    EntryFormSet,
    FrameForm,
    NewTimetableForm,
    document_of,
    frame_as_given,
    rows_as_given,
)
from exams.selectors.exams import exams_of_institution
from exams.selectors.timetables import (
    TimetableView,
    faults_of_timetable,
    planned_entries,
    timetable_view,
    timetables_of_institution,
)
from exams.services import timetables as services
from exams.views.configuration import attached
from exams.views.staff_access import Staff, staff_of
from kernel import clock, wire
from web.templatetags.web import digits

PAGE = require_http_methods(["GET", "HEAD", "POST"])


def _drafter_of(request: HttpRequest) -> Staff:
    staff = staff_of(request)
    if not policies.can_draft_timetables(staff.roles, institution_id=staff.institution_id):
        raise Forbidden
    return staff


def _timetable_for(request: HttpRequest, timetable_id: int) -> tuple[Staff, TimetableView]:
    """Return who asks and the timetable, if they draft timetables of its institution.

    Raises:
        TimetableUnknown: There is none, or it belongs to an institution they have nothing to do
            with.
        Forbidden: Their role does not include it.
    """
    staff, seen = staff_of(request), timetable_view(timetable_id)
    if not staff.belongs_to(seen.institution_id):
        raise TimetableUnknown(timetable=timetable_id)
    if not policies.can_draft_timetables(staff.roles, institution_id=seen.institution_id):
        raise Forbidden
    return staff, seen


@require_safe
@login_required
def timetables(request: HttpRequest) -> HttpResponse:
    """List the timetables of the institution, by class."""
    staff = _drafter_of(request)
    context = {
        "timetables": timetables_of_institution(staff.institution_id),
        "may_accommodate": policies.can_manage_accommodations(
            staff.roles, institution_id=staff.institution_id
        ),
    }
    return render(request, "exams/staff/timetables.html", context)


@PAGE
@login_required
def new_timetable(request: HttpRequest) -> HttpResponse:
    """Begin a timetable for a class."""
    staff = _drafter_of(request)
    form = NewTimetableForm(
        request.POST if request.method == "POST" else None,
        classes=classes_of_institution(staff.institution_id),
    )
    if request.method == "POST" and form.is_valid():
        timetable_id = services.draft_timetable(
            form.cleaned_data["class_id"],
            title=form.cleaned_data["title"],
            actor_id=staff.user_id,
        )
        return redirect("exams:edit_timetable", timetable_id)
    status = 422 if form.errors else 200
    return render(request, "exams/staff/timetable_new.html", {"form": form}, status=status)


@require_safe
@login_required
def timetable(request: HttpRequest, timetable_id: int) -> HttpResponse:
    """Show one timetable: entries, what is wrong, and what may be done next."""
    staff, seen = _timetable_for(request, timetable_id)
    return render(request, "exams/staff/timetable.html", _context(staff, seen))


def _context(staff: Staff, seen: TimetableView) -> dict[str, Any]:
    faults = faults_of_timetable(seen)
    where = {"institution_id": seen.institution_id, "class_id": seen.class_group_id}
    is_sound = not any(one.path.startswith(("zone", "term")) for one in faults.blocking)
    planned = (
        planned_entries(seen, clock.now())
        if is_sound and not any(one.path.endswith((".date", ".to")) for one in faults.blocking)
        else None
    )
    people = user_cards({seen.created_by_id, seen.approved_by_id or 0})
    return {
        "timetable": seen,
        "author": people.get(seen.created_by_id),
        "approver": people.get(seen.approved_by_id or 0),
        "blocking": faults.blocking,
        "warnings": faults.warnings,
        "planned": planned,
        "to_schedule": sum(one.can_schedule for one in planned or ()),
        "is_draft": seen.state is TimetableState.DRAFT,
        "may_approve": policies.can_approve_timetable(
            staff.roles, institution_id=seen.institution_id, author_ids=seen.author_ids
        ),
        "may_schedule": policies.can_schedule_sittings(staff.roles, **where),
        "reason_form": ReasonForm(),
        "document_form": DocumentForm(),
    }


@PAGE
@login_required
def edit(request: HttpRequest, timetable_id: int) -> HttpResponse:
    """Write the entries of a draft, one row for each."""
    staff, seen = _timetable_for(request, timetable_id)
    if seen.state is not TimetableState.DRAFT:
        return redirect("exams:timetable", timetable_id)
    data = request.POST if request.method == "POST" else None
    frame = FrameForm(data, initial=frame_as_given(seen.title, seen.document))
    rows = EntryFormSet(
        data,
        prefix="e",
        initial=rows_as_given(seen.document),
        form_kwargs={"exams": exams_of_institution(seen.institution_id)},
    )
    if request.method == "POST" and frame.is_valid() and rows.is_valid():
        services.write_timetable(
            timetable_id,
            title=frame.cleaned_data["title"],
            document=document_of(frame, rows),
            actor_id=staff.user_id,
        )
        messages.success(request, _("Saved."))
        more = "exams:edit_timetable" if request.POST.get("act") == "more" else "exams:timetable"
        return redirect(more, timetable_id)
    status = 422 if request.method == "POST" else 200
    context = {"timetable": seen, "frame": frame, "rows": rows}
    return render(request, "exams/staff/timetable_edit.html", context, status=status)


@PAGE
@login_required
def document(request: HttpRequest, timetable_id: int) -> HttpResponse:
    """Answer with the timetable as a file; a POST puts another document in its place."""
    staff, seen = _timetable_for(request, timetable_id)
    if request.method != "POST":
        return attached(written(seen.document), f"timetable-{seen.id}.json")
    form = DocumentForm(request.POST, request.FILES)
    found, faults = _read(form) if form.is_valid() else ({}, [])
    if form.is_valid() and not faults:
        services.write_timetable(
            timetable_id, title=seen.title, document=found, actor_id=staff.user_id
        )
        messages.success(request, _("Saved."))
        return redirect("exams:timetable", timetable_id)
    context = {**_context(staff, seen), "document_form": form, "faults": faults}
    return render(request, "exams/staff/timetable.html", context, status=422)


def _read(form: DocumentForm) -> tuple[dict[str, Any], list[DocumentFault]]:
    try:
        found = read_document(form.raw())
    except UnreadableDocument as refusal:
        return {}, [refusal.fault]
    return (found if isinstance(found, dict) else {}), form_faults_of(found)


@require_safe
@login_required
def schema(request: HttpRequest) -> HttpResponse:
    """Answer with the JSON Schema that timetables are held against."""
    _drafter_of(request)
    return attached(written(SCHEMA), "timetable.schema.json")


@require_POST
@login_required
def review(request: HttpRequest, timetable_id: int) -> HttpResponse:
    """Send a draft to review, give it back, or let it stand."""
    staff, _seen = _timetable_for(request, timetable_id)
    match request.POST.get("act"):
        case "send":
            services.send_to_review(timetable_id, actor_id=staff.user_id)
            messages.success(request, _("In review. A second person approves it."))
        case "return":
            reason = wire.plain(request.POST.get("reason", ""))[:500]
            services.return_to_draft(timetable_id, actor_id=staff.user_id, reason=reason)
            messages.success(request, _("Given back."))
        case "approve":
            read = request.POST.get("read")
            services.approve_timetable(timetable_id, actor_id=staff.user_id, seen=read)
            messages.success(request, _("Approved. The class sees it now."))
        case _:
            raise wire.BadMessage(reason="act")
    return redirect("exams:timetable", timetable_id)


@require_POST
@login_required
def schedule(request: HttpRequest, timetable_id: int) -> HttpResponse:
    """Make the sittings that the page has shown."""
    staff, _seen = _timetable_for(request, timetable_id)
    made = len(services.schedule_entries(timetable_id, actor_id=staff.user_id))
    if made:
        said = ngettext("%(n)s sitting was made.", "%(n)s sittings were made.", made)
        messages.success(request, said % {"n": digits(made)})
    else:
        messages.info(request, _("There was nothing left to schedule."))
    return redirect("exams:timetable", timetable_id)
