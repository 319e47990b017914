"""Reads of accommodations: who has what, since when, and which sittings a change would reach."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from accounts.selectors import institution_card
from exams.domain.accommodation import (
    NOTHING,
    Adjustment,
    Validity,
    exemptions_of,
    gained,
    meet,
)
from exams.domain.states import LIVE, UNFINISHED, SittingState
from exams.errors import AccommodationUnknown
from exams.models import Accommodation, Attempt, Candidate, Sitting


@dataclass(frozen=True, slots=True)
class AccommodationView:
    """What one person is owed, from when to when, and who said so."""

    id: int
    institution_id: int
    student_id: int
    adjustment: Adjustment
    validity: Validity
    note: str
    created_by_id: int
    created_at: datetime
    ended_at: datetime | None = None
    ended_by_id: int | None = None
    ended_reason: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does to one candidate of a sitting that is to come or goes on.

    Attributes:
        before: What the candidate has now.
        after: What the candidate gets.
        accommodation_id: Whose figures these are then; None when no accommodation holds that day.
        keeps_time: The attempt has started, so time that was given stays.
    """

    candidate_id: int
    attempt_id: int
    sitting_id: int
    title: str
    starts_at: datetime
    state: SittingState
    before: Adjustment
    after: Adjustment
    accommodation_id: int | None
    keeps_time: bool

    @property
    def changes(self) -> bool:
        """Whether anything changes for the candidate."""
        return self.before != self.after


def accommodation_view(accommodation_id: int, institution_id: int) -> AccommodationView:
    """Return one accommodation, an ended one too.

    Raises:
        AccommodationUnknown: The institution has none of this id.
    """
    row = Accommodation.objects.filter(pk=accommodation_id, institution_id=institution_id).first()
    if row is None:
        raise AccommodationUnknown(accommodation=accommodation_id)
    return view_of(row)


def accommodations_of_institution(institution_id: int) -> list[AccommodationView]:
    """Return the standing accommodations, by the name of the person. One query."""
    rows = Accommodation.objects.filter(institution_id=institution_id, ended_at=None)
    return [view_of(row) for row in rows.order_by("student__full_name", "pk")]


def accommodations_of_student(
    student_id: int, institution_id: int | None = None
) -> list[AccommodationView]:
    """Return all that a person has and had, the newest first. One query."""
    rows = Accommodation.objects.filter(student_id=student_id)
    if institution_id is not None:
        rows = rows.filter(institution_id=institution_id)
    return [view_of(row) for row in rows.order_by("-pk")]


def view_of(row: Accommodation) -> AccommodationView:
    """Return a row as a value."""
    return AccommodationView(
        id=row.pk,
        institution_id=row.institution_id,
        student_id=row.student_id,
        adjustment=adjustment_of(row),
        validity=Validity(row.valid_from, row.valid_to),
        note=row.note,
        created_by_id=row.created_by_id,
        created_at=row.created_at,
        ended_at=row.ended_at,
        ended_by_id=row.ended_by_id,
        ended_reason=row.ended_reason,
    )


def adjustment_of(row: Accommodation | Candidate) -> Adjustment:
    """Return what a row gives."""
    return Adjustment(
        extra_percent=row.extra_percent,
        extra_time=row.extra_time,
        breaks=row.breaks,
        break_length=row.break_length,
        exemptions=exemptions_of(row.exemptions),
    )


def standing_of(
    institution_id: int, student_ids: Iterable[int] | None = None
) -> dict[int, AccommodationView]:
    """Return the standing accommodation of each student who has one. One query."""
    rows = Accommodation.objects.filter(institution_id=institution_id, ended_at=None)
    if student_ids is not None:
        rows = rows.filter(student_id__in=list(student_ids))
    return {row.student_id: view_of(row) for row in rows}


@dataclass(frozen=True, slots=True)
class Rule:
    """How candidates of an institution are adjusted: whose accommodation, in which calendar."""

    standing: dict[int, AccommodationView]
    zone: str

    def of(self, sitting: Sitting, candidate: Candidate) -> tuple[Adjustment, int | None]:
        """Return what a candidate gets, and by which accommodation, if one holds that day."""
        own = Adjustment(extra_percent=candidate.own_percent, extra_time=candidate.own_time)
        found = self.standing.get(candidate.student_id)
        if found is None or not found.validity.covers(sitting.starts_at, self.zone):
            return meet(NOTHING, own), None
        return meet(found.adjustment, own), found.id


def rule_for(institution_id: int, student_ids: Iterable[int] | None = None) -> Rule:
    """Return the rule as it stands now. Two queries."""
    zone = institution_card(institution_id).time_zone
    return Rule(standing_of(institution_id, student_ids), zone)


def effects_for_student(student_id: int, institution_id: int, rule: Rule) -> list[Effect]:
    """Return what a rule does to a student's candidacies that are to come or go on, by start.

    Two queries. What has ended, or was ended early, is history and not in it.
    """
    attempts = Attempt.objects.filter(
        student_id=student_id,
        sitting__institution_id=institution_id,
        sitting__state__in=UNFINISHED,
        sitting__ended_early_at=None,
        state__in=LIVE,
    )
    rows = attempts.select_related("sitting", "candidate").defer("paper")
    return [effect_of(row, rule) for row in rows.order_by("sitting__starts_at", "pk")]


def effect_of(attempt: Attempt, rule: Rule) -> Effect:
    """Return what a rule does to one attempt's candidate.

    Needs: `sitting` and `candidate` loaded with the attempt.
    """
    sitting, candidate = attempt.sitting, attempt.candidate
    before = adjustment_of(candidate)
    after, accommodation_id = rule.of(sitting, candidate)
    wanted, has_started = after, attempt.started_at is not None
    if has_started:
        after = gained(before, after, sitting.duration)
    if after != wanted and after == before:
        accommodation_id = candidate.accommodation_id
    return Effect(
        candidate_id=candidate.pk,
        attempt_id=attempt.pk,
        sitting_id=sitting.pk,
        title=sitting.title,
        starts_at=sitting.starts_at,
        state=SittingState(sitting.state),
        before=before,
        after=after,
        accommodation_id=accommodation_id,
        keeps_time=has_started and after != wanted,
    )


def preview_of(
    student_id: int, institution_id: int, planned: tuple[Adjustment, Validity] | None
) -> list[Effect]:
    """Return what would change if this stood instead of what stands now; None is nothing."""
    now = rule_for(institution_id, [student_id])
    standing = {}
    if planned is not None:
        adjustment, validity = planned
        standing[student_id] = AccommodationView(
            id=0,
            institution_id=institution_id,
            student_id=student_id,
            adjustment=adjustment,
            validity=validity,
            note="",
            created_by_id=0,
            created_at=datetime.min,  # noqa: DTZ901 never shown
        )
    return effects_for_student(student_id, institution_id, replace(now, standing=standing))
