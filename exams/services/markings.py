"""Mark the answers that wait for a person: claim one, give points, agree, reconcile, open again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet

from exams.domain.marking import (
    MARKING,
    MarkingAction,
    MarkingRules,
    MarkingState,
    agreed_points,
)
from exams.domain.rubric import NotPicked, points_of_levels
from exams.domain.scoring import stored
from exams.errors import AnswerClaimed, MarkInvalid, ResultUnknown, SecondPersonNeeded
from exams.models import GivenMark, Mark, MarkChange, Marking, Result
from exams.queries import database_now
from exams.selectors.contents import content_of_sitting
from exams.selectors.markingplans import marking_rules
from exams.selectors.markings import waiting_marks
from exams.services.grading import changeable_result
from exams.services.handmarks import WrittenMark, open_mark, write_points
from kernel.machine import IllegalMove

CLAIM: Final = timedelta(minutes=15)  # renewed when the marker opens the answer again


@dataclass(frozen=True, slots=True)
class GivenPoints:
    """What one person gives to an answer: points, or one level of each criterion of the rubric.

    Attributes:
        levels: Place of the picked level by place of the criterion, both from 0.
        remarks: Comment by place of the criterion.
        comment: For the student.
    """

    points: Decimal | None = None
    levels: Mapping[int, int] = field(default_factory=dict)
    remarks: Mapping[int, str] = field(default_factory=dict)
    comment: str = ""


@transaction.atomic
def claim_next(sitting_id: int, *, actor_id: int, question_id: int | None = None) -> int | None:
    """Claim an answer that this person can mark; returns the marking's id, None if there is none.

    What the person had claimed before comes first. Nobody is given an answer that somebody else
    is reading, nor the second mark of what they marked first.
    """
    for mark in waiting_marks(sitting_id, actor_id=actor_id, question_id=question_id):
        marking, _made = Marking.objects.get_or_create(
            result_id=mark.result_id, question_id=mark.question_id
        )
        if _claim(marking.pk, actor_id):
            return marking.pk
    return None


@transaction.atomic
def claim(marking_id: int, *, actor_id: int) -> None:
    """Claim one answer, or renew the claim.

    Raises:
        ResultUnknown: There is none.
        AnswerClaimed: Somebody else is reading it, or it is marked.
        SecondPersonNeeded: The person has given one of its marks already.
    """
    marking = Marking.objects.filter(pk=marking_id).first()
    if marking is None:
        raise ResultUnknown(marking=marking_id)
    if _given(marking).filter(marker_id=actor_id).exists():
        raise SecondPersonNeeded(marking=marking_id)
    if not _claim(marking_id, actor_id):
        raise AnswerClaimed(marking=marking_id)


@transaction.atomic
def let_go(marking_id: int, *, actor_id: int) -> None:
    """Give a claim back, so that others are offered the answer at once."""
    rows = Marking.objects.filter(pk=marking_id, claimed_by_id=actor_id)
    rows.update(claimed_by=None, claimed_until=None)


def _claim(marking_id: int, actor_id: int) -> bool:
    """Claim by one conditional UPDATE; False when somebody else holds it, or it is settled."""
    now = database_now()
    free = Q(claimed_by=None) | Q(claimed_by_id=actor_id) | Q(claimed_until__lt=now)
    rows = Marking.objects.filter(free, pk=marking_id).exclude(state=MarkingState.SETTLED)
    return bool(rows.update(claimed_by_id=actor_id, claimed_until=now + CLAIM))


@transaction.atomic
def give_mark(marking_id: int, given: GivenPoints, *, actor_id: int) -> MarkingState:
    """Give one person's mark to an answer; returns where its marking stands then.

    1. The result is locked, and the claim renewed: who lost it to somebody else is refused.
    2. The mark is kept as given.
    3. Alone it counts; the first of two waits; the second agrees or not; a third one reconciles.

    Raises:
        ResultUnknown: There is no such marking, or nothing is handed in.
        ResultFinal: The result was released.
        AnswerClaimed: Somebody else has the answer, or it is marked.
        SecondPersonNeeded: The person has given one of its marks already.
        MarkInvalid: The points, or the levels, do not fit the question.
    """
    found = Marking.objects.select_related("result").filter(pk=marking_id).first()
    if found is None:
        raise ResultUnknown(marking=marking_id)
    result = changeable_result(found.result.attempt_id)
    claim(marking_id, actor_id=actor_id)
    marking = Marking.objects.get(pk=marking_id)
    row = open_mark(result, marking.question_id)
    if not row.needs_person:
        raise AnswerClaimed(marking=marking_id)
    points, levels = _points_of(result, row, given)
    GivenMark.objects.create(
        marking=marking,
        marker_id=actor_id,
        points_num=points.numerator,
        points_den=points.denominator,
        levels=levels,
        comment=given.comment.strip(),
    )
    rules = marking_rules(result.attempt.sitting_id)
    action, final = _what_follows(marking, row, rules)
    _move(marking, action)
    if final is not None:
        written = WrittenMark(final, _comment(marking), act=_ACTS[action])
        write_points(result, row, written, actor_id=actor_id)
    return MarkingState(marking.state)


_ACTS: Final[Mapping[MarkingAction, str]] = {
    MarkingAction.GIVE_ONLY: "given",
    MarkingAction.AGREE: "agreed",
    MarkingAction.RECONCILE: "reconciled",
}


def _what_follows(
    marking: Marking, row: Mark, rules: MarkingRules
) -> tuple[MarkingAction, Fraction | None]:
    """Return what the newest mark does to the marking, and the points that count, if they do."""
    given = [_fraction(one) for one in _given(marking)]
    match MarkingState(marking.state):
        case MarkingState.DISPUTED:
            return MarkingAction.RECONCILE, given[-1]
        case MarkingState.FIRST_IN:
            agreed = agreed_points(given[0], given[-1], Fraction(row.possible), rules)
            move = MarkingAction.DISAGREE if agreed is None else MarkingAction.AGREE
            return move, agreed
        case _ if rules.second_marker:
            return MarkingAction.GIVE_FIRST, None
        case _:
            return MarkingAction.GIVE_ONLY, given[-1]


def _move(marking: Marking, action: MarkingAction) -> None:
    """Move a marking by one conditional UPDATE; its claim ends."""
    target = MARKING.target(action)
    rows = Marking.objects.filter(pk=marking.pk, state__in=MARKING.sources(action))
    if not rows.update(state=target, claimed_by=None, claimed_until=None):
        raise IllegalMove(MARKING.name, marking.state, action.value)
    marking.state = target


def _given(marking: Marking) -> QuerySet[GivenMark]:
    return marking.given.filter(set_aside_at=None).order_by("pk")


def _fraction(given: GivenMark) -> Fraction:
    return stored(given.points_num, given.points_den)


def _comment(marking: Marking) -> str:
    """Return what students read: every comment, in the order given."""
    said = [one.comment for one in _given(marking) if one.comment]
    return "\n\n".join(dict.fromkeys(said))


def _points_of(result: Result, row: Mark, given: GivenPoints) -> tuple[Fraction, dict[str, Any]]:
    """Return the points, and the picked levels as stored."""
    question = content_of_sitting(result.attempt.sitting_id).question_map()[row.question_id]
    rubric = question.rubric
    if rubric and rubric.criteria:
        try:
            points = points_of_levels(rubric, given.levels)
        except NotPicked as error:
            raise MarkInvalid(possible=str(row.possible)) from error
        # Where the points of the question were corrected, the rubric's share of them counts.
        points = points * Fraction(row.possible) / rubric.most if rubric.most else points
        levels = {
            str(place): {"level": level, "comment": given.remarks.get(place, "").strip()}
            for place, level in given.levels.items()
        }
        return points, levels
    points_given = given.points
    if points_given is None or not (
        points_given.is_finite() and 0 <= points_given <= row.possible and row.possible
    ):
        raise MarkInvalid(possible=str(row.possible))
    return Fraction(points_given), {}


def reopen(result: Result, question_id: int, *, actor_id: int, reason: str = "") -> None:
    """Set the marks of one answer aside, because they were for another answer or are in doubt.

    Needs: the result, locked, in a transaction; the caller grades it again.
    """
    marking = Marking.objects.filter(result=result, question_id=question_id).first()
    if marking is not None:
        _given(marking).update(set_aside_at=database_now())
        if marking.state != MarkingState.WAITING:
            _move(marking, MarkingAction.REOPEN)
    row = result.marks.filter(question_id=question_id, marked_by__isnull=False).first()
    if row is not None:
        MarkChange.objects.create(
            result=result,
            question_id=question_id,
            act="dropped",
            before_num=row.points_num,
            before_den=row.points_den,
            after_num=0,
            after_den=1,
            reason=reason.strip(),
            actor_id=actor_id,
        )
