"""Giving, suspending and restoring roles."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from accounts.errors import ClassUnknown, LastAdmin, MembershipUnknown, PersonUnknown
from accounts.models import ClassGroup, Institution, Membership, User
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

    A role that was suspended is restored: whoever gives it means that the person has it.

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
    _check_class(class_id, institution_id, role)
    if not User.objects.filter(pk=user_id).exists():
        raise PersonUnknown
    membership, created = Membership.objects.get_or_create(
        user_id=user_id, institution_id=institution_id, class_group_id=class_id, role=role
    )
    if created:
        _record("role.granted", membership, actor_id, "")
    elif _restored(membership.pk):
        _record("role.restored", membership, actor_id, "")
    return membership.pk


def _check_class(class_id: int | None, institution_id: int, role: Role) -> None:
    if class_id is None and role is Role.STUDENT:
        raise ClassUnknown
    classes = ClassGroup.objects.filter(institution_id=institution_id)
    if class_id and not classes.filter(pk=class_id).exists():
        raise ClassUnknown


@transaction.atomic
def suspend_membership(
    *, membership_id: int, institution_id: int, actor_id: int, reason: str
) -> None:
    """Take a role away for now; the person's sockets end, so that no open page keeps its rights.

    Raises:
        MembershipUnknown: Not a membership of this institution, or suspended already.
        LastAdmin: The institution would have no administrator.
    """
    lock_administration([institution_id])
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
    if not _restored(membership_id):
        raise MembershipUnknown
    _record("role.restored", membership, actor_id, "")


def _restored(membership_id: int) -> bool:
    rows = Membership.objects.filter(pk=membership_id, suspended_at__isnull=False)
    return bool(rows.update(suspended_at=None))


def _locked(membership_id: int, institution_id: int) -> Membership:
    rows = Membership.objects.select_for_update().filter(
        pk=membership_id, institution_id=institution_id
    )
    membership = rows.first()
    if membership is None:
        raise MembershipUnknown
    return membership


def lock_administration(institution_ids: Iterable[int]) -> None:
    """Let whoever takes administrators away from these institutions do so one after the other.

    Two at once would each count on the administrator whom the other takes away. Taken before any
    row of a person or a role, as an import of a class list does: nobody waits in a circle.

    Needs: an open transaction.
    """
    rows = Institution.objects.filter(pk__in=institution_ids).order_by("pk")
    list(rows.select_for_update(no_key=True))


def administered_by(user_id: int) -> list[int]:
    """Return the institutions of which this person is an administrator."""
    rows = _live_admins().filter(user_id=user_id)
    return list(rows.values_list("institution_id", flat=True))


def refuse_last_admin(user_id: int) -> None:
    """Refuse to do without this person where nobody else administers the institution.

    Raises:
        LastAdmin: An institution would have no administrator.

    Needs: lock_administration of what the person administers.
    """
    for institution_id in administered_by(user_id):
        others = _live_admins().filter(institution_id=institution_id).exclude(user_id=user_id)
        if not others.exists():
            raise LastAdmin


def _live_admins() -> QuerySet[Membership]:
    return live_memberships().filter(role=Role.ADMIN, class_group__isnull=True)


def _is_last_admin(membership: Membership) -> bool:
    admins = _live_admins().filter(institution_id=membership.institution_id)
    others = admins.exclude(pk=membership.pk)
    return membership.class_group_id is None and not others.exists()


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
