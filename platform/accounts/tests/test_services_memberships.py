"""Roles are given, suspended and restored; the last administrator stays."""

import pytest

from accounts.errors import ClassUnknown, LastAdmin, MembershipUnknown, PersonUnknown
from accounts.models import ClassGroup, Institution, Membership, User
from accounts.roles import Grant, Role
from accounts.selectors import roles_of
from accounts.services import memberships
from accounts.tests.conftest import Cast, School
from kernel.models import AuditEntry


def membership_of(user_id: int, role: Role) -> int:
    return Membership.objects.get(user_id=user_id, role=role).pk


def test_a_role_given_twice_is_one_role(school: School, cast: Cast) -> None:
    ids = {
        memberships.grant_role(
            user_id=cast.ana,
            institution_id=school.id,
            role=Role.STUDENT,
            class_id=school.other_class_id,
            actor_id=None,
        )
        for _ in range(2)
    }
    assert len(ids) == 1
    granted = AuditEntry.objects.filter(action="role.granted", subject=f"user:{cast.ana}")
    assert granted.count() == 2
    assert Grant(Role.STUDENT, school.id, school.other_class_id) in roles_of(cast.ana).grants


def test_two_roles_of_the_whole_institution_do_not_double(school: School, cast: Cast) -> None:
    for _ in range(2):
        memberships.grant_role(
            user_id=cast.ivo, institution_id=school.id, role=Role.AUTHOR, actor_id=None
        )
    assert Membership.objects.filter(user_id=cast.ivo, role=Role.AUTHOR).count() == 1


def test_a_student_needs_a_class_of_the_institution(
    school: School, other_school: School, cast: Cast
) -> None:
    for class_id in (None, other_school.class_id):
        with pytest.raises(ClassUnknown):
            memberships.grant_role(
                user_id=cast.ana,
                institution_id=school.id,
                role=Role.STUDENT,
                class_id=class_id,
                actor_id=None,
            )
    with pytest.raises(PersonUnknown):
        memberships.grant_role(user_id=0, institution_id=school.id, role=Role.ADMIN, actor_id=None)


def suspend(school: School, membership_id: int, actor_id: int) -> None:
    memberships.suspend_membership(
        membership_id=membership_id, institution_id=school.id, actor_id=actor_id, reason="ill"
    )


def test_a_suspended_role_is_gone_until_it_is_restored(school: School, cast: Cast) -> None:
    role = membership_of(cast.ivo, Role.INVIGILATOR)
    session = User.objects.get(pk=cast.ivo).get_session_auth_hash()
    suspend(school, role, cast.admin)
    assert not roles_of(cast.ivo).grants
    assert User.objects.get(pk=cast.ivo).get_session_auth_hash() != session
    entry = AuditEntry.objects.get(action="role.suspended")
    assert (entry.actor_id, entry.reason) == (cast.admin, "ill")
    with pytest.raises(MembershipUnknown):
        suspend(school, role, cast.admin)
    memberships.restore_membership(
        membership_id=role, institution_id=school.id, actor_id=cast.admin
    )
    assert roles_of(cast.ivo).grants
    with pytest.raises(MembershipUnknown):
        memberships.restore_membership(
            membership_id=role, institution_id=school.id, actor_id=cast.admin
        )


def test_a_suspended_role_that_is_given_again_is_there_again(school: School, cast: Cast) -> None:
    role = membership_of(cast.ivo, Role.INVIGILATOR)
    suspend(school, role, cast.admin)
    given = memberships.grant_role(
        user_id=cast.ivo,
        institution_id=school.id,
        role=Role.INVIGILATOR,
        class_id=school.class_id,
        actor_id=cast.admin,
    )
    assert given == role
    assert Grant(Role.INVIGILATOR, school.id, school.class_id) in roles_of(cast.ivo).grants
    entry = AuditEntry.objects.get(action="role.restored")
    assert (entry.actor_id, entry.subject) == (cast.admin, f"user:{cast.ivo}")


def test_one_of_two_roles_suspended_leaves_the_session(school: School, cast: Cast) -> None:
    memberships.grant_role(
        user_id=cast.ivo, institution_id=school.id, role=Role.AUTHOR, actor_id=None
    )
    session = User.objects.get(pk=cast.ivo).get_session_auth_hash()
    suspend(school, membership_of(cast.ivo, Role.INVIGILATOR), cast.admin)
    assert User.objects.get(pk=cast.ivo).get_session_auth_hash() == session


def test_the_last_administrator_stays(school: School, cast: Cast) -> None:
    with pytest.raises(LastAdmin):
        suspend(school, membership_of(cast.admin, Role.ADMIN), cast.admin)
    memberships.grant_role(
        user_id=cast.ivo, institution_id=school.id, role=Role.ADMIN, actor_id=None
    )
    suspend(school, membership_of(cast.admin, Role.ADMIN), cast.ivo)
    with pytest.raises(LastAdmin):
        suspend(school, membership_of(cast.ivo, Role.ADMIN), cast.ivo)


def test_an_administrator_of_one_class_does_not_save_the_last(school: School, cast: Cast) -> None:
    memberships.grant_role(
        user_id=cast.ivo,
        institution_id=school.id,
        role=Role.ADMIN,
        class_id=school.class_id,
        actor_id=None,
    )
    with pytest.raises(LastAdmin):
        suspend(school, membership_of(cast.admin, Role.ADMIN), cast.admin)


def test_an_outsider_changes_no_role(other_school: School, cast: Cast) -> None:
    role = membership_of(cast.ana, Role.STUDENT)
    with pytest.raises(MembershipUnknown):
        suspend(other_school, role, cast.olga)
    with pytest.raises(MembershipUnknown):
        memberships.restore_membership(
            membership_id=role, institution_id=other_school.id, actor_id=cast.olga
        )
    assert roles_of(cast.ana).grants


def test_roles_of_inactive_things_do_not_count(school: School, cast: Cast) -> None:
    ClassGroup.objects.filter(pk=school.class_id).update(is_active=False)
    assert not roles_of(cast.ana).grants
    ClassGroup.objects.filter(pk=school.class_id).update(is_active=True)
    Institution.objects.filter(pk=school.id).update(is_active=False)
    assert not roles_of(cast.ana).grants
    assert not roles_of(cast.admin).grants
