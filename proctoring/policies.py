"""Who may watch, command or answer what, from the facts of a sitting and the roles of a person."""

from collections.abc import Iterable

from accounts import policies
from accounts.roles import RoleSet
from accounts.selectors import classes_of, roles_of
from exams.domain.states import UNFINISHED, SittingState
from exams.errors import AttemptUnknown, SittingUnknown
from exams.selectors.attempts import AttemptFacts, attempt_facts
from exams.selectors.sittings import (
    SittingView,
    candidate_ids,
    sitting_view,
    sittings_of_classes,
)
from proctoring.domain.command import MAX_EXTRA_CHIEF, MAX_EXTRA_INVIGILATOR
from proctoring.errors import NotAllowed
from proctoring.models import Assignment
from proctoring.watch import Watch


def watch_of(user_id: int, sitting_id: int) -> Watch:
    """Return what this person may do on the wall of a sitting.

    Where invigilators are assigned to the sitting, only they (and who leads) may watch.

    Raises:
        SittingUnknown: There is no such sitting.
        NotAllowed: This person may not watch it.
    """
    sitting = sitting_view(sitting_id)
    watch = _watch(sitting, roles_of(user_id), _assigned([sitting_id]))
    if watch is None:
        raise NotAllowed
    return watch


def may_watch(user_id: int, sitting_id: int) -> bool:
    """Whether this person may open the wall of a sitting."""
    try:
        watch_of(user_id, sitting_id)
    except NotAllowed:
        return False
    return True


def sitting_to_assign(user_id: int, sitting_id: int) -> SittingView:
    """Return the sitting to who says who watches it.

    Raises:
        SittingUnknown: There is none, or it is of an institution they have nothing to do with.
        NotAllowed: Their role does not include it.
    """
    sitting, roles = sitting_view(sitting_id), roles_of(user_id)
    if not (roles.is_operator or sitting.institution_id in roles.institution_ids):
        raise SittingUnknown(sitting=sitting_id)
    if not policies.can_assign_invigilators(
        roles, institution_id=sitting.institution_id, class_id=sitting.class_group_id
    ):
        raise NotAllowed
    return sitting


def can_be_assigned(user_id: int, sitting: SittingView) -> bool:
    """Whether this person invigilates for the sitting's class and is no candidate of it."""
    return user_id not in candidate_ids(sitting.id) and policies.can_command_attempts(
        roles_of(user_id),
        institution_id=sitting.institution_id,
        class_id=sitting.class_group_id,
    )


def watchable_among(user_id: int, sittings: Iterable[SittingView]) -> set[int]:
    """Return the ids of those sittings whose wall this person may open."""
    listed, roles = list(sittings), roles_of(user_id)
    assigned = _assigned([sitting.id for sitting in listed])
    return {sitting.id for sitting in listed if _watch(sitting, roles, assigned)}


def watchable_sittings(
    user_id: int, *, states: Iterable[SittingState] | None = None
) -> list[SittingView]:
    """Return the sittings whose wall this person may open, by start; past ones last."""
    sittings = sittings_of_classes([card.id for card in classes_of(user_id)], states=states)
    allowed = watchable_among(user_id, sittings)
    return sorted(
        (sitting for sitting in sittings if sitting.id in allowed),
        key=lambda sitting: (sitting.state not in UNFINISHED, sitting.starts_at),
    )


def _assigned(sitting_ids: list[int]) -> dict[int, set[int]]:
    """Return the assigned invigilators by sitting id; sittings without any are missing."""
    assigned: dict[int, set[int]] = {}
    rows = Assignment.objects.filter(sitting_id__in=sitting_ids)
    for sitting_id, invigilator_id in rows.values_list("sitting_id", "invigilator_id"):
        assigned.setdefault(sitting_id, set()).add(invigilator_id)
    return assigned


def _watch(sitting: SittingView, roles: RoleSet, assigned: dict[int, set[int]]) -> Watch | None:
    institution, group = sitting.institution_id, sitting.class_group_id
    if not policies.can_view_wall(roles, institution_id=institution, class_id=group):
        return None
    can_lead = policies.can_lead_sitting(roles, institution_id=institution, class_id=group)
    if sitting.id in assigned and roles.user_id not in assigned[sitting.id] and not can_lead:
        return None
    return Watch(
        sitting=sitting,
        can_command=can_lead
        or policies.can_command_attempts(roles, institution_id=institution, class_id=group),
        can_lead=can_lead,
        max_extra=MAX_EXTRA_CHIEF if can_lead else MAX_EXTRA_INVIGILATOR,
    )


def own_attempt(user_id: int, attempt_id: int) -> AttemptFacts:
    """Return the facts of an attempt to the candidate whose it is.

    Raises:
        AttemptUnknown: There is none, or it is somebody else's (one answer for both).
    """
    facts = attempt_facts(attempt_id)
    if facts.student_id != user_id:
        raise AttemptUnknown(attempt=attempt_id)
    return facts
