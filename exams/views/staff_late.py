"""Graders' page of late work: every answer of a sitting that came too late, and what to do with it."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from exams.errors import ReasonNeeded, RegradeUnderWay
from exams.selectors.late_queue import held_answers
from exams.selectors.markingplans import masks_of
from exams.services import late_queue
from exams.services.late_queue import QueueOutcome
from exams.views.staff_access import Staff, sitting_for
from kernel.wire import BadMessage, plain
from web.templatetags.web import digits

LONGEST_MINUTES = 100_000


@require_safe
@login_required
def queue(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """List what came too late, beside what was handed in."""
    _staff, sitting, rights = sitting_for(request, sitting_id, "grade")
    held = held_answers(sitting_id)
    waiting = sum(1 for one in held if one.state == "open")
    context = {
        "sitting": sitting,
        "rights": rights,
        "held": held,
        "waiting": waiting,
        "is_blind": bool(masks_of(sitting_id)),
        "is_released": any(one.is_released for one in held),
    }
    return render(request, "exams/staff/late_queue.html", context)


@require_POST
@login_required
def decide(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Decide on all that wait: all count, those up to a time, or none."""
    staff, _sitting, _rights = sitting_for(request, sitting_id, "grade")
    reason, act = plain(request.POST.get("reason", ""))[:500], request.POST.get("act", "")
    if act not in {"accept", "within", "reject"}:
        raise BadMessage(reason="act")
    within = _minutes_of(request.POST.get("minutes", "")) if act == "within" else None
    if not reason:
        messages.error(request, _("Say why; the reason is kept with each answer."))
    elif act == "within" and within is None:
        messages.error(request, _("Say up to how many minutes after the own end answers count."))
    else:
        _decide(request, staff, sitting_id, reason, within)
    return redirect("exams:late_queue", sitting_id)


def _minutes_of(text: str) -> timedelta | None:
    """Return a number of minutes as typed; None when it is no number, or beyond any exam."""
    digits_typed = text.strip()
    if not digits_typed.isdecimal() or len(digits_typed) > len(str(LONGEST_MINUTES)):
        return None
    minutes = int(digits_typed)
    return timedelta(minutes=minutes) if minutes <= LONGEST_MINUTES else None


def _decide(
    request: HttpRequest, staff: Staff, sitting_id: int, reason: str, within: timedelta | None
) -> None:
    try:
        if request.POST["act"] == "reject":
            done = late_queue.reject_open(sitting_id, reason=reason, actor_id=staff.user_id)
        else:
            done = late_queue.accept_open(
                sitting_id, reason=reason, actor_id=staff.user_id, within=within
            )
    except RegradeUnderWay:
        messages.error(request, _("A regrade of this sitting is being applied. Try again then."))
        return
    _tell(request, done)


def _tell(request: HttpRequest, done: QueueOutcome) -> None:
    """Say what was done, and where what is to count in released results waits."""
    said = _("Counts: %(accepted)s. Does not count: %(rejected)s.") % {
        "accepted": digits(done.accepted),
        "rejected": digits(done.rejected),
    }
    messages.success(request, said)
    if done.proposed:
        waits = ngettext(
            "%(n)s answer of released results waits in a regrade for approval.",
            "%(n)s answers of released results wait in a regrade for approval.",
            done.proposed,
        )
        messages.info(request, waits % {"n": digits(done.proposed)})
    if done.left:
        left = ngettext(
            "%(n)s answer to a question of a closed page is left: decide on it by itself.",
            "%(n)s answers to questions of closed pages are left: decide on each by itself.",
            done.left,
        )
        messages.warning(request, left % {"n": digits(done.left)})


@require_POST
@login_required
def decide_one(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Let one held answer count, from the queue."""
    staff, _sitting, _rights = sitting_for(request, sitting_id, "grade")
    wanted, reason = request.POST.get("revision", ""), plain(request.POST.get("reason", ""))[:500]
    revision_id = int(wanted[:18]) if wanted.isdecimal() else 0
    try:
        run_id = late_queue.accept_one(
            sitting_id, revision_id, actor_id=staff.user_id, reason=reason
        )
    except ReasonNeeded:
        messages.error(request, _("Say why; students whose result changes read it."))
        return redirect("exams:late_queue", sitting_id)
    if run_id is None:
        messages.success(request, _("The late answer counts now; the paper was graded again."))
        return redirect("exams:late_queue", sitting_id)
    messages.success(request, _("The answer is proposed. It counts once that is approved."))
    return redirect("exams:regrade_run", run_id)
