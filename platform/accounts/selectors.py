"""Reads of people, classes and roles, as frozen values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.errors import ClassUnknown, PersonUnknown
from accounts.models import ClassGroup, Institution, Membership, User
from accounts.roles import NOBODY, Grant, Role, RoleSet

# Joins letters of scripts that would otherwise connect (Persian initials).
NON_JOINER = "\u200c"


@dataclass(frozen=True, slots=True)
class UserCard:
    """What other people see of a person, and how to speak to them."""

    id: int
    name: str
    initials: str
    locale: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a person.

    Attributes:
        phone: E.164, or empty.
        phone_verified_at: None when nobody proved that the number is theirs.
        locale: Their own, else their institution's.
        time_zone: Their own, else their institution's.
    """

    id: int
    name: str
    email: str
    phone: str
    phone_verified_at: datetime | None
    locale: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person sees of their own account; locale and zone empty = the institution's."""

    full_name: str
    registration_number: str
    email: str
    institution: str
    locale: str
    time_zone: str
    phone: str
    phone_verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class InstitutionCard:
    """An institution."""

    id: int
    code: str
    name: str
    time_zone: str
    locale: str


@dataclass(frozen=True, slots=True)
class ClassCard:
    """A class of an institution."""

    id: int
    institution_id: int
    code: str
    name: str


def initials_of(name: str) -> str:
    """Return the first letters of the first two words, kept apart in joining scripts."""
    letters = [word[0].upper() for word in name.split()[:2]]
    return NON_JOINER.join(letters)


def _user_card(user: User) -> UserCard:
    institution = user.institution
    return UserCard(
        id=user.pk,
        name=user.full_name,
        initials=initials_of(user.full_name),
        locale=user.locale or (institution.locale if institution else "en"),
        time_zone=user.time_zone or (institution.time_zone if institution else "UTC"),
    )


def user_card(user_id: int) -> UserCard:
    """Return one person's card, of inactive people too: history names them.

    Raises:
        PersonUnknown: There is nobody with this id.
    """
    user = User.objects.select_related("institution").filter(pk=user_id).first()
    if user is None:
        raise PersonUnknown
    return _user_card(user)


def user_cards(user_ids: Iterable[int]) -> dict[int, UserCard]:
    """Return cards by user id; ids without a person are left out. One query."""
    users = User.objects.select_related("institution").filter(pk__in=set(user_ids))
    return {user.pk: _user_card(user) for user in users}


def contacts_of(user_ids: Iterable[int]) -> dict[int, Contact]:
    """Return how to reach active people, by user id. One query."""
    users = User.objects.select_related("institution").filter(pk__in=set(user_ids), is_active=True)
    return {
        user.pk: Contact(
            id=card.id,
            name=card.name,
            email=user.email,
            phone=user.phone,
            phone_verified_at=user.phone_verified_at,
            locale=card.locale,
            time_zone=card.time_zone,
        )
        for user in users
        for card in [_user_card(user)]
    }


def own_profile(user_id: int) -> Profile:
    """Return a person's own account.

    Raises:
        PersonUnknown: There is nobody with this id.
    """
    user = User.objects.select_related("institution").filter(pk=user_id).first()
    if user is None:
        raise PersonUnknown
    return Profile(
        full_name=user.full_name,
        registration_number=user.registration_number,
        email=user.email,
        institution=user.institution.name if user.institution else "",
        locale=user.locale,
        time_zone=user.time_zone,
        phone=user.phone,
        phone_verified_at=user.phone_verified_at,
    )


def live_memberships() -> QuerySet[Membership]:
    """Return memberships that count: not suspended, of active people, institutions and classes."""
    return Membership.objects.filter(
        Q(class_group__isnull=True) | Q(class_group__is_active=True),
        suspended_at__isnull=True,
        user__is_active=True,
        institution__is_active=True,
    )


def roles_of(user_id: int | None) -> RoleSet:
    """Return what a person is, where; nobody for None, for the inactive and for the unknown.

    Two queries.
    """
    if user_id is None:
        return NOBODY
    user = User.objects.filter(pk=user_id, is_active=True).only("is_superuser").first()
    if user is None:
        return NOBODY
    rows = live_memberships().filter(user_id=user.pk)
    grants = frozenset(
        Grant(Role(role), institution_id, class_id)
        for role, institution_id, class_id in rows.values_list(
            "role", "institution_id", "class_group_id"
        )
    )
    return RoleSet(user_id=user.pk, grants=grants, is_operator=user.is_superuser)


def members_of_class(class_id: int, role: Role | None = None) -> list[UserCard]:
    """Return the people whose live membership names this very class, by name.

    Args:
        class_id: The class.
        role: Only people with this role there; None is anybody.
    """
    members = live_memberships().filter(class_group_id=class_id)
    if role is not None:
        members = members.filter(role=role)
    users = User.objects.select_related("institution").filter(pk__in=members.values("user_id"))
    return [_user_card(user) for user in users.order_by("full_name", "pk")]


def staff_of_class(class_id: int, roles: Iterable[Role]) -> list[UserCard]:
    """Return the people who hold one of `roles` for this class, in it or in its institution."""
    members = live_memberships().filter(
        Q(class_group_id=class_id) | Q(class_group__isnull=True, institution__classes__id=class_id),
        role__in=list(roles),
    )
    users = User.objects.select_related("institution").filter(pk__in=members.values("user_id"))
    return [_user_card(user) for user in users.order_by("full_name", "pk")]


def classes_of(user_id: int, role: Role | None = None) -> list[ClassCard]:
    """Return the active classes a person belongs to, by name.

    Membership in a whole institution counts for each of its classes, except a student's:
    a student belongs to the classes that name them.
    """
    memberships = live_memberships().filter(user_id=user_id)
    if role is not None:
        memberships = memberships.filter(role=role)
    whole = memberships.filter(class_group__isnull=True).exclude(role=Role.STUDENT)
    classes = ClassGroup.objects.filter(
        Q(pk__in=memberships.values("class_group_id"))
        | Q(institution_id__in=whole.values("institution_id")),
        is_active=True,
    )
    return [_class_card(group) for group in classes.order_by("name", "pk")]


def class_card(class_id: int) -> ClassCard:
    """Return one class.

    Raises:
        ClassUnknown: There is no class with this id.
    """
    group = ClassGroup.objects.filter(pk=class_id).first()
    if group is None:
        raise ClassUnknown
    return _class_card(group)


def class_cards(class_ids: Iterable[int]) -> dict[int, ClassCard]:
    """Return classes by id. One query."""
    groups = ClassGroup.objects.filter(pk__in=set(class_ids))
    return {group.pk: _class_card(group) for group in groups}


def classes_of_institution(institution_id: int) -> list[ClassCard]:
    """Return the active classes of an institution, by name."""
    groups = ClassGroup.objects.filter(institution_id=institution_id, is_active=True)
    return [_class_card(group) for group in groups.order_by("name", "pk")]


def _class_card(group: ClassGroup) -> ClassCard:
    return ClassCard(
        id=group.pk, institution_id=group.institution_id, code=group.code, name=group.name
    )


def institution_card(institution_id: int) -> InstitutionCard:
    """Return one institution.

    Raises:
        PersonUnknown: There is no institution with this id.
    """
    institution = Institution.objects.filter(pk=institution_id).first()
    if institution is None:
        raise PersonUnknown
    return InstitutionCard(
        id=institution.pk,
        code=institution.code,
        name=institution.name,
        time_zone=institution.time_zone,
        locale=institution.locale,
    )
