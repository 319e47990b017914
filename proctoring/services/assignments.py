"""Who watches a sitting: assign and remove invigilators; boards follow at once."""

from collections.abc import Iterable
from typing import Final

from django.db import transaction

from exams.domain.states import SittingState
from exams.selectors.sittings import SittingView
from kernel import audit
from kernel.events import bus
from proctoring.errors import LastInvigilator, NotAnInvigilator
from proctoring.events import InvigilatorAssigned, InvigilatorRemoved
from proctoring.models import Assignment
from proctoring.policies import can_be_assigned, may_watch, sitting_to_assign
from proctoring.selectors import assignable_to
from realtime.publish import close_user_sockets

REJOIN: Final = 1012  # close code after which a client comes back and asks again
UNDER_WAY: Final = frozenset({SittingState.LOBBY, SittingState.RUNNING})


@transaction.atomic
def assign_invigilator(sitting_id: int, *, invigilator_id: int, actor_id: int) -> bool:
    """Let somebody watch a sitting; False when they were assigned already.

    The first one closes the board to every other invigilator of the class but those who lead:
    their sockets come back and are asked again.

    Raises:
        SittingUnknown, NotAllowed: The actor does not say who watches this sitting.
        NotAnInvigilator: The person does not invigilate for the class, or is a candidate.
    """
    sitting = sitting_to_assign(actor_id, sitting_id)
    if not can_be_assigned(invigilator_id, sitting):
        raise NotAnInvigilator(person=invigilator_id)
    _, is_new = Assignment.objects.get_or_create(
        sitting_id=sitting_id, invigilator_id=invigilator_id
    )
    if not is_new:
        return False
    _audit("sitting.invigilator_assigned", sitting, invigilator_id, actor_id)
    bus.emit(InvigilatorAssigned(sitting_id=sitting_id, invigilator_id=invigilator_id))
    if Assignment.objects.filter(sitting_id=sitting_id).count() == 1:
        _turn_away(sitting_id, (card.id for card in assignable_to(sitting)))
    return True


@transaction.atomic
def remove_invigilator(sitting_id: int, *, invigilator_id: int, actor_id: int) -> bool:
    """Take somebody off a sitting; False when they were not assigned.

    The rows of the sitting are locked first: of two who remove the last two at once, one is
    refused.

    Raises:
        SittingUnknown, NotAllowed: The actor does not say who watches this sitting.
        LastInvigilator: The sitting is under way and nobody else is assigned.
    """
    sitting = sitting_to_assign(actor_id, sitting_id)
    rows = Assignment.objects.select_for_update().filter(sitting_id=sitting_id).order_by("pk")
    assigned = {row.invigilator_id for row in rows}
    if invigilator_id not in assigned:
        return False
    if len(assigned) == 1 and sitting.state in UNDER_WAY:
        raise LastInvigilator
    Assignment.objects.filter(sitting_id=sitting_id, invigilator_id=invigilator_id).delete()
    _audit("sitting.invigilator_removed", sitting, invigilator_id, actor_id)
    bus.emit(InvigilatorRemoved(sitting_id=sitting_id, invigilator_id=invigilator_id))
    _turn_away(sitting_id, [invigilator_id])
    return True


def _turn_away(sitting_id: int, user_ids: Iterable[int]) -> None:
    """Close the boards of those who may no longer watch; they come back and are refused."""
    for user_id in user_ids:
        if not may_watch(user_id, sitting_id):
            for noun in ("wall", "media"):
                close_user_sockets(user_id, REJOIN, topic=f"{noun}:{sitting_id}")


def _audit(action: str, sitting: SittingView, invigilator_id: int, actor_id: int) -> None:
    audit.append(
        action,
        actor_id=actor_id,
        subject=f"sitting:{sitting.id}",
        data={"invigilator": invigilator_id},
        institution_id=sitting.institution_id,
    )
