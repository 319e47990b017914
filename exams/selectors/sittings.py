"""Reads of sittings and of who is in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.roles import Role
from exams.domain.policy import Policy, policy_of
from exams.domain.states import LIVE, AttemptState, SittingState
from exams.domain.times import SittingTimes
from exams.errors import SittingUnknown
from exams.models import Attempt, Candidate, Result, Sitting
from exams.wire import EarlyEnd, SittingChanged
from kernel.clock import to_millis


@dataclass(frozen=True, slots=True)
class EndedEarly:
    """Who ended a sitting for everybody, when, as what, and why."""

    at: datetime
    by_id: int
    role: Role
    reason: str


@dataclass(frozen=True, slots=True)
class SittingView:
    """One sitting for staff pages and other apps."""

    id: int
    institution_id: int
    class_group_id: int
    exam_id: int
    exam_name: str
    title: str
    code: str
    state: SittingState
    lobby_opens_at: datetime
    starts_at: datetime
    closes_at: datetime
    duration: timedelta
    lobby_opened_at: datetime | None
    started_at: datetime | None
    closed_at: datetime | None
    policy: Policy
    rooms: tuple[str, ...]
    candidates: int
    live: int
    ended: int
    ended_early: EndedEarly | None = None
    needs_person: bool = False

    @property
    def times(self) -> SittingTimes:
        """Return the plan."""
        return SittingTimes(self.lobby_opens_at, self.starts_at, self.closes_at, self.duration)


def sitting_view(sitting_id: int) -> SittingView:
    """Return one sitting with its counts. One query.

    Raises:
        SittingUnknown: There is none.
    """
    row = _counted().filter(pk=sitting_id).first()
    if row is None:
        raise SittingUnknown(sitting=sitting_id)
    return _view(row)


def sittings_of_classes(
    class_group_ids: Iterable[int], *, states: Iterable[SittingState] | None = None
) -> list[SittingView]:
    """Return the sittings of some classes, by start, with their counts. One query."""
    rows = _counted().filter(class_group_id__in=list(class_group_ids))
    if states is not None:
        rows = rows.filter(state__in=list(states))
    return [_view(row) for row in rows.order_by("starts_at", "pk")]


def sittings_of_institution(institution_id: int) -> list[SittingView]:
    """Return the sittings of an institution, the latest start first. One query."""
    rows = _counted().filter(institution_id=institution_id)
    return [_view(row) for row in rows.order_by("-starts_at", "-pk")]


def sittings_of_exam(exam_id: int) -> list[SittingView]:
    """Return the sittings of one exam version, by start. One query."""
    return [_view(row) for row in _counted().filter(exam_id=exam_id).order_by("starts_at", "pk")]


def sitting_by_code(code: str, student_id: int) -> int | None:
    """Return the sitting of this code in which a student is a candidate; None without one.

    Spaces and the case of letters do not matter. What exists for others is not told. One query.
    """
    typed = "".join(code.split()).upper()
    rows = Candidate.objects.filter(sitting__code=typed, student_id=student_id)
    return rows.values_list("sitting_id", flat=True).first()


def candidate_ids(sitting_id: int) -> list[int]:
    """Return the user ids of everybody registered for a sitting."""
    rows = Candidate.objects.filter(sitting_id=sitting_id).order_by("student_id")
    return list(rows.values_list("student_id", flat=True))


def sitting_now(sitting_id: int) -> SittingChanged:
    """Return where a sitting stands, as its topic tells it.

    Raises:
        SittingUnknown: There is none.
    """
    row = Sitting.objects.filter(pk=sitting_id).first()
    if row is None:
        raise SittingUnknown(sitting=sitting_id)
    return changed_of_sitting(row)


def changed_of_sitting(sitting: Sitting) -> SittingChanged:
    """Return the message that says where a sitting stands."""
    return SittingChanged(
        state=sitting.state,
        lobby_opens_at=to_millis(sitting.lobby_opens_at),
        starts_at=to_millis(sitting.starts_at),
        closes_at=to_millis(sitting.closes_at),
        duration_s=int(sitting.duration.total_seconds()),
        early_end=early_end_of(sitting),
    )


def early_end_of(sitting: Sitting) -> EarlyEnd | None:
    """Return who ended a sitting for everybody and why, as its candidates are told."""
    if sitting.ended_early_at is None:
        return None
    return EarlyEnd(
        at=to_millis(sitting.ended_early_at),
        by=sitting.ended_early_as,
        reason=sitting.ended_early_reason,
    )


def working_count(sitting_id: int) -> int:
    """Return how many candidates write or are paused at this moment."""
    working = [AttemptState.RUNNING, AttemptState.PAUSED]
    return Attempt.objects.filter(sitting_id=sitting_id, state__in=working).count()


def _counted() -> QuerySet[Sitting]:
    live = Q(attempts__state__in=LIVE)
    to_mark = Result.objects.filter(attempt__sitting=OuterRef("pk"), needs_person=True)
    return (
        Sitting.objects.select_related("exam")
        .defer("exam__content")
        .annotate(
            candidate_count=Count("attempts__student_id", distinct=True),
            live_count=Count("attempts", filter=live, distinct=True),
            ended_count=Count("attempts", filter=~live & Q(attempts__isnull=False), distinct=True),
            waits_for_person=Exists(to_mark),
        )
    )


def _view(row: Sitting) -> SittingView:
    return SittingView(
        id=row.pk,
        institution_id=row.institution_id,
        class_group_id=row.class_group_id,
        exam_id=row.exam_id,
        exam_name=str(row.exam),
        title=row.title,
        code=row.code,
        state=SittingState(row.state),
        lobby_opens_at=row.lobby_opens_at,
        starts_at=row.starts_at,
        closes_at=row.closes_at,
        duration=row.duration,
        lobby_opened_at=row.lobby_opened_at,
        started_at=row.started_at,
        closed_at=row.closed_at,
        policy=policy_of(row.policy),
        rooms=tuple(row.rooms),
        candidates=getattr(row, "candidate_count", 0),
        live=getattr(row, "live_count", 0),
        ended=getattr(row, "ended_count", 0),
        ended_early=_ended_early(row),
        needs_person=getattr(row, "waits_for_person", False),
    )


def _ended_early(row: Sitting) -> EndedEarly | None:
    if row.ended_early_at is None or row.ended_early_by_id is None:
        return None
    return EndedEarly(
        at=row.ended_early_at,
        by_id=row.ended_early_by_id,
        role=Role(row.ended_early_as),
        reason=row.ended_early_reason,
    )
