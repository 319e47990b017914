"""End a running sitting now: by a person who leads it, with a reason that everybody is told."""

from datetime import datetime

from django.db import transaction

from accounts.errors import Forbidden
from accounts.policies import can_lead_sitting
from accounts.roles import Role
from accounts.selectors import roles_of
from exams.domain.states import SITTING
from exams.errors import ReasonNeeded, SittingUnknown
from exams.events import SittingEndedEarly
from exams.models import Sitting
from exams.queries_sittings import end_sitting_early, stop_clocks
from exams.services import pushes
from exams.services.trail import append_line
from kernel.events import bus
from kernel.machine import IllegalMove


@transaction.atomic
def end_sitting(sitting_id: int, *, actor_id: int, reason: str) -> bool:
    """Let everybody's time end now; False when somebody has ended the sitting before.

    1. One conditional UPDATE writes down when, by whom and why; of two who press at once one
       wins, and the other learns that it has been done.
    2. Every live attempt gets that instant as its deadline. From here it is the ordinary ending:
       browsers send what they hold and answers on their way are taken within the grace, then
       the clock hands in what is stored (paused attempts too), marks who never started as
       absent, and closes the sitting, which unlocks the chat.
    3. Audit line, event, and the reason to each candidate.

    Budget: the same number of queries for any number of candidates, whose rows are locked.

    Raises:
        ReasonNeeded: No reason was given.
        SittingUnknown: There is none.
        Forbidden: The actor does not lead sittings of this class.
        IllegalMove: It does not run.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonNeeded
    role = _leading_role(sitting_id, actor_id)
    ended_at = end_sitting_early(sitting_id, actor_id=actor_id, role=role, reason=reason)
    if ended_at is None:
        return _ended_before(sitting_id)
    _stop(Sitting.objects.get(pk=sitting_id), ended_at, actor_id)
    return True


def _stop(sitting: Sitting, ended_at: datetime, actor_id: int) -> None:
    attempt_ids = stop_clocks(sitting.pk, ended_at)
    append_line(
        "sitting.ended_early",
        sitting,
        actor_id,
        reason=sitting.ended_early_reason,
        data={"as": sitting.ended_early_as, "attempts": attempt_ids},
    )
    bus.emit(
        SittingEndedEarly(
            sitting_id=sitting.pk,
            institution_id=sitting.institution_id,
            class_group_id=sitting.class_group_id,
            ended_at=ended_at,
            attempts=len(attempt_ids),
        )
    )
    pushes.sitting_moved(sitting)
    pushes.attempts_moved(attempt_ids)


def _leading_role(sitting_id: int, actor_id: int) -> Role:
    """Return the role under which the actor may end the sitting: the students are told it."""
    sitting = Sitting.objects.filter(pk=sitting_id).first()
    if sitting is None:
        raise SittingUnknown(sitting=sitting_id)
    roles = roles_of(actor_id)
    institution_id, class_id = sitting.institution_id, sitting.class_group_id
    if not can_lead_sitting(roles, institution_id=institution_id, class_id=class_id):
        raise Forbidden
    chief = {Role.CHIEF_INVIGILATOR}
    is_chief = roles.holds(chief, institution_id=institution_id, class_id=class_id)
    return Role.CHIEF_INVIGILATOR if is_chief else Role.ADMIN


def _ended_before(sitting_id: int) -> bool:
    sitting = Sitting.objects.get(pk=sitting_id)
    if sitting.ended_early_at is None:
        raise IllegalMove(SITTING.name, sitting.state, "end_early")
    return False
