"""Who may do what: one `can_<verb>_<noun>()` per permission, pure over a RoleSet.

Get the RoleSet from `accounts.selectors.roles_of(user_id)`; every view and topic asks one of
these. The tables name the roles; the tests walk every role against every predicate.
"""

from typing import Final

from accounts.roles import STAFF_ROLES, Role, RoleSet

AUTHORS: Final = frozenset({Role.AUTHOR, Role.ADMIN})
SCHEDULERS: Final = frozenset({Role.ADMIN})
WATCHERS: Final = frozenset({Role.INVIGILATOR, Role.CHIEF_INVIGILATOR, Role.ADMIN})
COMMANDERS: Final = frozenset({Role.INVIGILATOR, Role.CHIEF_INVIGILATOR})
LEADERS: Final = frozenset({Role.CHIEF_INVIGILATOR, Role.ADMIN})
GRADERS: Final = frozenset({Role.GRADER, Role.ADMIN})
SENDERS: Final = frozenset({Role.ADMIN})
MANAGERS: Final = frozenset({Role.ADMIN})
AUDITORS: Final = frozenset({Role.AUDITOR, Role.ADMIN})
MODERATORS: Final = frozenset({Role.INVIGILATOR, Role.CHIEF_INVIGILATOR, Role.ADMIN})
OPERATORS: Final = frozenset({Role.ADMIN})


def can_author_exams(roles: RoleSet, *, institution_id: int) -> bool:
    """Write banks, questions and exams of the institution; a class author writes for it too."""
    return roles.holds_within(AUTHORS, institution_id=institution_id)


def can_approve_exam(roles: RoleSet, *, institution_id: int, author_id: int | None) -> bool:
    """Approve an exam: an author or administrator of the institution who did not write it.

    Args:
        roles: Of whoever approves.
        institution_id: The exam's.
        author_id: Who wrote it or sent it to review.
    """
    is_second_person = roles.user_id is not None and roles.user_id != author_id
    return is_second_person and roles.holds_within(AUTHORS, institution_id=institution_id)


def can_schedule_sittings(roles: RoleSet, *, institution_id: int, class_id: int | None) -> bool:
    """Create, move and cancel sittings of the class, and register candidates."""
    return roles.holds(SCHEDULERS, institution_id=institution_id, class_id=class_id)


def can_view_wall(roles: RoleSet, *, institution_id: int, class_id: int | None) -> bool:
    """See the live board and the cameras of the class's sittings."""
    return roles.holds(WATCHERS, institution_id=institution_id, class_id=class_id)


def can_command_attempts(roles: RoleSet, *, institution_id: int, class_id: int | None) -> bool:
    """Pause, resume, extend, message and flag attempts of the class's sittings."""
    return roles.holds(COMMANDERS, institution_id=institution_id, class_id=class_id)


def can_lead_sitting(roles: RoleSet, *, institution_id: int, class_id: int | None) -> bool:
    """Terminate, reopen, hold, and give more time than an invigilator may."""
    return roles.holds(LEADERS, institution_id=institution_id, class_id=class_id)


def can_assign_invigilators(roles: RoleSet, *, institution_id: int, class_id: int | None) -> bool:
    """Say who watches the class's sittings."""
    return roles.holds(LEADERS, institution_id=institution_id, class_id=class_id)


def can_grade_sitting(roles: RoleSet, *, institution_id: int, class_id: int | None) -> bool:
    """See answers of the class's sittings and give marks."""
    return roles.holds(GRADERS, institution_id=institution_id, class_id=class_id)


def can_release_results(roles: RoleSet, *, institution_id: int, class_id: int | None) -> bool:
    """Show results of the class's sittings to its students."""
    return roles.holds(GRADERS, institution_id=institution_id, class_id=class_id)


def can_send_notices(roles: RoleSet, *, institution_id: int, class_id: int | None) -> bool:
    """Schedule and cancel notices to the class; without a class, to the institution."""
    return roles.holds(SENDERS, institution_id=institution_id, class_id=class_id)


def can_manage_people(roles: RoleSet, *, institution_id: int) -> bool:
    """Create, import and suspend people of the institution."""
    return roles.holds(MANAGERS, institution_id=institution_id)


def can_manage_accommodations(roles: RoleSet, *, institution_id: int) -> bool:
    """See, give and end what people of the institution are owed in their exams."""
    return roles.holds(MANAGERS, institution_id=institution_id)


def can_draft_timetables(roles: RoleSet, *, institution_id: int) -> bool:
    """Write timetables of the institution's classes and send them to review."""
    return roles.holds_within(AUTHORS, institution_id=institution_id)


def can_approve_timetable(roles: RoleSet, *, institution_id: int, author_ids: set[int]) -> bool:
    """Approve a timetable for the institution: an administrator who neither wrote nor sent it."""
    is_second_person = roles.user_id is not None and roles.user_id not in author_ids
    return is_second_person and roles.holds(MANAGERS, institution_id=institution_id)


def can_view_audit(roles: RoleSet, *, institution_id: int) -> bool:
    """Read the institution's audit trail."""
    return roles.holds(AUDITORS, institution_id=institution_id)


def can_enter_room(roles: RoleSet, *, institution_id: int, class_id: int) -> bool:
    """Read and post in the class's chat: its own students, and the staff that covers it."""
    is_student = any(
        grant.role is Role.STUDENT
        and grant.institution_id == institution_id
        and grant.class_id == class_id
        for grant in roles.grants
    )
    return is_student or roles.holds(STAFF_ROLES, institution_id=institution_id, class_id=class_id)


def can_moderate_room(roles: RoleSet, *, institution_id: int, class_id: int) -> bool:
    """Remove messages from the class's chat."""
    return roles.holds(MODERATORS, institution_id=institution_id, class_id=class_id)


def can_view_operations(roles: RoleSet) -> bool:
    """See queues, sockets, workers and capacity of the site."""
    return roles.is_operator or any(
        grant.role in OPERATORS and grant.class_id is None for grant in roles.grants
    )
