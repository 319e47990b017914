"""The candidate's plain pages: own results, one result, the receipt."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams.domain.states import HANDED_IN
from exams.errors import ResultUnknown
from exams.selectors.attempts import attempts_of_student, snapshot
from exams.selectors.counting import counting_of_student
from exams.selectors.keys import right_answers
from exams.selectors.regrades import changes_of_result
from exams.selectors.results import released_paper
from exams.selectors.sittings import sitting_view
from exams.services.retakes import create_attempt, may_retake
from exams.views.overview import overview_of


@require_safe
@login_required
@never_cache
def results(request: HttpRequest) -> HttpResponse:
    """List one's own attempts that are over: released ones open, the others say what they wait for."""
    attempts = [one for one in attempts_of_student(_user_id(request)) if one.state in HANDED_IN]
    counting = counting_of_student(_user_id(request))
    told = [
        (one, counting.get(one.attempt_id) if one.is_released else None) for one in attempts[::-1]
    ]
    return render(request, "exams/results.html", {"attempts": told})


@require_safe
@login_required
@never_cache
def result(request: HttpRequest, attempt_id: int) -> HttpResponse:
    """Show one's own released result; before that there is none."""
    paper = released_paper(attempt_id, _user_id(request))
    keys = right_answers(paper.sitting_id) if paper.answers else {}
    context = {
        "paper": paper,
        "keys": keys,
        "overview": overview_of(paper),
        "changes": changes_of_result(attempt_id),
        "counts": counting_of_student(paper.student_id).get(attempt_id),
        "rule": sitting_view(paper.sitting_id).policy.attempts_count,
    }
    return render(request, "exams/result.html", context)


@require_safe
@login_required
@never_cache
def receipt(request: HttpRequest, attempt_id: int) -> HttpResponse:
    """Show the receipt of one's own hand-in again."""
    seen = snapshot(attempt_id, _user_id(request))
    if seen.receipt is None:
        raise ResultUnknown(attempt=attempt_id)
    context: dict[str, Any] = {"attempt": seen, "sitting": seen.sitting}
    if may_retake(attempt_id):
        rule = sitting_view(seen.sitting.id).policy.attempts_count
        context |= {"may_retake": True, "rule": rule}
    return render(request, "exams/receipt.html", context)


@require_POST
@login_required
def retake(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Give the caller a further attempt, or the open one, and lead to it."""
    create_attempt(sitting_id, student_id=_user_id(request))
    return redirect("exams:room", sitting_id)


def _user_id(request: HttpRequest) -> int:
    user_id: Any = request.user.pk  # login_required has seen to it
    return int(user_id)
