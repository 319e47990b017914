"""The people of an institution as its administrators see them."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.domain.words import clean_code, clean_text
from accounts.errors import PersonUnknown
from accounts.models import ClassGroup, Institution, Membership, User
from accounts.roles import Role, RoleSet
from accounts.selectors.cards import InstitutionCard, initials_of, institution_card_of

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class MembershipView:
    """One role of a person."""

    id: int
    role: Role
    class_name: str
    class_id: int | None
    suspended_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person with their roles in one institution."""

    id: int
    institution_id: int | None
    name: str
    initials: str
    registration_number: str
    email: str
    phone: str
    phone_verified_at: datetime | None
    is_active: bool
    has_password: bool
    last_login: datetime | None
    memberships: tuple[MembershipView, ...]


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of a list of people.

    Attributes:
        people: Those on this page, by name.
        total: How many there are in all pages.
        number: This page, from 1.
        pages: How many pages, at least 1.
    """

    people: tuple[PersonView, ...]
    total: int
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class with the number of its live students."""

    id: int
    code: str
    name: str
    is_active: bool
    students: int


def people_page(
    institution_id: int,
    *,
    query: str = "",
    class_id: int | None = None,
    role: Role | None = None,
    page: int = 1,
) -> PeoplePage:
    """Return one page of the people of an institution.

    Args:
        institution_id: Whose people: home people, and others with a role there.
        query: Part of a name, an address or a registration number.
        class_id: Only people with a role in this class.
        role: Only people with this role.
        page: From 1; beyond the last one is the last one.

    Three queries.
    """
    people = _people_of(institution_id)
    if query:
        people = people.filter(_matches(query))
    if class_id is not None or role is not None:
        wanted = Membership.objects.filter(institution_id=institution_id)
        wanted = wanted.filter(class_group_id=class_id) if class_id is not None else wanted
        wanted = wanted.filter(role=role) if role is not None else wanted
        people = people.filter(pk__in=wanted.values("user_id"))
    total = people.count()
    pages = max(1, math.ceil(total / PAGE_SIZE))
    number = min(max(page, 1), pages)
    shown = people.order_by("full_name", "pk")[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return PeoplePage(tuple(_view(user) for user in shown), total, number, pages)


def _matches(query: str) -> Q:
    text, code = clean_text(query), clean_code(query)
    return (
        Q(full_name__icontains=text)
        | Q(registration_number__icontains=code)
        | Q(email__icontains=code)
    )


def _people_of(institution_id: int) -> QuerySet[User]:
    here = Membership.objects.filter(institution_id=institution_id)
    roles = here.select_related("class_group").order_by("role", "class_group__name")
    return User.objects.filter(
        Q(institution_id=institution_id) | Q(pk__in=here.values("user_id"))
    ).prefetch_related(Prefetch("memberships", queryset=roles))


def person_view(user_id: int, institution_id: int) -> PersonView:
    """Return one person of an institution.

    Raises:
        PersonUnknown: Not a person of this institution.
    """
    user = _people_of(institution_id).filter(pk=user_id).first()
    if user is None:
        raise PersonUnknown
    return _view(user)


def _view(user: User) -> PersonView:
    return PersonView(
        id=user.pk,
        institution_id=user.institution_id,
        name=user.full_name,
        initials=initials_of(user.full_name),
        registration_number=user.registration_number,
        email=user.email,
        phone=user.phone,
        phone_verified_at=user.phone_verified_at,
        is_active=user.is_active,
        has_password=user.has_usable_password(),
        last_login=user.last_login,
        memberships=tuple(_membership_view(row) for row in user.memberships.all()),
    )


def _membership_view(row: Membership) -> MembershipView:
    return MembershipView(
        id=row.pk,
        role=Role(row.role),
        class_name=row.class_group.name if row.class_group else "",
        class_id=row.class_group_id,
        suspended_at=row.suspended_at,
    )


def class_rows(institution_id: int) -> list[ClassRow]:
    """Return the classes of an institution with their sizes. Two queries."""
    groups = ClassGroup.objects.filter(institution_id=institution_id).order_by("name", "pk")
    students = Membership.objects.filter(
        institution_id=institution_id,
        role=Role.STUDENT,
        suspended_at__isnull=True,
        user__is_active=True,
    )
    counted = students.values_list("class_group_id").annotate(Count("pk")).order_by()
    sizes: dict[int | None, int] = dict(counted)
    return [
        ClassRow(group.pk, group.code, group.name, group.is_active, sizes.get(group.pk, 0))
        for group in groups
    ]


def managed_institutions(roles: RoleSet) -> list[InstitutionCard]:
    """Return the institutions whose people this person manages; all of them for an operator.

    One query.
    """
    rows = Institution.objects.order_by("name")
    if not roles.is_operator:
        scopes = roles.scopes([Role.ADMIN])
        rows = rows.filter(pk__in={at for at, class_id in scopes if class_id is None})
    return [institution_card_of(row) for row in rows]


def count_people(institution_id: int) -> dict[Role, int]:
    """Return how many active people hold each role of an institution. One query."""
    rows = Membership.objects.filter(
        institution_id=institution_id, suspended_at__isnull=True, user__is_active=True
    )
    counted = rows.values_list("role").annotate(Count("user_id", distinct=True)).order_by()
    return {Role(role): count for role, count in counted}
