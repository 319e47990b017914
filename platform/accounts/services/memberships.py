"""Giving, suspending and restoring roles."""

from django.db import transaction

from accounts.errors import ClassUnknown, LastAdmin, MembershipUnknown, PersonUnknown
from accounts.models import ClassGroup, Membership, User
from accounts.roles import Role
from accounts.selectors import live_memberships
from kernel import audit, clock
from realtime import publish


@transaction.atomic
def grant_role(
    *,
    user_id: int,
    institution_id: int,
    role: Role,
    class_id: int | None = None,
    actor_id: int | None,
) -> int:
    """Make a person something in an institution or in one of its classes; again changes nothing.

    Args:
        user_id: Who.
        institution_id: Where.
        role: What. A student needs a class.
        class_id: Limits the role to one class; None is the whole institution.
        actor_id: Who does it; None for the system.

    Returns:
        The membership's id.

    Raises:
        ClassUnknown: The class is not one of the institution, or a student was given none.
        PersonUnknown: There is no such person.
    """
    if class_id is None and role is Role.STUDENT:
        raise ClassUnknown
    if (
        class_id
        and not ClassGroup.objects.filter(pk=class_id, institution_id=institution_id).exists()
    ):
        raise ClassUnknown
    if not User.objects.filter(pk=user_id).exists():
        raise PersonUnknown
    membership, created = Membership.objects.get_or_create(
        user_id=user_id, institution_id=institution_id, class_group_id=class_id, role=role
    )
    if created:
        _record("role.granted", membership, actor_id, "")
    return membership.pk


@transaction.atomic
def suspend_membership(
    *, membership_id: int, institution_id: int, actor_id: int, reason: str
) -> None:
    """Take a role away for now; the person's sockets end, so that no open page keeps its rights.

    Raises:
        MembershipUnknown: Not a membership of this institution, or suspended already.
        LastAdmin: The institution would have no administrator.
    """
    membership = _locked(membership_id, institution_id)
    if membership.role == Role.ADMIN and _is_last_admin(membership):
        raise LastAdmin
    changed = Membership.objects.filter(pk=membership_id, suspended_at__isnull=True).update(
        suspended_at=clock.now()
    )
    if not changed:
        raise MembershipUnknown
    _record("role.suspended", membership, actor_id, reason)
    _end_if_without_role(membership.user_id)
    publish.close_user_sockets(membership.user_id)


@transaction.atomic
def restore_membership(*, membership_id: int, institution_id: int, actor_id: int) -> None:
    """Give a suspended role back.

    Raises:
        MembershipUnknown: Not a suspended membership of this institution.
    """
    membership = _locked(membership_id, institution_id)
    changed = Membership.objects.filter(pk=membership_id, suspended_at__isnull=False).update(
        suspended_at=None
    )
    if not changed:
        raise MembershipUnknown
    _record("role.restored", membership, actor_id, "")


def _locked(membership_id: int, institution_id: int) -> Membership:
    rows = Membership.objects.select_for_update().filter(
        pk=membership_id, institution_id=institution_id
    )
    membership = rows.first()
    if membership is None:
        raise MembershipUnknown
    return membership


def _is_last_admin(membership: Membership) -> bool:
    admins = live_memberships().filter(
        institution_id=membership.institution_id, role=Role.ADMIN, class_group__isnull=True
    )
    # Locked, so that two suspensions at once cannot each spare the other.
    others = admins.exclude(pk=membership.pk).select_for_update(of=("self",))
    return membership.class_group_id is None and not list(others)


def _end_if_without_role(user_id: int) -> None:
    if not live_memberships().filter(user_id=user_id).exists():
        user = User.objects.select_for_update().get(pk=user_id)
        user.session_epoch += 1
        user.save(update_fields=["session_epoch"])


def _record(action: str, membership: Membership, actor_id: int | None, reason: str) -> None:
    audit.append(
        action,
        actor_id=actor_id,
        subject=f"user:{membership.user_id}",
        reason=reason,
        data={"role": membership.role, "class": membership.class_group_id},
        institution_id=membership.institution_id,
    )
