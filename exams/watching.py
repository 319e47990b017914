"""Port: who may follow a sitting and its attempts besides the candidates themselves.

Exams know roles; that invigilators are assigned to single sittings is known further up, and bound
in invigil/wiring.py.
"""

from collections.abc import Callable, Iterable

from accounts.policies import can_view_wall
from accounts.selectors import roles_of
from exams.selectors.sittings import SittingView, sitting_view

WatchRule = Callable[[int, Iterable[SittingView]], set[int]]
"""(user id, sittings) → ids of those among them that the person may watch."""


def by_role(user_id: int, sittings: Iterable[SittingView]) -> set[int]:
    """Return the sittings of classes in which the person's roles let them watch."""
    roles = roles_of(user_id)
    return {
        one.id
        for one in sittings
        if can_view_wall(roles, institution_id=one.institution_id, class_id=one.class_group_id)
    }


_bound: list[WatchRule] = [by_role]


def bind_watch_rule(rule: WatchRule) -> None:
    """Put the rule in place; called once per process, and by tests."""
    _bound[0] = rule


def watchable_among(user_id: int, sittings: Iterable[SittingView]) -> set[int]:
    """Return the ids of those sittings that somebody who is no candidate may follow."""
    return _bound[0](user_id, sittings)


def may_watch(user_id: int, sitting_id: int) -> bool:
    """Whether somebody who is not its candidate may follow a sitting and its attempts.

    Raises:
        SittingUnknown: There is no such sitting.
    """
    return sitting_id in watchable_among(user_id, [sitting_view(sitting_id)])
