"""Port: who may follow a sitting and its attempts besides the candidates themselves.

Exams know roles; that invigilators are assigned to single sittings is known further up, and bound
in invigil/wiring.py.
"""

from collections.abc import Callable

from accounts.policies import can_view_wall
from accounts.selectors import roles_of
from exams.selectors.sittings import sitting_view

WatchRule = Callable[[int, int], bool]
"""(user id, sitting id) → whether they may."""


def by_role(user_id: int, sitting_id: int) -> bool:
    """Whether the person's roles let them watch sittings of this class.

    Raises:
        SittingUnknown: There is no such sitting.
    """
    sitting = sitting_view(sitting_id)
    return can_view_wall(
        roles_of(user_id),
        institution_id=sitting.institution_id,
        class_id=sitting.class_group_id,
    )


_bound: list[WatchRule] = [by_role]


def bind_watch_rule(rule: WatchRule) -> None:
    """Put the rule in place; called once per process, and by tests."""
    _bound[0] = rule


def may_watch(user_id: int, sitting_id: int) -> bool:
    """Whether somebody who is not its candidate may follow a sitting and its attempts."""
    return _bound[0](user_id, sitting_id)
