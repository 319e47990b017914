"""Compute what a regrade makes of each result: the same figures that are applied afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django.db import transaction

from exams.domain import regrade as regrades
from exams.domain.content import ExamContent
from exams.domain.corrections import Overlay, changed_overlay, hand_mark_under
from exams.domain.regrade import (
    NewPoints,
    Proposal,
    RegradeAction,
    RegradeState,
    Standing,
    crossing_of,
)
from exams.domain.scoring import stored, total
from exams.domain.states import ResultState
from exams.domain.text_beside import Given
from exams.models import AnswerRevision, Mark, RegradeChange, RegradeRun, Result
from exams.selectors.contents import content_of_sitting
from exams.selectors.corrections import corrections_of
from exams.selectors.late import accepted_of
from exams.services.grading import columns_of, machine_marks, mark_of, mark_row
from exams.services.regrade import locked_run, move_run

PROPOSER: Final = -1  # stands for who opened the regrade until it is applied
CHUNK: Final = 100  # results per transaction; the page counts what is committed


def compute_preview(run_id: int, edition: int) -> None:
    """Compute the preview of one edition, chunk by chunk; killed anywhere it goes on from there.

    Nothing happens when the proposal was changed meanwhile, decided on, or asked for anew.
    """
    while _compute_chunk(run_id, edition):
        pass


@transaction.atomic
def _compute_chunk(run_id: int, edition: int) -> bool:
    """Compute some results; False when there is nothing more to do."""
    run = locked_run(run_id)
    if (run.state, run.edition, run.previewing) != (RegradeState.DRAFT, edition, True):
        return False
    rows = (
        Result.objects.filter(attempt__sitting_id=run.sitting_id)
        .exclude(pk__in=run.changes.values("result_id"))
        .exclude(state=ResultState.GRADING)
        .select_related("attempt__submission")
        .prefetch_related("marks")
        .order_by("pk")[:CHUNK]
    )
    results = list(rows)
    if not results:
        move_run(run, RegradeAction.PREVIEW, {"previewing": False})
        return False
    plan = _plan_of(run, [one.attempt_id for one in results])
    RegradeChange.objects.bulk_create(_change_of(run, one, plan) for one in results)
    return True


@dataclass(frozen=True, slots=True)
class Plan:
    """What one chunk is computed with.

    Attributes:
        accepted: Late answers that would count, by attempt and question.
        late: Questions whose answer the proposal replaces, by attempt.
        points: Points of people that it proposes, by attempt and question.
    """

    content: ExamContent
    before: Overlay
    after: Overlay
    corrected: frozenset[int]
    accepted: Mapping[int, Mapping[int, Given]]
    late: Mapping[int, frozenset[int]]
    points: Mapping[tuple[int, int], NewPoints]


def _plan_of(run: RegradeRun, attempt_ids: Sequence[int]) -> Plan:
    proposal = regrades.from_json(run.proposal)
    before = corrections_of(run.sitting_id)
    changes = {int(question): one for question, one in proposal.corrections.items()}
    accepted, late = _accepted(proposal, attempt_ids)
    return Plan(
        content=content_of_sitting(run.sitting_id),
        before=before,
        after=changed_overlay(before, changes),
        corrected=frozenset(changes),
        accepted=accepted,
        late=late,
        points={(one.attempt, one.question): one for one in proposal.points},
    )


def _accepted(
    proposal: Proposal, attempt_ids: Sequence[int]
) -> tuple[dict[int, dict[int, Given]], dict[int, frozenset[int]]]:
    accepted = accepted_of(attempt_ids)
    late: dict[int, frozenset[int]] = {}
    wanted = [one for one in proposal.late if one.attempt in set(attempt_ids)]
    rows = AnswerRevision.objects.filter(pk__in=[one.revision for one in wanted])
    given = {pk: Given(value, text) for pk, value, text in rows.values_list("pk", "value", "text")}
    for one in wanted:
        accepted.setdefault(one.attempt, {})[one.question] = given[one.revision]
        late[one.attempt] = late.get(one.attempt, frozenset()) | {one.question}
    return accepted, late


def _change_of(run: RegradeRun, result: Result, plan: Plan) -> RegradeChange:
    now = {row.question_id: row for row in result.marks.all()}
    then = _marks_after(result, now, plan)
    differing = [
        as_json(question, then.get(question))
        for question in sorted(now.keys() | then.keys())
        if as_json(question, now.get(question)) != as_json(question, then.get(question))
    ]
    outcome = total((mark_of(row) for row in then.values()), plan.content.passing_score)
    columns = columns_of(outcome)
    before, after = Standing(result.score, result.passed), _standing(columns)
    return RegradeChange(
        run=run,
        result=result,
        result_version=result.version,
        marks=differing,
        changed=bool(differing) or before != after,
        crossing=crossing_of(before, after),
        score_before=result.score,
        passed_before=result.passed,
        **columns,
    )


def _standing(columns: Mapping[str, Any]) -> Standing:
    return Standing(columns["score"], columns["passed"])


def _marks_after(result: Result, now: Mapping[int, Mark], plan: Plan) -> dict[int, Mark]:
    """Return the marks as they would be; what the proposal does not name stays as it is."""
    attempt_id = result.attempt_id
    late = plan.late.get(attempt_id, frozenset())
    accepted = plan.accepted.get(attempt_id, {})
    machine = machine_marks(result.attempt.submission, plan.content, accepted, plan.after)
    touched = plan.corrected | late | {q for a, q in plan.points if a == attempt_id}
    after: dict[int, Mark] = {}
    for question_id, fresh in machine.items():
        row = now.get(question_id)
        if row is not None and question_id not in touched:
            after[question_id] = row
            continue
        by_hand = row is not None and row.marked_by_id is not None and question_id not in late
        decided = Decided(row if by_hand else None, plan.points.get((attempt_id, question_id)))
        after[question_id] = _mark_after(mark_row(result, question_id, fresh), decided, plan)
    return after


@dataclass(frozen=True, slots=True)
class Decided:
    """What people say of one answer: the mark that one gave, the points that are proposed."""

    kept: Mark | None
    proposed: NewPoints | None


def _mark_after(row: Mark, decided: Decided, plan: Plan) -> Mark:
    """Return the mark that counts: proposed points, else a person's as corrected, else fresh.

    Proposed points beyond what the corrected question carries are cut to that.
    """
    if decided.proposed is not None:
        possible = Fraction(row.possible)
        _write(row, min(Fraction(decided.proposed.points), possible), possible)
        row.comment = decided.proposed.comment
        row.marked_by_id = PROPOSER
        return row
    if decided.kept is not None:
        question = plan.content.question_map()[row.question_id]
        settled = hand_mark_under(question, mark_of(decided.kept), plan.before, plan.after)
        if settled is not None:
            _write(row, settled.points, settled.possible)
            row.comment, row.marked_by_id = decided.kept.comment, decided.kept.marked_by_id
    return row


def _write(row: Mark, points: Fraction, possible: Fraction) -> None:
    row.points_num, row.points_den = Decimal(points.numerator), Decimal(points.denominator)
    row.possible = Decimal(possible.numerator) / possible.denominator
    row.correct = points == possible if possible else None
    row.needs_person = False


def as_json(question_id: int, row: Mark | None) -> dict[str, Any]:
    """Return a mark as kept with a regrade and in the history; `gone` when there is none."""
    if row is None:
        return {"question": question_id, "gone": True}
    return {
        "question": question_id,
        "points": str(stored(row.points_num, row.points_den)),
        "possible": str(Fraction(row.possible)),
        "valid": row.valid,
        "correct": row.correct,
        "needs_person": row.needs_person,
        "message": row.message,
        "comment": row.comment,
        "by": row.marked_by_id,
    }
