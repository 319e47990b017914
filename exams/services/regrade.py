"""Propose a change of results, have its preview computed, and let a second person decide."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F

from exams.domain import regrade as regrades
from exams.domain.corrections import Correction, faults_of
from exams.domain.jobs import APPLY_TASK, GRADE_QUEUE, PREVIEW_TASK
from exams.domain.regrade import (
    REGRADE,
    UNDER_WAY,
    LateAccept,
    NewPoints,
    Proposal,
    RegradeAction,
    RegradeState,
)
from exams.domain.states import ResultState
from exams.errors import (
    MarkInvalid,
    ReasonNeeded,
    RegradeInvalid,
    RegradeStale,
    RegradeUnderWay,
    RegradeUnknown,
    ResultUnknown,
    ReviewOutdated,
    SecondPersonNeeded,
    SittingUnknown,
    StillGrading,
)
from exams.models import AnswerRevision, Mark, RegradeChange, RegradeRun, Result, Sitting
from exams.queries import database_now
from exams.selectors.contents import content_of_sitting
from exams.selectors.regrades import is_stale
from exams.services.grading import RELEASABLE
from exams.services.trail import append_line
from kernel import outbox
from kernel.machine import IllegalMove


@transaction.atomic
def open_regrade(sitting_id: int, *, reason: str, actor_id: int) -> int:
    """Open a regrade of a sitting that is over and return its id; it changes nothing yet.

    Raises:
        ReasonNeeded: No reason was given; students whose result changes read it.
        SittingUnknown: There is none.
        StillGrading: It has not ended.
        RegradeUnderWay: Another one of the sitting is not finished.
    """
    if not reason.strip():
        raise ReasonNeeded
    sitting = Sitting.objects.select_for_update().filter(pk=sitting_id).first()
    if sitting is None:
        raise SittingUnknown(sitting=sitting_id)
    if sitting.state not in RELEASABLE:
        raise StillGrading(waiting=0, late=0)
    under_way = sitting.regrades.filter(state__in=UNDER_WAY).first()
    if under_way is not None:
        raise RegradeUnderWay(run=under_way.pk)
    run = RegradeRun.objects.create(
        sitting=sitting, reason=reason.strip(), editors=[actor_id], created_by_id=actor_id
    )
    append_line("regrade.opened", run, actor_id, reason=run.reason)
    return run.pk


def regrade_to_write(sitting_id: int, *, reason: str, actor_id: int) -> int:
    """Return the regrade of a sitting that is under way, opened with this reason if none is.

    Raises:
        RegradeUnderWay: One is approved and being applied; nothing can be added to it.
        ReasonNeeded, SittingUnknown, StillGrading: As `open_regrade`.

    Needs: the transaction in which something is proposed in it.
    """
    under_way = RegradeRun.objects.filter(sitting_id=sitting_id, state__in=UNDER_WAY).first()
    if under_way is None:
        return open_regrade(sitting_id, reason=reason, actor_id=actor_id)
    if under_way.state == RegradeState.APPROVED:
        raise RegradeUnderWay(run=under_way.pk)
    return under_way.pk


def correct_question(
    run_id: int, question_id: int, correction: Correction | None, *, actor_id: int
) -> None:
    """Propose what holds for one question instead of its key; None takes a correction back.

    Raises:
        RegradeUnknown: There is none.
        RegradeInvalid: The question is not of the exam, or the correction does not fit it.
        IllegalMove: The regrade is decided.
    """
    run = _run(run_id)
    question = content_of_sitting(run.sitting_id).question_map().get(question_id)
    if question is None:
        raise RegradeInvalid(fault="question")
    for fault in faults_of(question, correction) if correction else []:
        raise RegradeInvalid(fault=fault.value)
    _change(run_id, lambda old: old.with_correction(question_id, correction), actor_id)


def propose_late(run_id: int, accepts: Sequence[LateAccept], *, actor_id: int) -> None:
    """Propose that held answers count, each instead of what was handed in for its question.

    Raises:
        RegradeUnknown: There is none.
        ResultUnknown: One of them is no held answer of an attempt of the sitting.
        IllegalMove: The regrade is decided.
    """
    run = _run(run_id)
    held = AnswerRevision.objects.filter(
        pk__in=[one.revision for one in accepts],
        late=True,
        attempt__sitting_id=run.sitting_id,
        attempt__result__isnull=False,
    )
    known = set(held.values_list("attempt_id", "question_id", "pk"))
    for one in accepts:
        if (one.attempt, one.question, one.revision) not in known:
            raise ResultUnknown(attempt=one.attempt, question=one.question)

    def with_all(old: Proposal) -> Proposal:
        for one in accepts:
            old = old.with_late(one)
        return old

    _change(run_id, with_all, actor_id)


@transaction.atomic
def propose_at_paper(sitting_id: int, given: NewPoints, *, reason: str, actor_id: int) -> int:
    """Propose points in the regrade under way, or in one that is opened for them; return its id.

    Raises:
        ResultUnknown, MarkInvalid: As `propose_points`; no regrade is opened for it either.
        RegradeUnderWay, ReasonNeeded, SittingUnknown, StillGrading: As `regrade_to_write`.
    """
    run_id = regrade_to_write(sitting_id, reason=reason, actor_id=actor_id)
    propose_points(run_id, given, actor_id=actor_id)
    return run_id


def propose_points(run_id: int, given: NewPoints, *, actor_id: int) -> None:
    """Propose points of a person for one answer.

    Raises:
        RegradeUnknown: There is none.
        ResultUnknown: The answer is not part of the sitting, or not graded.
        MarkInvalid: The points are not between zero and what the question carries.
        IllegalMove: The regrade is decided.
    """
    run = _run(run_id)
    row = Mark.objects.filter(
        result__attempt_id=given.attempt,
        result__attempt__sitting_id=run.sitting_id,
        question_id=given.question,
    ).first()
    if row is None:
        raise ResultUnknown(attempt=given.attempt, question=given.question)
    if not (given.points.is_finite() and 0 <= given.points <= row.possible):
        raise MarkInvalid(possible=str(row.possible))
    _change(run_id, lambda old: old.with_points(given), actor_id)


def drop_part(run_id: int, part: str, *, actor_id: int) -> None:
    """Take one part out of a proposal; nothing happens when it is not in it."""
    _change(run_id, lambda old: old.without(part), actor_id)


@transaction.atomic
def _change(run_id: int, edit: Callable[[Proposal], Proposal], actor_id: int) -> None:
    """Edit a proposal; what was previewed is a draft again."""
    run = locked_run(run_id)
    if run.state == RegradeState.APPROVED:  # only apply_regrade takes an approved one back
        raise IllegalMove(REGRADE.name, run.state, RegradeAction.CHANGE.value)
    proposal = edit(regrades.from_json(run.proposal))
    editors = sorted({*run.editors, actor_id})
    changes = {"proposal": regrades.to_json(proposal), "editors": editors, "previewing": False}
    move_run(run, RegradeAction.CHANGE, changes)
    run.changes.all().delete()


@transaction.atomic
def ask_preview(run_id: int, *, actor_id: int) -> None:
    """Have the preview computed in the background, from the marks as they are now.

    Raises:
        RegradeUnknown: There is none.
        RegradeInvalid: It changes nothing.
        StillGrading: Some results of the sitting are not graded.
        IllegalMove: It is decided.
    """
    run = locked_run(run_id)
    if regrades.from_json(run.proposal).is_empty:
        raise RegradeInvalid(fault="nothing")
    ungraded = Result.objects.filter(
        attempt__sitting_id=run.sitting_id, state=ResultState.GRADING
    ).count()
    if ungraded:
        raise StillGrading(waiting=ungraded, late=0)
    if run.state == RegradeState.APPROVED:
        raise IllegalMove(REGRADE.name, run.state, RegradeAction.CHANGE.value)
    move_run(run, RegradeAction.CHANGE, {"previewing": True, "note": ""})
    run.changes.all().delete()
    outbox.enqueue(PREVIEW_TASK, {"run_id": run.pk, "edition": run.edition}, queue=GRADE_QUEUE)
    append_line("regrade.preview_asked", run, actor_id)


@transaction.atomic
def approve_regrade(run_id: int, *, actor_id: int, edition: int | None = None) -> None:
    """Approve what the preview shows; a job applies it to all results in one transaction.

    Args:
        run_id: The regrade.
        actor_id: Who approves.
        edition: The one that the approver has seen; None does not compare.

    Raises:
        ReviewOutdated: The proposal has changed since.
        RegradeUnknown: There is none.
        SecondPersonNeeded: The person has written in the proposal.
        IllegalMove: There is no preview, or it is decided.
        RegradeStale: Marks have changed since the preview.
        RegradeInvalid: A released result would wait for a person's points.
    """
    run = locked_run(run_id)
    if actor_id in run.editors:
        raise SecondPersonNeeded(run=run_id)
    if edition not in (None, run.edition):
        raise ReviewOutdated(run=run_id)
    if run.state == RegradeState.PREVIEWED and is_stale(run.pk, run.sitting_id):
        raise RegradeStale(run=run_id)
    if open_after(run):
        raise RegradeInvalid(fault="incomplete")
    decided = {"decided_by_id": actor_id, "decided_at": database_now()}
    move_run(run, RegradeAction.APPROVE, decided)
    outbox.enqueue(APPLY_TASK, {"run_id": run.pk}, queue=GRADE_QUEUE)
    append_line("regrade.approved", run, actor_id, data={"changed": _changed(run)})


def open_after(run: RegradeRun) -> int:
    """Return how many released results would wait for a person afterwards."""
    changes = RegradeChange.objects.filter(run=run, needs_person=True)
    return changes.filter(result__state=ResultState.RELEASED).count()


def _changed(run: RegradeRun) -> int:
    return RegradeChange.objects.filter(run=run, changed=True).count()


@transaction.atomic
def reject_regrade(run_id: int, *, actor_id: int, reason: str) -> None:
    """Reject a regrade, or give up an own one; no result changes.

    Raises:
        ReasonNeeded: No reason was given.
        RegradeUnknown: There is none.
        IllegalMove: It is decided.
    """
    if not reason.strip():
        raise ReasonNeeded
    run = locked_run(run_id)
    decided = {"decided_by_id": actor_id, "decided_at": database_now(), "note": reason.strip()}
    move_run(run, RegradeAction.REJECT, decided)
    append_line("regrade.rejected", run, actor_id, reason=reason.strip())


def move_run(run: RegradeRun, action: RegradeAction, changes: Mapping[str, Any]) -> None:
    """Move a regrade by one conditional UPDATE; each move is a new edition.

    Raises:
        IllegalMove: Its state does not allow it.
    """
    rows = RegradeRun.objects.filter(pk=run.pk, state__in=REGRADE.sources(action))
    if not rows.update(state=REGRADE.target(action), edition=F("edition") + 1, **changes):
        raise IllegalMove(REGRADE.name, run.state, action.value)
    run.refresh_from_db()


def locked_run(run_id: int) -> RegradeRun:
    """Return a regrade, its row locked.

    Raises:
        RegradeUnknown: There is none.

    Needs: an open transaction.
    """
    run = RegradeRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise RegradeUnknown(run=run_id)
    return run


def _run(run_id: int) -> RegradeRun:
    run = RegradeRun.objects.filter(pk=run_id).first()
    if run is None:
        raise RegradeUnknown(run=run_id)
    return run
