"""Which audiences a person may choose."""

from datetime import timedelta

import pytest

from accounts.selectors import roles_of
from kernel import clock
from notifications.audiences import choices_for, may_send_within
from notifications.tests.cast import School

pytestmark = pytest.mark.django_db


def keys(school: School, person: object) -> set[str]:
    roles = roles_of(person.pk)  # type: ignore[attr-defined] # a user of the cast
    groups = choices_for(roles, school.institution.pk, today=clock.now())
    return {key for _label, choices in groups for key, _name in choices}


def test_an_admin_chooses_sittings_classes_and_roles_of_their_school(school: School) -> None:
    other = School()
    sitting = school.sitting(clock.now() + timedelta(days=1))
    cancelled = school.sitting(clock.now() + timedelta(days=2), state="cancelled")
    old = school.sitting(clock.now() - timedelta(days=60))
    other.sitting(clock.now() + timedelta(days=1))
    found = keys(school, school.nora)
    assert f"sitting:{sitting.pk}" in found
    assert f"class:{school.maths.pk}:student" in found
    assert "role:student" in found
    assert not found & {f"sitting:{cancelled.pk}", f"sitting:{old.pk}"}
    assert not found & {f"class:{other.maths.pk}:student"}


def test_a_class_admin_chooses_their_class_only(school: School) -> None:
    art = type(school.maths).objects.create(institution=school.institution, code="10-B", name="Art")
    helper = school.person("Class admin", "admin", school.maths)
    assert keys(school, helper) == {f"class:{school.maths.pk}:student"}
    assert f"class:{art.pk}:student" in keys(school, school.nora)


@pytest.mark.parametrize(("who", "may"), [("nora", True), ("ivo", False), ("ana", False)])
def test_who_may_send_at_all(school: School, who: str, may: bool) -> None:  # noqa: FBT001 parametrised
    roles = roles_of(getattr(school, who).pk)
    assert may_send_within(roles, school.institution.pk) is may
    assert not may_send_within(roles, School().institution.pk)
