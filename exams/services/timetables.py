"""Timetables of classes: drafted, reviewed by a second person, approved, turned into sittings."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.errors import Forbidden
from accounts.policies import (
    can_approve_timetable,
    can_draft_timetables,
    can_schedule_sittings,
)
from accounts.selectors import class_card, institution_card, roles_of
from exams.domain.timetable import TIMETABLE, TimetableAction, TimetableState, form_faults_of
from exams.errors import (
    DocumentInvalid,
    ExamFrozen,
    ReasonNeeded,
    ReviewOutdated,
    SecondPersonNeeded,
    TimetableUnknown,
    TryAgain,
)
from exams.models import Timetable, TimetableSitting
from exams.queries import database_now
from exams.selectors.timetables import (
    PlannedEntry,
    faults_of_timetable,
    planned_entries,
    timetable_view,
)
from exams.services.scheduling import SittingPlan, schedule_sitting
from exams.services.trail import append_line
from kernel.machine import IllegalMove


@transaction.atomic
def draft_timetable(class_group_id: int, *, title: str, actor_id: int) -> int:
    """Begin a timetable for a class and return its id; a copy of the one that stands, if any.

    Raises:
        Forbidden: The actor does not draft timetables of the institution.
        TryAgain: Somebody else began one at the same moment.
    """
    group = class_card(class_group_id)
    _require_drafter(group.institution_id, actor_id)
    mine = Timetable.objects.filter(class_group_id=class_group_id)
    standing = mine.filter(state=TimetableState.APPROVED).first()
    empty = {"zone": institution_card(group.institution_id).time_zone, "entries": []}
    try:
        with transaction.atomic():
            row = Timetable.objects.create(
                institution_id=group.institution_id,
                class_group_id=class_group_id,
                title=title.strip() or group.name,
                version=(mine.aggregate(last=Max("version"))["last"] or 0) + 1,
                document=standing.document if standing else empty,
                created_by_id=actor_id,
            )
    except IntegrityError:  # somebody has begun one of this class in the same moment
        raise TryAgain from None
    append_line("timetable.drafted", row, actor_id, data={"version": row.version})
    return row.pk


@transaction.atomic
def write_timetable(
    timetable_id: int, *, title: str, document: dict[str, Any], actor_id: int
) -> None:
    """Put a document in place of the one a draft has.

    It must have the form of a timetable; what is wrong with its entries is told on its page and
    holds it up before the review.

    Raises:
        TimetableUnknown, Forbidden: Nothing was changed.
        ExamFrozen: It is no draft.
        DocumentInvalid: `faults` say where and how.
    """
    faults = form_faults_of(document)
    if faults:
        raise DocumentInvalid(faults="; ".join(str(fault) for fault in faults))
    row = _locked(timetable_id)
    _require_drafter(row.institution_id, actor_id)
    if row.state != TimetableState.DRAFT:
        raise ExamFrozen(state=row.state)
    row.title, row.document = title.strip() or row.title, document
    row.editors = sorted({*row.editors, actor_id})
    row.save(update_fields=["title", "document", "editors"])
    append_line("timetable.written", row, actor_id, data={"entries": len(document["entries"])})


@transaction.atomic
def send_to_review(timetable_id: int, *, actor_id: int) -> None:
    """Close a draft for writing and offer it to a second person.

    Raises:
        DocumentInvalid: It has faults that hold it up.
        TimetableUnknown, Forbidden, IllegalMove: Nothing was changed.
    """
    row = _locked(timetable_id)
    _require_drafter(row.institution_id, actor_id)
    _require_sound(timetable_id)
    _move(row, TimetableAction.SEND_TO_REVIEW, sent_by_id=actor_id, returned_reason="")
    append_line("timetable.sent_to_review", row, actor_id)


@transaction.atomic
def return_to_draft(timetable_id: int, *, actor_id: int, reason: str) -> None:
    """Give a timetable in review back to who drafted it, with a reason.

    Raises:
        ReasonNeeded, TimetableUnknown, Forbidden, IllegalMove: Nothing was changed.
    """
    if not reason.strip():
        raise ReasonNeeded
    row = _locked(timetable_id)
    _require_drafter(row.institution_id, actor_id)
    _move(row, TimetableAction.RETURN, returned_reason=reason.strip())
    append_line("timetable.returned", row, actor_id, reason=reason)


@transaction.atomic
def approve_timetable(timetable_id: int, *, actor_id: int, seen: str | None = None) -> None:
    """Let a timetable stand for its class; the one that stood is superseded in the same moment.

    The rows of the class are held, so that of two who approve at once one comes after the other.

    Args:
        timetable_id: The timetable.
        actor_id: Who approves.
        seen: Digest of what the approver read; None does not compare.

    Raises:
        SecondPersonNeeded: The actor began it, wrote in it or sent it to review.
        ReviewOutdated: It went back to its author and was changed since the approver read it.
        Forbidden: The actor does not approve for the institution.
        DocumentInvalid: It has come to have faults that hold it up.
        TimetableUnknown, IllegalMove: Nothing was changed.
    """
    row = _locked(timetable_id)
    authors = {row.created_by_id, row.sent_by_id or row.created_by_id, *row.editors}
    if actor_id in authors:
        raise SecondPersonNeeded(timetable=timetable_id)
    roles = roles_of(actor_id)
    if not can_approve_timetable(roles, institution_id=row.institution_id, author_ids=authors):
        raise Forbidden
    if seen is not None and seen != timetable_view(timetable_id).digest:
        raise ReviewOutdated(timetable=timetable_id)
    _require_sound(timetable_id)
    before = Timetable.objects.filter(
        class_group_id=row.class_group_id, state__in=TIMETABLE.sources(TimetableAction.SUPERSEDE)
    )
    replaced = list(before.values_list("pk", flat=True))
    before.update(state=TimetableState.SUPERSEDED)
    now = database_now()
    _move(row, TimetableAction.APPROVE, approved_by_id=actor_id, approved_at=now)
    append_line("timetable.approved", row, actor_id, data={"replaces": replaced})


@transaction.atomic
def schedule_entries(timetable_id: int, *, actor_id: int) -> list[int]:
    """Make a sitting of every entry that names an approved exam and has none; return their ids.

    All of them or none. Done again, by anybody, it makes only what is still missing: an entry keeps
    its id from version to version, and the database holds one sitting for each.

    Raises:
        Forbidden: The actor does not schedule sittings of the class.
        IllegalMove: It is not the timetable that stands.
        TimetableUnknown: There is none.
    """
    row = _locked(timetable_id)
    where = {"institution_id": row.institution_id, "class_id": row.class_group_id}
    if not can_schedule_sittings(roles_of(actor_id), **where):
        raise Forbidden
    if row.state != TimetableState.APPROVED:
        raise IllegalMove(TIMETABLE.name, row.state, "schedule")
    planned = planned_entries(timetable_view(timetable_id), database_now())
    made = [_schedule(row, one, actor_id) for one in planned if one.can_schedule]
    if made:
        append_line("timetable.scheduled", row, actor_id, data={"sittings": made})
    return made


def _schedule(row: Timetable, planned: PlannedEntry, actor_id: int) -> int:
    entry = planned.entry
    assert entry.exam_id is not None
    sitting_id = schedule_sitting(
        exam_id=entry.exam_id,
        class_group_id=row.class_group_id,
        plan=SittingPlan(
            title=entry.name,
            starts_at=entry.starts_at,
            closes_at=entry.closes_at,
            duration=entry.duration,
            rooms=entry.rooms,
        ),
        actor_id=actor_id,
    )
    TimetableSitting.objects.create(
        class_group_id=row.class_group_id, entry=entry.id, sitting_id=sitting_id
    )
    return sitting_id


def _locked(timetable_id: int) -> Timetable:
    """Return a timetable, every one of its class locked in the order of their ids."""
    class_group = Timetable.objects.filter(pk=timetable_id).values("class_group_id")
    rows = Timetable.objects.select_for_update().filter(class_group_id__in=class_group)
    found = {row.pk: row for row in rows.order_by("pk")}
    if timetable_id not in found:
        raise TimetableUnknown(timetable=timetable_id)
    return found[timetable_id]


def _move(row: Timetable, action: TimetableAction, **changes: object) -> None:
    target = TIMETABLE.next_state(TimetableState(row.state), action)
    moved = Timetable.objects.filter(pk=row.pk, state__in=TIMETABLE.sources(action))
    if not moved.update(state=target, **changes):
        raise IllegalMove(TIMETABLE.name, row.state, action.value)


def _require_drafter(institution_id: int, actor_id: int) -> None:
    if not can_draft_timetables(roles_of(actor_id), institution_id=institution_id):
        raise Forbidden


def _require_sound(timetable_id: int) -> None:
    faults = faults_of_timetable(timetable_view(timetable_id)).blocking
    if faults:
        raise DocumentInvalid(faults="; ".join(str(fault) for fault in faults))
