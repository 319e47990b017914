"""Reads of regrades: where one stands, what it proposes, who changes, who crosses the pass mark."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, F, Q

from exams.domain import regrade as regrades
from exams.domain.content import QuestionContent
from exams.domain.corrections import Correction
from exams.domain.regrade import UNDER_WAY, Crossing, Proposal, RegradeState
from exams.domain.scoring import shown, stored
from exams.domain.states import ResultState
from exams.errors import RegradeUnknown
from exams.models import Attempt, RegradeChange, RegradeRun, Result, ResultVersion
from exams.selectors.contents import content_of_sitting
from exams.selectors.corrections import corrections_of
from exams.selectors.markingplans import masks_of

_UP = Q(score__gt=F("score_before"))
_DOWN = Q(score__lt=F("score_before"))


def is_stale(run_id: int, sitting_id: int) -> bool:
    """Whether the results are not those any more from which a preview was computed. Two queries."""
    changes = RegradeChange.objects.filter(run_id=run_id)
    moved = changes.exclude(result_version=F("result__version")).exists()
    results = Result.objects.filter(attempt__sitting_id=sitting_id)
    return moved or results.count() != changes.count()


@dataclass(frozen=True, slots=True)
class RegradeCounts:
    """What a preview comes to. `waits`: released results that would wait for a person."""

    changed: int
    up: int
    down: int
    now_passes: int
    now_fails: int
    waits: int


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """A correction that is proposed, or holds; None takes an earlier one back."""

    question_id: int
    number: int
    name: str
    correction: Correction | None

    @property
    def part(self) -> str:
        """Its name in the proposal."""
        return f"key-{self.question_id}"


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A held answer that is to count, or points of a person."""

    part: str
    attempt_id: int
    candidate: str
    number: int
    question_id: int
    points: Decimal | None
    comment: str


@dataclass(frozen=True, slots=True)
class RegradeView:
    """One regrade as its pages show it.

    Attributes:
        done: Results of which the preview is computed.
        total: Results of the sitting.
        is_stale: Marks have changed since the preview.
    """

    id: int
    sitting_id: int
    state: RegradeState
    edition: int
    reason: str
    note: str
    editors: tuple[int, ...]
    created_by_id: int
    created_at: datetime
    decided_by_id: int | None
    decided_at: datetime | None
    applied_at: datetime | None
    previewing: bool
    done: int
    total: int
    is_stale: bool
    counts: RegradeCounts
    corrections: tuple[CorrectionLine, ...]
    late: tuple[AnswerLine, ...]
    points: tuple[AnswerLine, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is proposed yet."""
        return not (self.corrections or self.late or self.points)

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed or rejected."""
        return self.state in {RegradeState.DRAFT, RegradeState.PREVIEWED}


def sitting_of_regrade(run_id: int) -> int:
    """Return the sitting of a regrade, for a policy to judge.

    Raises:
        RegradeUnknown: There is none.
    """
    for sitting_id in RegradeRun.objects.filter(pk=run_id).values_list("sitting_id", flat=True):
        return sitting_id
    raise RegradeUnknown(run=run_id)


def regrade_under_way(sitting_id: int) -> int | None:
    """Return the regrade of a sitting that is not finished; None if there is none."""
    rows = RegradeRun.objects.filter(sitting_id=sitting_id, state__in=UNDER_WAY)
    return rows.values_list("pk", flat=True).first()


@dataclass(frozen=True, slots=True)
class RegradeLine:
    """One regrade in the list of its sitting. `done`: results of which there is a preview."""

    id: int
    state: RegradeState
    reason: str
    created_at: datetime
    done: int
    changed: int
    now_passes: int
    now_fails: int


def regrades_of(sitting_id: int) -> list[RegradeLine]:
    """Return the regrades of a sitting, newest first. One query."""
    rows = (
        RegradeRun.objects.filter(sitting_id=sitting_id)
        .annotate(
            done=Count("changes"),
            changed=Count("changes", filter=Q(changes__changed=True)),
            now_passes=Count("changes", filter=Q(changes__crossing=Crossing.NOW_PASSES)),
            now_fails=Count("changes", filter=Q(changes__crossing=Crossing.NOW_FAILS)),
        )
        .values_list(*_LINE)
        .order_by("-pk")
    )
    return [RegradeLine(pk, RegradeState(state), *rest) for pk, state, *rest in rows]


_LINE: Final = ("pk", "state", "reason", "created_at", "done", "changed", "now_passes", "now_fails")


def regrade_view(run_id: int) -> RegradeView:
    """Return one regrade. Ask a policy before showing it.

    Raises:
        RegradeUnknown: There is none.
    """
    run = RegradeRun.objects.filter(pk=run_id).first()
    if run is None:
        raise RegradeUnknown(run=run_id)
    proposal = regrades.from_json(run.proposal)
    questions = questions_of_sitting(run.sitting_id)
    return RegradeView(
        id=run.pk,
        sitting_id=run.sitting_id,
        state=RegradeState(run.state),
        edition=run.edition,
        reason=run.reason,
        note=run.note,
        editors=tuple(run.editors),
        created_by_id=run.created_by_id,
        created_at=run.created_at,
        decided_by_id=run.decided_by_id,
        decided_at=run.decided_at,
        applied_at=run.applied_at,
        previewing=run.previewing,
        done=run.changes.count(),
        total=Result.objects.filter(attempt__sitting_id=run.sitting_id).count(),
        is_stale=run.state == RegradeState.PREVIEWED and is_stale(run.pk, run.sitting_id),
        counts=_counts(run),
        corrections=tuple(
            CorrectionLine(
                question.id, number, question.name, proposal.corrections[str(question.id)]
            )
            for number, question in questions
            if str(question.id) in proposal.corrections
        ),
        **_answers(
            run.sitting_id, proposal, {question.id: number for number, question in questions}
        ),
    )


def _counts(run: RegradeRun) -> RegradeCounts:
    rows = run.changes.aggregate(
        changed=Count("pk", filter=Q(changed=True)),
        up=Count("pk", filter=_UP),
        down=Count("pk", filter=_DOWN),
        now_passes=Count("pk", filter=Q(crossing=Crossing.NOW_PASSES)),
        now_fails=Count("pk", filter=Q(crossing=Crossing.NOW_FAILS)),
        waits=Count("pk", filter=Q(needs_person=True, result__state=ResultState.RELEASED)),
    )
    return RegradeCounts(**rows)


def _answers(
    sitting_id: int, proposal: Proposal, numbers: dict[int, int]
) -> dict[str, tuple[AnswerLine, ...]]:
    wanted = {one.attempt for one in proposal.late} | {one.attempt for one in proposal.points}
    names = names_of(sitting_id, wanted)
    late = tuple(
        AnswerLine(
            f"late-{one.revision}",
            one.attempt,
            names[one.attempt],
            numbers.get(one.question, 0),
            one.question,
            None,
            "",
        )
        for one in proposal.late
    )
    points = tuple(
        AnswerLine(
            f"points-{one.attempt}-{one.question}",
            one.attempt,
            names[one.attempt],
            numbers.get(one.question, 0),
            one.question,
            one.points,
            one.comment,
        )
        for one in proposal.points
    )
    return {"late": late, "points": points}


def names_of(sitting_id: int, attempt_ids: "set[int]") -> dict[int, str]:
    """Return what candidates are called, by attempt id: by their number while marked blind."""
    masks = masks_of(sitting_id)
    rows = Attempt.objects.filter(sitting_id=sitting_id, pk__in=attempt_ids)
    names = dict(rows.values_list("pk", "student__full_name"))
    return {one: masks.get(one, name) for one, name in names.items()}


def questions_of_sitting(sitting_id: int) -> list[tuple[int, QuestionContent]]:
    """Return the questions of a sitting that take an answer, numbered as in the exam."""
    questions = content_of_sitting(sitting_id).question_map().values()
    answerable = [one for one in questions if one.is_answerable]
    return list(enumerate(answerable, start=1))


def corrections_in_force(sitting_id: int) -> list[CorrectionLine]:
    """Return what holds in a sitting instead of what was approved, in the order of the exam."""
    overlay = corrections_of(sitting_id)
    return [
        CorrectionLine(question.id, number, question.name, overlay[question.id])
        for number, question in questions_of_sitting(sitting_id)
        if question.id in overlay
    ]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One result before and after; points half up for display, passed by the exact fraction."""

    attempt_id: int
    candidate: str
    points_before: Decimal
    possible_before: Decimal
    score_before: Decimal | None
    passed_before: bool | None
    points_after: Decimal
    possible_after: Decimal
    score_after: Decimal | None
    passed_after: bool | None
    crossing: Crossing
    released: bool
    waits: bool


def changes_of(run_id: int, *, limit: int = 500) -> list[ChangeRow]:
    """Return the results that change: those that cross the pass mark first, then by candidate.

    Of an applied regrade the figures before it come from the history.
    """
    rows = (
        RegradeChange.objects.filter(run_id=run_id, changed=True)
        .select_related("run", "result__attempt__student")
        .annotate(stays=Q(crossing=Crossing.NONE))
        .order_by("stays", "result__attempt__student__full_name", "pk")[:limit]
    )
    changes = list(rows)
    if not changes:
        return []
    before: dict[int, Any] = {
        version.result_id: version for version in ResultVersion.objects.filter(run_id=run_id)
    }
    masks = masks_of(changes[0].run.sitting_id)
    lines = [_change_row(one, before.get(one.result_id, one.result), masks) for one in changes]
    # By number while marked blind: the order of the names would tell them.
    return sorted(lines, key=lambda one: one.candidate) if masks else lines


def _change_row(
    change: RegradeChange, before: Result | ResultVersion, masks: dict[int, str]
) -> ChangeRow:
    attempt = change.result.attempt
    return ChangeRow(
        attempt_id=attempt.pk,
        candidate=masks.get(attempt.pk, attempt.student.full_name),
        points_before=shown(stored(before.points_num, before.points_den)),
        possible_before=shown(stored(before.possible_num, before.possible_den)),
        score_before=before.score,
        passed_before=before.passed,
        points_after=shown(stored(change.points_num, change.points_den)),
        possible_after=shown(stored(change.possible_num, change.possible_den)),
        score_after=change.score,
        passed_after=change.passed,
        crossing=Crossing(change.crossing),
        released=change.result.state == ResultState.RELEASED,
        waits=change.needs_person,
    )


@dataclass(frozen=True, slots=True)
class ResultChange:
    """A change of a released result as its student reads it."""

    score_before: Decimal | None
    score_after: Decimal | None
    passed_before: bool | None
    passed_after: bool | None
    reason: str
    at: datetime


def changes_of_result(attempt_id: int) -> list[ResultChange]:
    """Return how a released result has changed since, oldest first. Ask whose it is before."""
    rows = list(
        ResultVersion.objects.filter(result__attempt_id=attempt_id)
        .select_related("run", "result")
        .order_by("pk")
    )
    after: list[ResultVersion | Result] = [*rows[1:], rows[-1].result] if rows else []
    return [
        ResultChange(
            score_before=row.score,
            score_after=then.score,
            passed_before=row.passed,
            passed_after=then.passed,
            reason=row.run.reason,
            at=row.replaced_at,
        )
        for row, then in zip(rows, after, strict=True)
        if row.was_released
    ]
