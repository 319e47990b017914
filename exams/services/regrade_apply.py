"""Apply an approved regrade: every result, its history and the corrections, all or nothing."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction

from exams.domain import corrections, regrade as regrades
from exams.domain.corrections import changed_overlay
from exams.domain.regrade import NewPoints, Proposal, RegradeAction, RegradeState
from exams.domain.states import ResultState
from exams.models import (
    KeyCorrection,
    Mark,
    MarkChange,
    RegradeChange,
    RegradeRun,
    Result,
    ResultVersion,
)
from exams.queries import database_now
from exams.queries_sittings import hold_sitting
from exams.selectors.corrections import corrections_of
from exams.selectors.regrades import is_stale
from exams.services import late, markings
from exams.services.regrade import locked_run, move_run, open_after
from exams.services.regrade_preview import CHUNK, PROPOSER, as_json
from exams.services.trail import append_line

STALE_NOTE = "stale"
_OUTCOME = (
    "points_num",
    "points_den",
    "possible_num",
    "possible_den",
    "score",
    "passed",
    "needs_person",
)


@transaction.atomic
def apply_regrade(run_id: int) -> None:
    """Write what was approved to every result it changes; run it as often as you like.

    1. The run, the sitting and all its results are held, in this order: no mark can be given and
       nothing be released meanwhile.
    2. Had a mark changed since the preview, or were a result released meanwhile that would wait for
       a person, the run goes back to its authors, nothing is written.
    3. The overlay, late decisions, history, marks and results are written in this transaction.
    """
    run = locked_run(run_id)
    if run.state != RegradeState.APPROVED:
        return
    hold_sitting(run.sitting_id)
    results = Result.objects.select_for_update(of=("self",)).order_by("pk")
    locked = {one.pk: one for one in results.filter(attempt__sitting_id=run.sitting_id)}
    if is_stale(run.pk, run.sitting_id) or open_after(run):
        move_run(run, RegradeAction.CHANGE, {"note": STALE_NOTE, "decided_by_id": None})
        run.changes.all().delete()
        append_line("regrade.went_stale", run, None)
        return
    proposal = regrades.from_json(run.proposal)
    _write_overlay(run, proposal)
    by_attempt = {one.attempt_id: one for one in locked.values()}
    for accept in proposal.late:
        late.count_instead(accept.attempt, accept.question, accept.revision, _decision(run))
        reason = run.reason
        markings.reopen(
            by_attempt[accept.attempt], accept.question, actor_id=_actor(run), reason=reason
        )
    _keep_history(run, proposal, by_attempt)
    changes = list(run.changes.filter(changed=True).order_by("result_id"))
    for start in range(0, len(changes), CHUNK):
        _write(run, locked, changes[start : start + CHUNK])
    move_run(run, RegradeAction.APPLY, {"applied_at": database_now()})
    append_line("regrade.applied", run, _actor(run), reason=run.reason, data=_summary(changes))


def _actor(run: RegradeRun) -> int:
    """Return who approved it; nobody else makes a run approved."""
    return run.decided_by_id or run.created_by_id


def _decision(run: RegradeRun) -> late.Decision:
    return late.Decision(actor_id=_actor(run), reason=run.reason)


def _write_overlay(run: RegradeRun, proposal: Proposal) -> None:
    if not proposal.corrections:
        return
    changes = {int(question): one for question, one in proposal.corrections.items()}
    overlay = changed_overlay(corrections_of(run.sitting_id), changes)
    version = KeyCorrection.objects.filter(sitting_id=run.sitting_id).count() + 1
    KeyCorrection.objects.create(
        sitting_id=run.sitting_id,
        version=version,
        document=corrections.to_json(overlay),
        run=run,
    )


def _keep_history(run: RegradeRun, proposal: Proposal, results: dict[int, Result]) -> None:
    """Keep who gave which points instead of which, answer by answer."""
    marks = {
        (row.result_id, row.question_id): row
        for row in Mark.objects.filter(result__in=[results[one.attempt] for one in proposal.points])
    }
    MarkChange.objects.bulk_create(
        _mark_change(run, one, marks[results[one.attempt].pk, one.question])
        for one in proposal.points
    )


def _mark_change(run: RegradeRun, given: NewPoints, row: Mark) -> MarkChange:
    points = Fraction(given.points)
    return MarkChange(
        result_id=row.result_id,
        question_id=row.question_id,
        act="regraded",
        before_num=row.points_num,
        before_den=row.points_den,
        after_num=points.numerator,
        after_den=points.denominator,
        reason=run.reason,
        actor_id=run.created_by_id,
    )


def _write(
    run: RegradeRun, results: Mapping[int, Result], changes: Sequence[RegradeChange]
) -> None:
    """Write some changes: what was is kept, marks are replaced, results say the new outcome.

    Budget: six statements, whatever the number of changes.
    """
    replaced = _replaced(changes)
    ResultVersion.objects.bulk_create(
        _version(run, results[change.result_id], change, replaced) for change in changes
    )
    Mark.objects.filter(pk__in=[row.pk for row in replaced.values()]).delete()
    Mark.objects.bulk_create(
        _row(results[change.result_id], one, run.created_by_id)
        for change in changes
        for one in change.marks
        if not one.get("gone")
    )
    now = database_now()
    for change in changes:
        result = results[change.result_id]
        result.version, result.graded_at = result.version + 1, now
        for name in _OUTCOME:
            setattr(result, name, getattr(change, name))
    written = [results[change.result_id] for change in changes]
    Result.objects.bulk_update(written, [*_OUTCOME, "version", "graded_at"])


def _replaced(changes: Sequence[RegradeChange]) -> dict[tuple[int, int], Mark]:
    """Return the marks that the changes replace, by result and question id. One query."""
    places = {(change.result_id, one["question"]) for change in changes for one in change.marks}
    rows = Mark.objects.filter(result_id__in=[change.result_id for change in changes])
    found = {(row.result_id, row.question_id): row for row in rows}
    return {place: row for place, row in found.items() if place in places}


def _version(
    run: RegradeRun,
    result: Result,
    change: RegradeChange,
    replaced: Mapping[tuple[int, int], Mark],
) -> ResultVersion:
    questions = [one["question"] for one in change.marks]
    return ResultVersion(
        result=result,
        run=run,
        marks=[as_json(question, replaced.get((result.pk, question))) for question in questions],
        was_released=result.state == ResultState.RELEASED,
        **{name: getattr(result, name) for name in _OUTCOME},
    )


def _row(result: Result, one: dict[str, Any], proposer_id: int) -> Mark:
    points, possible = Fraction(one["points"]), Fraction(one["possible"])
    return Mark(
        result=result,
        question_id=one["question"],
        points_num=points.numerator,
        points_den=points.denominator,
        possible=Decimal(possible.numerator) / possible.denominator,
        valid=one["valid"],
        correct=one["correct"],
        needs_person=one["needs_person"],
        message=one["message"],
        comment=one["comment"],
        marked_by_id=proposer_id if one["by"] == PROPOSER else one["by"],
    )


def _summary(changes: Sequence[RegradeChange]) -> dict[str, object]:
    crossings = [change.crossing for change in changes]
    return {
        "changed": len(changes),
        "now_passes": crossings.count("now_passes"),
        "now_fails": crossings.count("now_fails"),
    }
