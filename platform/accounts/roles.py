"""The roles a membership can carry, and the set of them one person holds (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Grant:
    """One live membership: a role in a whole institution, or in one class of it.

    Attributes:
        role: What the person is there.
        institution_id: Where.
        class_id: The one class it is limited to; None is every class of the institution.
    """

    role: Role
    institution_id: int
    class_id: int | None = None

    def covers(self, institution_id: int, class_id: int | None) -> bool:
        """Whether it reaches this class; a class of None asks for the whole institution."""
        if self.institution_id != institution_id:
            return False
        return self.class_id is None or self.class_id == class_id


@dataclass(frozen=True, slots=True)
class RoleSet:
    """What one person is, where. Suspended and inactive things are not in it.

    Attributes:
        user_id: The person; None for a visitor.
        grants: Live memberships.
        is_operator: Runs the site: counts as an administrator of every institution.
    """

    user_id: int | None = None
    grants: frozenset[Grant] = frozenset()
    is_operator: bool = False

    def holds(
        self, roles: Iterable[Role], *, institution_id: int, class_id: int | None = None
    ) -> bool:
        """Whether any of `roles` is held there; without a class, for the whole institution."""
        wanted = frozenset(roles)
        if self.is_operator and Role.ADMIN in wanted:
            return True
        return any(
            grant.role in wanted and grant.covers(institution_id, class_id) for grant in self.grants
        )

    def holds_within(self, roles: Iterable[Role], *, institution_id: int) -> bool:
        """Whether any of `roles` is held in the institution or in any one class of it."""
        wanted = frozenset(roles)
        if self.is_operator and Role.ADMIN in wanted:
            return True
        return any(
            grant.role in wanted and grant.institution_id == institution_id for grant in self.grants
        )

    def holds_anywhere(self, roles: Iterable[Role]) -> bool:
        """Whether any of `roles` is held at all: for menus, never to allow an act."""
        wanted = frozenset(roles)
        if self.is_operator and Role.ADMIN in wanted:
            return True
        return any(grant.role in wanted for grant in self.grants)

    def scopes(self, roles: Iterable[Role]) -> frozenset[tuple[int, int | None]]:
        """Return (institution id, class id or None for all) of each place where one is held.

        An operator's everywhere is not listed: callers that list for operators ask
        `is_operator` as well.
        """
        wanted = frozenset(roles)
        return frozenset(
            (grant.institution_id, grant.class_id) for grant in self.grants if grant.role in wanted
        )

    @property
    def institution_ids(self) -> frozenset[int]:
        """Return the institutions that the person belongs to."""
        return frozenset(grant.institution_id for grant in self.grants)

    @property
    def is_student_only(self) -> bool:
        """Whether the person is a student and nothing else."""
        return bool(self.grants) and all(grant.role is Role.STUDENT for grant in self.grants)


NOBODY = RoleSet()
