"""Lists of people and classes for administrators."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import selectors
from accounts.roles import Grant, Role, RoleSet
from accounts.services.memberships import grant_role
from accounts.services.people import create_user, deactivate_user
from accounts.tests.conftest import Cast, School


def queries_of(call: object) -> int:
    assert callable(call)
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


def test_the_list_of_people_is_searched_and_filtered(school: School, cast: Cast) -> None:
    def names(**filters: object) -> list[str]:
        page = selectors.people_page(school.id, **filters)  # type: ignore[arg-type] # varied on purpose
        return [person.name for person in page.people]

    assert names() == ["Ana", "Ben", "Ivo", "Mona"]
    assert names(query="an") == ["Ana"]
    assert names(query="B-۱۰۰") == ["Ben"]
    assert names(query="MONA@") == ["Mona"]
    assert names(class_id=school.class_id) == ["Ana", "Ben", "Ivo"]
    assert names(class_id=school.class_id, role=Role.STUDENT) == ["Ana", "Ben"]
    assert names(role=Role.AUDITOR) == []
    assert names(page=99) == names()


def test_the_list_costs_the_same_for_many(school: School, cast: Cast) -> None:
    few = queries_of(lambda: selectors.people_page(school.id))
    for number in range(60):
        create_user(
            institution_id=school.id,
            full_name=f"P{number}",
            registration_number=f"p{number}",
            actor_id=None,
        )
    page = selectors.people_page(school.id, page=2)
    assert (page.total, page.number, page.pages, len(page.people)) == (64, 2, 2, 14)
    assert queries_of(lambda: selectors.people_page(school.id)) == few == 3


def test_a_person_with_a_role_here_is_listed_here(school: School, cast: Cast) -> None:
    grant_role(user_id=cast.olga, institution_id=school.id, role=Role.GRADER, actor_id=None)
    shown = selectors.person_view(cast.olga, school.id)
    assert [each.role for each in shown.memberships] == [Role.GRADER]
    assert shown.institution_id != school.id


def test_classes_are_counted_with_their_live_students(school: School, cast: Cast) -> None:
    deactivate_user(user_id=cast.ben, institution_id=school.id, actor_id=cast.admin, reason="")
    rows = {row.code: row.students for row in selectors.class_rows(school.id)}
    assert rows == {"LA1": 1, "PH2": 0}
    assert selectors.count_people(school.id) == {
        Role.STUDENT: 1,
        Role.INVIGILATOR: 1,
        Role.ADMIN: 1,
    }


def test_managed_institutions(school: School, other_school: School, cast: Cast) -> None:
    def codes(roles: RoleSet) -> list[str]:
        return [card.code for card in selectors.managed_institutions(roles)]

    assert codes(selectors.roles_of(cast.admin)) == ["north"]
    assert codes(selectors.roles_of(cast.ivo)) == []
    assert codes(RoleSet(1, frozenset({Grant(Role.ADMIN, school.id, school.class_id)}))) == []
    assert codes(RoleSet(1, is_operator=True)) == ["north", "south"]


def test_counts_and_institutions_cost_one_query_each(
    school: School, other_school: School, cast: Cast
) -> None:
    everywhere = RoleSet(cast.admin, is_operator=True)
    assert queries_of(lambda: selectors.managed_institutions(everywhere)) == 1
    assert queries_of(lambda: selectors.count_people(school.id)) == 1
    assert queries_of(lambda: selectors.class_rows(school.id)) == 2
