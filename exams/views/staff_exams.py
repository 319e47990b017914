"""Authors' pages about exams: list, editor with its computed checklist, review, versions."""

from urllib.parse import urlencode

import msgspec
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.policies import can_approve_exam
from accounts.selectors import user_cards
from exams import texts
from exams.domain.draft import DraftFault
from exams.domain.states import ExamState
from exams.errors import JumpInvalid, NameTaken, QuestionInvalid, ReviewOutdated
from exams.forms_exams import ExamForm, PoolForm, ReasonForm, VersionForm
from exams.selectors.banks import questions_to_copy
from exams.selectors.contents import digest_of_draft
from exams.selectors.draft_findings import NOTHING, draft_findings
from exams.selectors.exams import (
    exams_of_institution,
    pool_of_exam,
    pools_of_exam,
    preview_paper,
)
from exams.selectors.paths import path_report
from exams.selectors.pools import later_pools
from exams.services import authoring, pools, questions, review
from exams.views.checklist import checklist_of, is_complete
from exams.views.staff_access import (
    author_of,
    exam_for,
    schedulable_classes,
)
from exams.views.staff_questions import page_number
from kernel import wire
from web.refusals import text_of
from web.templatetags.web import digits


@require_safe
@login_required
def exams(request: HttpRequest) -> HttpResponse:
    """List the exams of the institution; counters filter by state."""
    staff = author_of(request)
    everything = exams_of_institution(staff.institution_id)
    only = next((state for state in ExamState if state == request.GET.get("state")), None)
    context = {
        "exams": [exam for exam in everything if only in (None, exam.state)],
        "total": len(everything),
        "only": only,
        "counts": [(state, sum(exam.state == state for exam in everything)) for state in ExamState],
    }
    return render(request, "exams/staff/exams.html", context)


@login_required
def new_exam(request: HttpRequest) -> HttpResponse:
    """Create a draft."""
    staff = author_of(request)
    form = ExamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            exam_id = authoring.create_exam(
                institution_id=staff.institution_id, actor_id=staff.user_id, **form.cleaned_data
            )
        except NameTaken:
            form.add_error("name", _("There is an exam of this name and version already."))
        else:
            return redirect("exams:exam", exam_id)
    return render(request, "exams/staff/exam_form.html", {"form": form})


@require_safe
@login_required
def exam(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Show one exam: its sections and questions, its checklist, and what can be done next."""
    staff, seen = exam_for(request, exam_id)
    pools = pools_of_exam(exam_id)
    inside = NOTHING if seen.state is ExamState.APPROVED else draft_findings(exam_id)
    checks = checklist_of(seen, pools, path_report(exam_id).findings, inside)
    people = user_cards({seen.created_by_id, seen.sent_by_id or 0, seen.approved_by_id or 0})
    authors = {seen.created_by_id, seen.sent_by_id}
    context = {
        "exam": seen,
        "pools": pools,
        "points": sum(pool.points for pool in pools),
        "checks": checks,
        "complete": is_complete(checks),
        "is_draft": seen.state is ExamState.DRAFT,
        "may_approve": staff.user_id not in authors
        and can_approve_exam(
            staff.roles, institution_id=seen.institution_id, author_id=seen.created_by_id
        ),
        "read": "" if seen.state is ExamState.APPROVED else digest_of_draft(exam_id),
        "may_schedule": bool(schedulable_classes(staff)),
        "author": people.get(seen.created_by_id),
        "approver": people.get(seen.approved_by_id or 0),
        "pool_form": PoolForm(),
        "reason_form": ReasonForm(),
        "version_form": VersionForm(),
    }
    return render(request, "exams/staff/exam.html", context)


@login_required
def edit_exam(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Change the header of a draft."""
    _staff, seen = exam_for(request, exam_id)
    first = {name: getattr(seen, name) for name in ExamForm.base_fields}
    form = ExamForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            authoring.update_exam(exam_id, **form.cleaned_data)
        except NameTaken:
            form.add_error("name", _("There is an exam of this name and version already."))
        else:
            return redirect("exams:exam", exam_id)
    return render(request, "exams/staff/exam_form.html", {"form": form, "exam": seen})


@require_POST
@login_required
def delete_exam(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Delete a draft with everything in it."""
    staff, _exam = exam_for(request, exam_id)
    authoring.delete_exam(exam_id, actor_id=staff.user_id)
    messages.success(request, _("The draft was deleted."))
    return redirect("exams:exams")


@login_required
def pool(request: HttpRequest, exam_id: int, pool_id: int | None = None) -> HttpResponse:
    """Add a section to a draft, or change one."""
    _staff, seen = exam_for(request, exam_id)
    stored = pool_of_exam(exam_id, pool_id) if pool_id else None
    first = {name: getattr(stored, name) for name in PoolForm.base_fields} if stored else {}
    form = PoolForm(request.POST or None, initial=first, later=later_pools(exam_id, pool_id))
    if request.method == "POST" and form.is_valid() and _is_stored(form, exam_id, pool_id):
        return redirect("exams:exam", exam_id)
    context = {"form": form, "exam": seen, "pool_id": pool_id}
    return render(request, "exams/staff/pool_form.html", context)


def _is_stored(form: PoolForm, exam_id: int, pool_id: int | None) -> bool:
    """Write a section; what the database knew better is shown at its field."""
    try:
        if pool_id:
            pools.update_pool(pool_id, **form.cleaned_data)
        else:
            pools.add_pool(exam_id, **form.cleaned_data)
    except NameTaken:
        form.add_error("xml_id", _("This names something else in the exam."))
    except QuestionInvalid as error:
        fault = texts.DRAFT_FAULTS[DraftFault(str(error.data["fault"]))]
        form.add_error("xml_id", str(fault) % {"detail": error.data["detail"]})
    except JumpInvalid:
        form.add_error("next_question_pool", texts.JUMP_BACK)
    else:
        return True
    return False


@require_POST
@login_required
def delete_pool(request: HttpRequest, exam_id: int, pool_id: int) -> HttpResponse:
    """Delete a section of a draft with its questions."""
    exam_for(request, exam_id)
    pool_of_exam(exam_id, pool_id)
    pools.delete_pool(pool_id)
    return redirect("exams:exam", exam_id)


@login_required
def copy_questions(request: HttpRequest, exam_id: int, pool_id: int) -> HttpResponse:
    """Search the questions of all banks; a POST copies the ticked ones into a section of a draft."""
    _staff, seen = exam_for(request, exam_id)
    pool = pool_of_exam(exam_id, pool_id)
    if request.method == "POST":
        wanted = [int(one[:18]) for one in request.POST.getlist("question") if one.isdecimal()]
        _say_copied(request, questions.copy_questions(pool_id, wanted))
        return redirect("exams:exam", exam_id)
    query = wire.plain(request.GET.get("q", ""))
    context = {
        "exam": seen,
        "pool": pool,
        "query": query,
        "kept": urlencode({"q": query}),
        "page": questions_to_copy(seen.institution_id, query=query, page=page_number(request)),
    }
    return render(request, "exams/staff/copy.html", context)


def _say_copied(request: HttpRequest, count: int) -> None:
    if not count:
        messages.warning(request, _("Tick the questions to copy first."))
        return
    said = ngettext("%(n)s question was copied.", "%(n)s questions were copied.", count)
    messages.success(request, said % {"n": digits(count)})


@require_POST
@login_required
def review_exam(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Send a draft to review, return it with a reason, or approve it."""
    staff, _exam = exam_for(request, exam_id)
    read = request.POST.get("read")
    try:
        match request.POST.get("act"):
            case "send":
                review.send_to_review(exam_id, actor_id=staff.user_id, seen=read)
                said = _("Sent to review. Somebody else approves it.")
            case "return":
                reason = wire.plain(request.POST.get("reason", ""))
                review.return_to_draft(exam_id, actor_id=staff.user_id, reason=reason)
                said = _("Returned to its author.")
            case "approve":
                review.approve_exam(exam_id, actor_id=staff.user_id, seen=read)
                said = _("Approved. It can be scheduled now and never changes.")
            case _:
                raise wire.BadMessage(reason="act")
    except ReviewOutdated as refusal:
        messages.error(request, text_of(refusal.code))
    else:
        messages.success(request, said)
    return redirect("exams:exam", exam_id)


@require_POST
@login_required
def new_version(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Copy an exam into a new draft."""
    staff, seen = exam_for(request, exam_id)
    form = VersionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the new version a name."))
        return redirect("exams:exam", exam_id)
    try:
        copy_id = review.new_version(
            exam_id, version_label=form.cleaned_data["version_label"], actor_id=staff.user_id
        )
    except NameTaken:
        messages.error(request, _("There is a version of this name already."))
        return redirect("exams:exam", seen.id)
    return redirect("exams:exam", copy_id)


@require_safe
@login_required
def preview(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Show one drawn paper as a candidate sees it; `?seed=` draws another."""
    _staff, seen = exam_for(request, exam_id)
    seed = request.GET.get("seed", "1")[:20]
    paper = preview_paper(exam_id, seed)
    context = {
        "exam": seen,
        "seed": seed,
        "paper": paper,
        "props": {"questions": msgspec.to_builtins(paper)},
    }
    return render(request, "exams/staff/preview.html", context)
