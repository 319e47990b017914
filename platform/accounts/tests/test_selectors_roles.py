"""Live memberships, roles and members of classes."""

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import selectors
from accounts.models import User
from accounts.roles import NOBODY, Grant, Role, RoleSet
from accounts.services.people import create_user
from accounts.tests.conftest import Cast, School, make_person


def queries_of(call: object) -> int:
    assert callable(call)
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


def test_roles_are_live_memberships(school: School, cast: Cast) -> None:
    assert selectors.roles_of(cast.ana).grants == {Grant(Role.STUDENT, school.id, school.class_id)}
    assert queries_of(lambda: selectors.roles_of(cast.ana)) == 2
    assert selectors.roles_of(None) is NOBODY
    assert selectors.roles_of(0) is NOBODY


def test_an_operator_is_known_as_one(db: None) -> None:
    made = create_user(
        institution_id=None, full_name="Op", email="op@x.org", is_operator=True, actor_id=None
    )
    assert selectors.roles_of(made.id) == RoleSet(made.id, frozenset(), is_operator=True)


def test_members_of_a_class_are_those_it_names(school: School, cast: Cast) -> None:
    students = selectors.members_of_class(school.class_id, Role.STUDENT)
    assert [card.name for card in students] == ["Ana", "Ben"]
    assert [card.name for card in selectors.members_of_class(school.class_id)] == [
        "Ana",
        "Ben",
        "Ivo",
    ]
    assert selectors.members_of_class(school.other_class_id) == []


def test_staff_of_a_class_includes_that_of_its_institution_only(school: School, cast: Cast) -> None:
    staff = selectors.staff_of_class(school.class_id, [Role.INVIGILATOR, Role.ADMIN])
    assert [card.name for card in staff] == ["Ivo", "Mona"]
    other = selectors.staff_of_class(school.other_class_id, [Role.INVIGILATOR, Role.ADMIN])
    assert [card.name for card in other] == ["Mona"]


def test_classes_of_a_person(school: School, cast: Cast) -> None:
    assert [card.code for card in selectors.classes_of(cast.ana)] == ["LA1"]
    assert [card.code for card in selectors.classes_of(cast.admin)] == ["LA1", "PH2"]
    assert selectors.classes_of(cast.admin, Role.STUDENT) == []
    assert [card.code for card in selectors.classes_of_institution(school.id)] == ["LA1", "PH2"]
    assert set(selectors.class_cards([school.class_id, 0])) == {school.class_id}


def test_a_role_of_an_institution_is_held_in_it_or_in_a_class_of_it(
    school: School, cast: Cast
) -> None:
    chief = make_person(school, "Grace", Role.INVIGILATOR)
    assert selectors.ids_with_role(school.id, Role.INVIGILATOR) == [chief, cast.ivo]
    assert selectors.ids_with_role(school.id, Role.STUDENT) == [cast.ana, cast.ben]
    assert queries_of(lambda: selectors.ids_with_role(school.id, Role.ADMIN)) == 1


def test_own_roles_are_asked_once_for_each_loaded_person(cast: Cast) -> None:
    ana = User.objects.get(pk=cast.ana)
    first = selectors.own_roles(ana)
    assert first == selectors.roles_of(cast.ana)
    assert queries_of(lambda: selectors.own_roles(ana)) == 0
    assert selectors.own_roles(AnonymousUser()) is NOBODY
