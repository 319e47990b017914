"""What a person is owed in every exam: given once, applied to every sitting, ended with a reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction

from accounts.errors import Forbidden
from accounts.policies import can_manage_accommodations
from accounts.roles import Role
from accounts.selectors import ids_with_role, roles_of
from exams.domain.accommodation import Adjustment, Validity
from exams.domain.states import LIVE
from exams.errors import (
    AccommodationInvalid,
    AccommodationUnknown,
    NotAStudent,
    ReasonNeeded,
)
from exams.models import Accommodation, Attempt, Candidate, Sitting
from exams.queries import database_now, hold_accommodations, write_deadlines
from exams.selectors.accommodations import Effect, effects_for_student, rule_for
from exams.services import pushes
from exams.services.ledger import deadlines_of
from kernel import audit


@dataclass(frozen=True, slots=True)
class AccommodationPlan:
    """What a person gets from when to when. The note says what to do, never why."""

    adjustment: Adjustment
    validity: Validity
    note: str = ""


@transaction.atomic
def give_accommodation(
    *, institution_id: int, student_id: int, plan: AccommodationPlan, actor_id: int
) -> int:
    """Give a student an accommodation, apply it to what is to come and goes on; return its id.

    Raises:
        Forbidden: The actor does not manage accommodations here.
        NotAStudent: The person is no student of the institution.
        AccommodationInvalid: It gives nothing, a figure is out of range, or one stands already.
    """
    _require_manager(actor_id, institution_id)
    if student_id not in ids_with_role(institution_id, Role.STUDENT):
        raise NotAStudent(students=[student_id])
    _hold(institution_id, student_id)
    given = _create(institution_id, student_id, plan, actor_id)
    _audit("accommodation.given", given, actor_id)
    _apply(given, actor_id)
    return given.pk


@transaction.atomic
def change_accommodation(
    accommodation_id: int, *, plan: AccommodationPlan, actor_id: int, reason: str
) -> int:
    """End an accommodation and give another in its place; return the new one's id.

    The row that stood until now is kept as it was: what somebody had at an exam can be read later.

    Raises:
        AccommodationUnknown: There is none, or somebody has ended it meanwhile.
        Forbidden, ReasonNeeded, AccommodationInvalid: Nothing was changed.
    """
    before = _end(accommodation_id, actor_id, reason)
    after = _create(before.institution_id, before.student_id, plan, actor_id)
    _audit("accommodation.changed", after, actor_id, reason=reason, replaces=before.pk)
    _apply(after, actor_id)
    return after.pk


@transaction.atomic
def end_accommodation(accommodation_id: int, *, actor_id: int, reason: str) -> None:
    """End an accommodation; sittings that have not begun for the student go without it.

    Raises:
        AccommodationUnknown: There is none, or somebody has ended it meanwhile.
        Forbidden, ReasonNeeded: Nothing was changed.
    """
    ended = _end(accommodation_id, actor_id, reason)
    _audit("accommodation.ended", ended, actor_id, reason=reason)
    _apply(ended, actor_id)


def _end(accommodation_id: int, actor_id: int, reason: str) -> Accommodation:
    """End the row by one conditional UPDATE: of two who do it at once, one does."""
    if not reason.strip():
        raise ReasonNeeded
    row = Accommodation.objects.filter(pk=accommodation_id).first()
    if row is None:
        raise AccommodationUnknown(accommodation=accommodation_id)
    _require_manager(actor_id, row.institution_id)
    _hold(row.institution_id, row.student_id)
    ended = Accommodation.objects.filter(pk=row.pk, ended_at=None).update(
        ended_at=database_now(), ended_by_id=actor_id, ended_reason=reason.strip()
    )
    if not ended:
        raise AccommodationUnknown(accommodation=accommodation_id)
    row.refresh_from_db()
    return row


def _create(
    institution_id: int, student_id: int, plan: AccommodationPlan, actor_id: int
) -> Accommodation:
    gives = plan.adjustment
    if gives.is_empty or not gives.is_storable or not plan.validity.is_in_order:
        raise AccommodationInvalid(fault="empty" if gives.is_empty else "range")
    try:
        with transaction.atomic():
            return Accommodation.objects.create(
                institution_id=institution_id,
                student_id=student_id,
                note=plan.note.strip(),
                valid_from=plan.validity.first,
                valid_to=plan.validity.last,
                created_by_id=actor_id,
                **_columns(gives),
            )
    except IntegrityError:
        raise AccommodationInvalid(fault="standing") from None


def _columns(adjustment: Adjustment) -> dict[str, int | timedelta | list[str]]:
    return {
        "extra_percent": adjustment.extra_percent,
        "extra_time": adjustment.extra_time,
        "breaks": adjustment.breaks,
        "break_length": adjustment.break_length,
        "exemptions": sorted(one.value for one in adjustment.exemptions),
    }


def _require_manager(actor_id: int, institution_id: int) -> None:
    if not can_manage_accommodations(roles_of(actor_id), institution_id=institution_id):
        raise Forbidden


def _audit(
    action: str,
    row: Accommodation,
    actor_id: int,
    *,
    reason: str = "",
    replaces: int | None = None,
) -> None:
    """The note stays out of the trail: it is for invigilators, and it can be erased with the row."""
    audit.append(
        action,
        actor_id=actor_id,
        subject=f"user:{row.student_id}",
        reason=reason.strip(),
        data={
            "accommodation": row.pk,
            "replaces": replaces,
            "extra_percent": row.extra_percent,
            "extra_s": int(row.extra_time.total_seconds()),
            "breaks": row.breaks,
            "break_s": int(row.break_length.total_seconds()),
            "exemptions": list(row.exemptions),
            "valid_from": row.valid_from.isoformat(),
            "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        },
        institution_id=row.institution_id,
    )


def _hold(institution_id: int, student_id: int) -> None:
    """Hold the accommodations of the institution and the attempts of the student.

    In this order, attempts by their ids, and before the audit trail: as everybody does. Where the
    sittings stand is read after it, so that an early end is not outrun.
    """
    hold_accommodations(institution_id, alone=True)
    live = Attempt.objects.select_for_update(no_key=True).filter(student_id=student_id)
    list(live.filter(state__in=LIVE).order_by("pk").values_list("pk", flat=True))


# ── Applied to candidates ───────────────────────────────────────────────────────────────────
def _apply(row: Accommodation, actor_id: int) -> None:
    """Give every candidacy of the student that has not ended what follows from the rule now."""
    rule = rule_for(row.institution_id, [row.student_id])
    effects = effects_for_student(row.student_id, row.institution_id, rule)
    changed = [one for one in effects if one.changes]
    for effect in effects:
        _write(effect)
    for effect in changed:
        _audit_effect(effect, row, actor_id)
    _renew_deadlines([one.attempt_id for one in changed])


def _write(effect: Effect) -> None:
    Candidate.objects.filter(pk=effect.candidate_id).update(
        accommodation_id=effect.accommodation_id, **_columns(effect.after)
    )


def _audit_effect(effect: Effect, row: Accommodation, actor_id: int) -> None:
    before, after = effect.before, effect.after
    audit.append(
        "candidate.adjusted",
        actor_id=actor_id,
        subject=f"attempt:{effect.attempt_id}",
        data={
            "accommodation": effect.accommodation_id,
            "extra_percent": [before.extra_percent, after.extra_percent],
            "extra_s": [int(one.extra_time.total_seconds()) for one in (before, after)],
            "breaks": [before.breaks, after.breaks],
            "exemptions": [sorted(before.exemptions), sorted(after.exemptions)],
            "keeps_time": effect.keeps_time,
        },
        institution_id=row.institution_id,
    )


def _renew_deadlines(attempt_ids: Sequence[int]) -> None:
    """Give attempts, whose rows are held, their deadlines anew and tell their browsers."""
    rows = Attempt.objects.select_related("sitting", "candidate").defer("paper")
    deadlines = {}
    for attempt in rows.filter(pk__in=attempt_ids):
        deadlines.update(deadlines_of(attempt.sitting, [attempt]))
    write_deadlines(deadlines)
    pushes.attempts_moved(attempt_ids)


def adjust_new(sitting: Sitting, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Write what accommodations give to candidates that were registered in this transaction.

    Their rows are there before the accommodations are read, and nobody changes one meanwhile: a
    change that commits before is read here, a later one finds the rows.

    Budget: 4 queries, and 1 for each candidate who has one.
    """
    registered = list(candidates)
    hold_accommodations(sitting.institution_id, alone=False)
    rule = rule_for(sitting.institution_id, [one.student_id for one in registered])
    for candidate in registered:
        after, accommodation_id = rule.of(sitting, candidate)
        if accommodation_id is not None:
            _set(candidate, after, accommodation_id)
            candidate.save()
    return registered


def adjust_moved(sitting: Sitting) -> None:
    """Read again which accommodations hold on the day of a sitting that was moved.

    Needs: a sitting that has not opened, its row locked.
    """
    hold_accommodations(sitting.institution_id, alone=False)
    candidates = list(sitting.candidates.all())
    rule = rule_for(sitting.institution_id, [one.student_id for one in candidates])
    moved = []
    for candidate in candidates:
        had = (candidate.accommodation_id, candidate.extra_percent, candidate.extra_time)
        after, accommodation_id = rule.of(sitting, candidate)
        _set(candidate, after, accommodation_id)
        if had != (candidate.accommodation_id, candidate.extra_percent, candidate.extra_time):
            moved.append(candidate)
    Candidate.objects.bulk_update(moved, ["accommodation", *_columns(Adjustment())])


def _set(candidate: Candidate, after: Adjustment, accommodation_id: int | None) -> None:
    candidate.accommodation_id = accommodation_id
    for name, value in _columns(after).items():
        setattr(candidate, name, value)
