"""Who is what where: live memberships, roles, members of classes."""

from collections.abc import Iterable
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from accounts.models import ClassGroup, Membership, User
from accounts.roles import NOBODY, Grant, Role, RoleSet
from accounts.selectors.cards import ClassCard, UserCard, card_of, class_card_of

_OWN_ROLES: Final = "_own_roles"


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
    return _roles(user)


def _roles(user: User) -> RoleSet:
    rows = live_memberships().filter(user_id=user.pk)
    grants = frozenset(
        Grant(Role(role), institution_id, class_id)
        for role, institution_id, class_id in rows.values_list(
            "role", "institution_id", "class_group_id"
        )
    )
    return RoleSet(user_id=user.pk, grants=grants, is_operator=user.is_superuser)


def own_roles(user: AbstractBaseUser | AnonymousUser) -> RoleSet:
    """Return what a signed-in person is, asked once for each loaded user.

    Frame, navigation and cards of one page all ask. One query the first time, then none: for a
    decision after a write of the same request ask roles_of.
    """
    known = getattr(user, _OWN_ROLES, None)
    if isinstance(known, RoleSet):
        return known
    roles = _roles(user) if isinstance(user, User) and user.is_active else roles_of(user.pk)
    setattr(user, _OWN_ROLES, roles)
    return roles


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
    return [card_of(user) for user in users.order_by("full_name", "pk")]


def staff_of_class(class_id: int, roles: Iterable[Role]) -> list[UserCard]:
    """Return the people who hold one of `roles` for this class, in it or in its institution."""
    members = live_memberships().filter(
        Q(class_group_id=class_id) | Q(class_group__isnull=True, institution__classes__id=class_id),
        role__in=list(roles),
    )
    users = User.objects.select_related("institution").filter(pk__in=members.values("user_id"))
    return [card_of(user) for user in users.order_by("full_name", "pk")]


def ids_with_role(institution_id: int, role: Role) -> list[int]:
    """Return the user ids of all with this role in an institution or a class of it. One query."""
    members = live_memberships().filter(institution_id=institution_id, role=role)
    users = User.objects.filter(pk__in=members.values("user_id"))
    return list(users.order_by("full_name", "pk").values_list("pk", flat=True))


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
    return [class_card_of(group) for group in classes.order_by("name", "pk")]
