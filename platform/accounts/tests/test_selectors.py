"""Reads of people, classes and roles; and how many queries they cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import selectors
from accounts.errors import ClassUnknown, PersonUnknown
from accounts.models import Institution, User
from accounts.roles import NOBODY, Grant, Role, RoleSet
from accounts.services.memberships import grant_role
from accounts.services.people import create_user, deactivate_user
from accounts.tests.conftest import Cast, School


def queries_of(call: object) -> int:
    assert callable(call)
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ana Moreno", "AM"),
        ("Ana Maria Moreno", "AM"),
        ("Ana", "A"),
        ("", ""),
        ("سارا محمدی", "س\u200cم"),
    ],
)
def test_initials_are_the_first_letters_of_two_words(name: str, initials: str) -> None:
    letters = selectors.initials_of(name)
    assert letters.replace("\u200c", "") == initials.replace("\u200c", "")


def test_a_card_falls_back_to_the_institutions_language_and_zone(
    school: School, cast: Cast
) -> None:
    Institution.objects.filter(pk=school.id).update(locale="fa", time_zone="Asia/Tehran")
    User.objects.filter(pk=cast.ben).update(locale="en", time_zone="UTC")
    cards = selectors.user_cards([cast.ana, cast.ben, 0])
    assert (cards[cast.ana].locale, cards[cast.ana].time_zone) == ("fa", "Asia/Tehran")
    assert (cards[cast.ben].locale, cards[cast.ben].time_zone) == ("en", "UTC")
    assert set(cards) == {cast.ana, cast.ben}
    assert selectors.user_card(cast.ana) == cards[cast.ana]
    assert queries_of(lambda: selectors.user_cards([cast.ana, cast.ben])) == 1


def test_nobody_has_no_card(db: None) -> None:
    with pytest.raises(PersonUnknown):
        selectors.user_card(0)
    with pytest.raises(PersonUnknown):
        selectors.institution_card(0)
    with pytest.raises(ClassUnknown):
        selectors.class_card(0)


def test_only_active_people_are_reached(school: School, cast: Cast) -> None:
    deactivate_user(user_id=cast.ben, institution_id=school.id, actor_id=cast.admin, reason="")
    contacts = selectors.contacts_of([cast.ana, cast.ben])
    assert set(contacts) == {cast.ana}
    assert contacts[cast.ana].email == "ana@north.example"
    assert selectors.user_card(cast.ben).name == "Ben"


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
