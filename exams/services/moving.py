"""Move a sitting that has not opened: new times, the same papers and candidates."""

from datetime import datetime

from django.db import transaction

from accounts.errors import Forbidden
from accounts.policies import can_schedule_sittings
from accounts.selectors import roles_of
from exams.domain.states import ExamState, SittingState
from exams.domain.times import SittingTimes
from exams.errors import ExamNotApproved, SittingHasOpened, StartPassed, TimesInvalid
from exams.events import SittingMoved
from exams.models import Sitting
from exams.queries import database_now, write_deadlines
from exams.queries_sittings import reschedule_sitting
from exams.services import pushes
from exams.services.accommodations import adjust_moved
from exams.services.ledger import last_starts_of
from exams.services.scheduling import locked_sitting
from exams.services.trail import append_line
from kernel.errors import DomainError
from kernel.events import bus


@transaction.atomic
def move_sitting(sitting_id: int, *, times: SittingTimes, actor_id: int) -> bool:
    """Give a sitting new times; False when they are its times already.

    1. One conditional UPDATE decides, by the database's clock; two who move at once come one
       after the other, and the later one's times stand.
    2. The last moment to start of every candidate follows, by the accommodations that hold on the
       new day. Papers stay as they were drawn, and the window of the chat lock follows by itself:
       it is read from the sitting.
    3. Audit line with old and new times, event, pushes to the lobby and the boards.

    Raises:
        Forbidden: The actor may not schedule for this class.
        SittingUnknown: There is none.
        TimesInvalid: The times are not in order, or the duration is not positive.
        SittingHasOpened: Its lobby is open or due, or it is over.
        StartPassed: The new start lies in the past.
        ExamNotApproved: Its exam may not be taken.
    """
    sitting = locked_sitting(sitting_id)
    _require_scheduler(sitting, actor_id)
    before = times_of(sitting)
    if before == times:
        return False
    if not times.is_in_order:
        raise TimesInvalid
    if not reschedule_sitting(sitting_id, times):
        raise _refusal(sitting)
    sitting.refresh_from_db()
    adjust_moved(sitting)
    write_deadlines(last_starts_of(sitting))
    _tell_moved(sitting, before, actor_id)
    return True


def _tell_moved(sitting: Sitting, before: SittingTimes, actor_id: int) -> None:
    after = times_of(sitting)
    append_line("sitting.moved", sitting, actor_id, data=_change(before, after))
    bus.emit(
        SittingMoved(
            sitting_id=sitting.pk,
            institution_id=sitting.institution_id,
            class_group_id=sitting.class_group_id,
            actor_id=actor_id,
            was_to_start_at=before.starts_at,
            starts_at=after.starts_at,
            closes_at=after.closes_at,
        )
    )
    pushes.sitting_moved(sitting)


def times_of(sitting: Sitting) -> SittingTimes:
    """Return the plan of a sitting."""
    return SittingTimes(
        lobby_opens_at=sitting.lobby_opens_at,
        starts_at=sitting.starts_at,
        closes_at=sitting.closes_at,
        duration=sitting.duration,
    )


def _require_scheduler(sitting: Sitting, actor_id: int) -> None:
    if not can_schedule_sittings(
        roles_of(actor_id),
        institution_id=sitting.institution_id,
        class_id=sitting.class_group_id,
    ):
        raise Forbidden


def _refusal(sitting: Sitting) -> DomainError:
    """Say which guard refused; the sitting's row is locked, so it still holds."""
    now = database_now()
    if sitting.state != SittingState.SCHEDULED or sitting.lobby_opens_at <= now:
        return SittingHasOpened(state=sitting.state)
    if sitting.exam.state != ExamState.APPROVED:
        return ExamNotApproved(exam=sitting.exam_id)
    return StartPassed()


def _change(before: SittingTimes, after: SittingTimes) -> dict[str, object]:
    """Return what the audit line keeps: [before, after] of each time that changed."""
    pairs: dict[str, tuple[datetime, datetime]] = {
        "lobby_opens_at": (before.lobby_opens_at, after.lobby_opens_at),
        "starts_at": (before.starts_at, after.starts_at),
        "closes_at": (before.closes_at, after.closes_at),
    }
    change: dict[str, object] = {
        name: [was.isoformat(), now.isoformat()] for name, (was, now) in pairs.items() if was != now
    }
    if before.duration != after.duration:
        change["duration_s"] = [
            int(before.duration.total_seconds()),
            int(after.duration.total_seconds()),
        ]
    return change
