"""The queue of answers that wait for a person, one answer as its marker sees it, what differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery

from exams.domain.answer import QuestionKind
from exams.domain.content import QuestionContent
from exams.domain.marking import MarkingState, blind_number
from exams.domain.rubric import RubricContent
from exams.domain.scoring import shown, stored
from exams.domain.states import ResultState
from exams.domain.text_beside import handed_in
from exams.errors import ResultUnknown
from exams.models import GivenMark, Mark, MarkChange, Marking, MarkingPlan, Submission
from exams.queries import database_now
from exams.selectors.contents import content_of_sitting
from exams.selectors.criteria import CriterionView, criteria_given
from exams.selectors.given import given_html, upload_of
from exams.selectors.late import accepted_answers
from exams.selectors.markingplans import marking_rules


def waiting_marks(
    sitting_id: int, *, actor_id: int, question_id: int | None = None, limit: int = 20
) -> list[Mark]:
    """Return marks that this person could claim now: first what they hold, then oldest first.

    Answers that wait for the first mark come before those that wait for the second; disputed ones
    are for whoever has given neither of their marks.
    """
    now = database_now()
    mine = Exists(_of_row().filter(given__marker_id=actor_id, given__set_aside_at=None))
    taken = Exists(_of_row().filter(claimed_until__gte=now).exclude(claimed_by_id=actor_id))
    held = Exists(_of_row().filter(claimed_until__gte=now, claimed_by_id=actor_id))
    rows = (
        _waiting(sitting_id)
        .filter(~mine, ~taken)
        .annotate(held=held, begun=Exists(_of_row().exclude(state=MarkingState.WAITING)))
    )
    if question_id is not None:
        rows = rows.filter(question_id=question_id)
    return list(rows.order_by("-held", "begun", "question_id", "pk")[:limit])


def _of_row() -> Any:  # noqa: ANN401 a queryset over an outer reference
    return Marking.objects.filter(
        result_id=OuterRef("result_id"), question_id=OuterRef("question_id")
    )


def _waiting(sitting_id: int) -> Any:  # noqa: ANN401 a queryset that is annotated further
    return Mark.objects.filter(
        result__attempt__sitting_id=sitting_id,
        result__state=ResultState.GRADED,
        needs_person=True,
    )


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One question of the marking queue.

    Attributes:
        all: Answers that a person marks, or has marked.
        waiting: Nobody has marked them.
        first_in: They wait for the second of two markers.
        disputed: Two marks differ; a third person reconciles them.
        settled: Their points count.
        reading: Claimed by somebody at this moment.
    """

    question_id: int
    name: str
    number: int
    all: int
    waiting: int
    first_in: int
    disputed: int
    settled: int
    reading: int


def marking_queue(sitting_id: int) -> list[QueueLine]:
    """Return how far people are with each question of a sitting, in the order of the exam."""
    now = database_now()
    state = Subquery(_of_row().values("state")[:1])
    claimed = Exists(_of_row().filter(claimed_until__gte=now))
    rows = (
        Mark.objects.filter(
            Q(needs_person=True) | Q(marked_by__isnull=False),
            result__attempt__sitting_id=sitting_id,
        )
        .annotate(state=state, claimed=claimed)
        .values("question_id")
        .annotate(
            all=Count("pk"),
            open=Count("pk", filter=Q(needs_person=True)),
            first_in=Count("pk", filter=Q(needs_person=True, state=MarkingState.FIRST_IN)),
            disputed=Count("pk", filter=Q(needs_person=True, state=MarkingState.DISPUTED)),
            reading=Count("pk", filter=Q(needs_person=True, claimed=True)),
        )
    )
    counts = {row["question_id"]: row for row in rows}
    questions = content_of_sitting(sitting_id).question_map().values()
    answerable = [one for one in questions if one.is_answerable]
    return [
        _line(question, number, counts[question.id])
        for number, question in enumerate(answerable, start=1)
        if question.id in counts
    ]


def _line(question: QuestionContent, number: int, row: Mapping[str, Any]) -> QueueLine:
    return QueueLine(
        question_id=question.id,
        name=question.name,
        number=number,
        all=row["all"],
        waiting=row["open"] - row["first_in"] - row["disputed"],
        first_in=row["first_in"],
        disputed=row["disputed"],
        settled=row["all"] - row["open"],
        reading=row["reading"],
    )


@dataclass(frozen=True, slots=True)
class EarlierMark:
    """What another marker gave; shown only to who reconciles."""

    points: Decimal
    criteria: tuple[CriterionView, ...]
    comment: str


@dataclass(frozen=True, slots=True)
class MarkingView:
    """One answer as its marker sees it.

    Attributes:
        candidate: The name; a number where the sitting is marked blind.
        shows_criteria: The student will read the remarks.
        earlier: The marks to be reconciled; empty for the first and the second marker.
    """

    marking_id: int
    attempt_id: int
    sitting_id: int
    sitting_title: str
    question_id: int
    question_name: str
    kind: QuestionKind
    prompt_html: str
    given_html: tuple[str, ...]
    upload: UUID | None
    candidate: str
    blind: bool
    possible: Decimal
    state: MarkingState
    rubric: RubricContent | None
    shows_criteria: bool
    message: str
    earlier: tuple[EarlierMark, ...]


def marking_view(marking_id: int) -> MarkingView:
    """Return one answer for its marker. Ask a policy, and claim it, before showing it.

    Raises:
        ResultUnknown: There is none.
    """
    marking = _marking(marking_id)
    attempt = marking.result.attempt
    sitting = attempt.sitting
    question = content_of_sitting(sitting.pk).question_map()[marking.question_id]
    value = _value_of(attempt.pk, question.id)
    rules = marking_rules(sitting.pk)
    row = Mark.objects.get(result=marking.result, question_id=question.id)
    disputed = marking.state == MarkingState.DISPUTED
    return MarkingView(
        marking_id=marking_id,
        attempt_id=attempt.pk,
        sitting_id=sitting.pk,
        sitting_title=sitting.title,
        question_id=question.id,
        question_name=question.name,
        kind=question.kind,
        prompt_html=question.prompt_html,
        given_html=given_html(question, value),
        upload=upload_of(question, value),
        candidate=_number_of(sitting.pk, attempt.pk) if rules.blind else attempt.student.full_name,
        blind=rules.blind,
        possible=row.possible,
        state=MarkingState(marking.state),
        rubric=question.rubric or None,
        shows_criteria=rules.show_criteria,
        message=row.message,
        earlier=_earlier(marking, question.rubric or None, row.possible) if disputed else (),
    )


def _marking(marking_id: int) -> Marking:
    rows = Marking.objects.select_related("result__attempt__sitting", "result__attempt__student")
    marking = rows.defer("result__attempt__paper").filter(pk=marking_id).first()
    if marking is None:
        raise ResultUnknown(marking=marking_id)
    return marking


def _value_of(attempt_id: int, question_id: int) -> object:
    answers = Submission.objects.values_list("answers", flat=True).get(attempt_id=attempt_id)
    return accepted_answers(attempt_id).get(question_id, handed_in(answers, question_id)).value


def _number_of(sitting_id: int, attempt_id: int) -> str:
    return blind_number(MarkingPlan.objects.get(sitting_id=sitting_id).salt, attempt_id)


def _earlier(
    marking: Marking, rubric: RubricContent | None, possible: Decimal
) -> tuple[EarlierMark, ...]:
    rows = marking.given.filter(set_aside_at=None).order_by("pk")
    return tuple(
        EarlierMark(
            points=shown(stored(row.points_num, row.points_den)),
            criteria=criteria_given(rubric, row, possible),
            comment=row.comment,
        )
        for row in rows
    )


def sitting_of_marking(marking_id: int) -> int:
    """Return the sitting of a marking, for a policy to judge.

    Raises:
        ResultUnknown: There is none.
    """
    found = Marking.objects.filter(pk=marking_id).values_list(
        "result__attempt__sitting_id", flat=True
    )
    for sitting_id in found:
        return sitting_id
    raise ResultUnknown(marking=marking_id)


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Two marks of one answer that are too far apart."""

    marking_id: int
    question_id: int
    candidate: str
    first: Decimal
    second: Decimal
    possible: Decimal
    markers: tuple[int, ...]


def discrepancies(sitting_id: int) -> list[Discrepancy]:
    """Return the disputed answers of a sitting, oldest first; candidates by number if blind.

    Budget: 3 queries for any number of them.
    """
    plan = MarkingPlan.objects.filter(sitting_id=sitting_id).first()
    possible = Mark.objects.filter(
        result_id=OuterRef("result_id"), question_id=OuterRef("question_id")
    ).values("possible")
    rows = (
        Marking.objects.filter(result__attempt__sitting_id=sitting_id, state=MarkingState.DISPUTED)
        .select_related("result__attempt__student")
        .defer("result__attempt__paper")
        .prefetch_related(Prefetch("given", GivenMark.objects.filter(set_aside_at=None)))
        .annotate(possible=Subquery(possible[:1]))
        .order_by("pk")
    )
    return [_discrepancy(row, plan) for row in rows]


def _discrepancy(row: Any, plan: MarkingPlan | None) -> Discrepancy:  # noqa: ANN401 annotated row
    attempt = row.result.attempt
    given: Sequence[GivenMark] = row.given.all()
    points = [shown(stored(one.points_num, one.points_den)) for one in given]
    blind = plan is not None and plan.blind
    return Discrepancy(
        marking_id=row.pk,
        question_id=row.question_id,
        candidate=blind_number(plan.salt, attempt.pk)
        if plan and blind
        else attempt.student.full_name,
        first=points[0],
        second=points[-1],
        possible=row.possible,
        markers=tuple(one.marker_id for one in given),
    )


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One line of the history of an answer's points."""

    act: str
    before: Decimal
    after: Decimal
    reason: str
    actor_id: int
    at: datetime


def history_of(attempt_id: int) -> dict[int, list[ChangeLine]]:
    """Return who changed which points of an attempt, by question id, oldest first. One query."""
    history: dict[int, list[ChangeLine]] = {}
    rows = MarkChange.objects.filter(result__attempt_id=attempt_id).order_by("pk")
    for row in rows:
        history.setdefault(row.question_id, []).append(
            ChangeLine(
                act=row.act,
                before=shown(stored(row.before_num, row.before_den)),
                after=shown(stored(row.after_num, row.after_den)),
                reason=row.reason,
                actor_id=row.actor_id,
                at=row.at,
            )
        )
    return history


def may_mark(marking_id: int, user_id: int) -> bool:
    """Whether a person holds the claim of an answer at this moment."""
    held = Marking.objects.filter(pk=marking_id, claimed_by_id=user_id)
    return held.filter(claimed_until__gte=database_now()).exists()
