"""Graders' pages: the results of a sitting, one paper with points by hand, release, figures."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.selectors import user_cards
from exams.domain.states import ResultState, SittingState
from exams.errors import ResultUnknown, StillGrading
from exams.forms_sittings import MarkForm
from exams.selectors.attempts import attempt_facts
from exams.selectors.grading_progress import grading_progress, papers_to_mark
from exams.selectors.jobs import grading_jobs
from exams.selectors.keys import keys_of_sitting
from exams.selectors.markingplans import needs_two_markers
from exams.selectors.markings import history_of
from exams.selectors.regrades import changes_of_result, regrade_under_way
from exams.selectors.results import (
    MarkedPaper,
    marked_paper,
    results_of_sitting,
)
from exams.services import grading, handmarks, late
from exams.services.handmarks import HandMark
from exams.views.figures import figures_of
from exams.views.staff_access import sitting_for
from kernel.jobs import JobView
from kernel.jobstates import JobState
from kernel.wire import plain
from web.templatetags.web import digits


@require_safe
@login_required
def results(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Show every candidate's result, how far grading is, and the figures."""
    _staff, sitting, rights = sitting_for(request, sitting_id, "grade")
    rows = results_of_sitting(sitting_id)
    jobs = grading_jobs(sitting_id)
    progress = grading_progress(sitting_id)
    context = {
        "sitting": sitting,
        "rights": rights,
        "rows": [(row, jobs.get(row.attempt_id)) for row in rows],
        "progress": progress,
        "failed": sum(
            1
            for row in rows
            if row.result_state == ResultState.GRADING and _is_parked(jobs.get(row.attempt_id))
        ),
        "figures": figures_of(rows),
        "is_busy": progress.graded < progress.submissions,
        "may_release": rights.release
        and sitting.state in {SittingState.CLOSED, SittingState.GRADED}
        and progress.is_complete,
    }
    if not request.headers.get("HX-Request"):
        return render(request, "exams/staff/results.html", context)
    response = render(request, "exams/staff/results_body.html", context)
    if not context["is_busy"]:
        response["HX-Refresh"] = "true"  # the button of the release stands outside of this part
    return response


def _is_parked(job: JobView | None) -> bool:
    return job is not None and job.state == JobState.PARKED


@require_safe
@login_required
def paper(request: HttpRequest, attempt_id: int) -> HttpResponse:
    """Show one handed-in paper with its marks, and a form at what a person marks."""
    seen = marked_paper(attempt_id)
    sitting_for(request, seen.sitting_id, "grade")
    return render(request, "exams/staff/paper.html", _paper_context(seen))


def _paper_context(seen: MarkedPaper) -> dict[str, object]:
    """Return what the page of a paper says, whatever was done with it before."""
    history = history_of(seen.attempt_id)
    return {
        "paper": seen,
        "is_blind": seen.is_blind,
        "is_final": seen.released_at is not None,
        "keys": keys_of_sitting(seen.sitting_id),
        "two_markers": needs_two_markers(seen.sitting_id),
        "history": history,
        "people": user_cards({line.actor_id for lines in history.values() for line in lines}),
        "changes": changes_of_result(seen.attempt_id),
        "under_way": regrade_under_way(seen.sitting_id),
        **_next_to_mark(seen),
    }


def _next_to_mark(seen: MarkedPaper) -> dict[str, int | None]:
    """Return the next other paper that a person has to mark, and how many there are.

    After the last of them comes the first.
    """
    waiting = [one for one in papers_to_mark(seen.sitting_id) if one != seen.attempt_id]
    later = [one for one in waiting if one > seen.attempt_id]
    return {"next_waiting": next(iter(later or waiting), None), "waiting": len(waiting)}


@require_POST
@login_required
def mark(request: HttpRequest, attempt_id: int, question_id: int) -> HttpResponse:
    """Give points to one answer."""
    seen = marked_paper(attempt_id)
    staff, _sitting, _rights = sitting_for(request, seen.sitting_id, "grade")
    possible = {answer.question_id: answer.possible for answer in seen.answers}
    if question_id not in possible:
        raise ResultUnknown(attempt=attempt_id, question=question_id)
    form = MarkForm(request.POST, possible=possible[question_id])
    if not form.is_valid():
        context = _paper_context(seen) | {"form": form, "bad_question": question_id}
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return render(request, "exams/staff/paper.html", context, status=status)
    given = HandMark(question_id, form.cleaned_data["points"], form.cleaned_data["comment"])
    handmarks.mark_answer(attempt_id, given, actor_id=staff.user_id)
    messages.success(request, _("The points are saved."))
    return redirect("exams:paper", attempt_id)


@require_POST
@login_required
def decide_late(request: HttpRequest, attempt_id: int, question_id: int) -> HttpResponse:
    """Let one answer that came too late count for its question, or none of them with a reason."""
    facts = attempt_facts(attempt_id)
    staff, _sitting, _rights = sitting_for(request, facts.sitting_id, "grade")
    accepted, reason = request.POST.get("accept", ""), plain(request.POST.get("reason", ""))[:500]
    if accepted.isdecimal():
        late.accept_late_answer(attempt_id, question_id, int(accepted[:18]), actor_id=staff.user_id)
        messages.success(request, _("The late answer counts now; the paper was graded again."))
    elif reason:
        late.reject_late_answers(attempt_id, question_id, actor_id=staff.user_id, reason=reason)
        messages.success(request, _("No late answer counts for this question."))
    else:
        messages.error(request, _("Say why; the reason is kept with the paper."))
    return redirect("exams:paper", attempt_id)


@require_POST
@login_required
def release(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Show all results of a sitting to its students."""
    staff, _sitting, _rights = sitting_for(request, sitting_id, "release")
    try:
        count = grading.release_results(sitting_id, actor_id=staff.user_id)
    except StillGrading:
        messages.error(request, _("Not yet: some results are not complete. Nothing was released."))
        return redirect("exams:sitting_results", sitting_id)
    said = ngettext("%(n)s result was released.", "%(n)s results were released.", count)
    nobody = _("The sitting is finished. There was no result to release.")
    messages.success(request, said % {"n": digits(count)} if count else nobody)
    return redirect("exams:sitting_results", sitting_id)


@require_POST
@login_required
def regrade(request: HttpRequest, attempt_id: int) -> HttpResponse:
    """Ask for the grading of one paper again, for instance after its job failed."""
    facts = attempt_facts(attempt_id)
    staff, _sitting, _rights = sitting_for(request, facts.sitting_id, "grade")
    grading.ask_for_grading(attempt_id, actor_id=staff.user_id)
    messages.success(request, _("The paper is being graded again."))
    return redirect("exams:sitting_results", facts.sitting_id)
