"""Who may send and who may read uploads.

Readers are partly a registry, because the scanner stands below the apps that know: chat answers
for its attachments, exams for files in answers and questions. invigil/wiring.py binds them.
"""

from collections.abc import Callable
from uuid import UUID

from accounts.policies import can_author_exams, can_grade_sitting, can_manage_people
from accounts.roles import RoleSet
from accounts.selectors import roles_of
from scanner.domain import Purpose

ReaderRule = Callable[[int, UUID], bool]
"""(viewer's user id, upload id) → whether this viewer may read it."""

_rules: dict[Purpose, list[ReaderRule]] = {}
_bars: dict[Purpose, list[ReaderRule]] = {}


def bind_reader(purpose: Purpose, rule: ReaderRule) -> None:
    """Let `rule` open uploads of this purpose to more people; binding twice has no effect."""
    rules = _rules.setdefault(purpose, [])
    if rule not in rules:
        rules.append(rule)


def bind_bar(purpose: Purpose, rule: ReaderRule) -> None:
    """Let `rule` close uploads of this purpose, even to their sender; twice has no effect."""
    bars = _bars.setdefault(purpose, [])
    if rule not in bars:
        bars.append(rule)


def can_read_upload(
    viewer_id: int, *, upload_id: UUID, owner_id: int, institution_id: int | None, purpose: Purpose
) -> bool:
    """Whether the viewer sent it, is staff of the owner's institution, or is let in by a rule.

    A bar comes before all of these: what a candidate once sent to the chat is a note in an exam.
    """
    if any(bar(viewer_id, upload_id) for bar in _bars.get(purpose, ())):
        return False
    if viewer_id == owner_id:
        return True
    if institution_id is not None and _is_staff_for(purpose, roles_of(viewer_id), institution_id):
        return True
    return any(rule(viewer_id, upload_id) for rule in _rules.get(purpose, ()))


def can_send_upload(sender_id: int, *, purpose: Purpose) -> bool:
    """Whether the person may send files of this purpose somewhere.

    What it is then attached to is checked by the app that attaches it.
    """
    roles = roles_of(sender_id)
    match purpose:
        case Purpose.ANSWER | Purpose.CHAT:
            return bool(roles.grants) or roles.is_operator
        case Purpose.QUESTION:
            return any(can_author_exams(roles, institution_id=at) for at in roles.institution_ids)
        case Purpose.ROSTER:
            return any(can_manage_people(roles, institution_id=at) for at in roles.institution_ids)


def _is_staff_for(purpose: Purpose, roles: RoleSet, institution_id: int) -> bool:
    match purpose:
        case Purpose.ANSWER:
            return can_grade_sitting(roles, institution_id=institution_id, class_id=None)
        case Purpose.QUESTION:
            return can_author_exams(roles, institution_id=institution_id)
        case Purpose.ROSTER:
            return can_manage_people(roles, institution_id=institution_id)
        case Purpose.CHAT:
            return False  # only the room's own people, by chat's rule
