"""The roles a membership can carry (pure)."""

from enum import StrEnum


class Role(StrEnum):
    """What a person may be in an institution or one of its classes."""

    STUDENT = "student"
    INVIGILATOR = "invigilator"
    CHIEF_INVIGILATOR = "chief_invigilator"
    AUTHOR = "author"
    GRADER = "grader"
    ADMIN = "admin"
    AUDITOR = "auditor"


STAFF_ROLES = frozenset(Role) - {Role.STUDENT}
