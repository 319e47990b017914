"""The whole table: every role, predicate, institution and class."""

import inspect
from collections.abc import Callable

import pytest

from accounts import policies
from accounts.roles import NOBODY, Grant, Role, RoleSet

HOME, AWAY = 1, 2
LA1, PH2 = 10, 20
ME, SOMEBODY = 7, 8

S, V, C = Role.STUDENT, Role.INVIGILATOR, Role.CHIEF_INVIGILATOR
A, G, M, U = Role.AUTHOR, Role.GRADER, Role.ADMIN, Role.AUDITOR

Ask = Callable[[RoleSet, int, int], bool]
# predicate → (how it is asked for an institution and class, who may with a grant for all of it)
TABLE: dict[str, tuple[Ask, set[Role]]] = {
    "can_author_exams": (lambda r, i, c: policies.can_author_exams(r, institution_id=i), {A, M}),
    "can_approve_exam": (
        lambda r, i, c: policies.can_approve_exam(r, institution_id=i, author_id=SOMEBODY),
        {A, M},
    ),
    "can_schedule_sittings": (
        lambda r, i, c: policies.can_schedule_sittings(r, institution_id=i, class_id=c),
        {M},
    ),
    "can_view_wall": (
        lambda r, i, c: policies.can_view_wall(r, institution_id=i, class_id=c),
        {V, C, M},
    ),
    "can_command_attempts": (
        lambda r, i, c: policies.can_command_attempts(r, institution_id=i, class_id=c),
        {V, C},
    ),
    "can_lead_sitting": (
        lambda r, i, c: policies.can_lead_sitting(r, institution_id=i, class_id=c),
        {C, M},
    ),
    "can_assign_invigilators": (
        lambda r, i, c: policies.can_assign_invigilators(r, institution_id=i, class_id=c),
        {C, M},
    ),
    "can_grade_sitting": (
        lambda r, i, c: policies.can_grade_sitting(r, institution_id=i, class_id=c),
        {G, M},
    ),
    "can_release_results": (
        lambda r, i, c: policies.can_release_results(r, institution_id=i, class_id=c),
        {G, M},
    ),
    "can_send_notices": (
        lambda r, i, c: policies.can_send_notices(r, institution_id=i, class_id=c),
        {M},
    ),
    "can_manage_people": (lambda r, i, c: policies.can_manage_people(r, institution_id=i), {M}),
    "can_manage_accommodations": (
        lambda r, i, c: policies.can_manage_accommodations(r, institution_id=i),
        {M},
    ),
    "can_draft_timetables": (
        lambda r, i, c: policies.can_draft_timetables(r, institution_id=i),
        {A, M},
    ),
    "can_approve_timetable": (
        lambda r, i, c: policies.can_approve_timetable(r, institution_id=i, author_ids={0}),
        {M},
    ),
    "can_view_audit": (lambda r, i, c: policies.can_view_audit(r, institution_id=i), {U, M}),
    "can_enter_room": (
        lambda r, i, c: policies.can_enter_room(r, institution_id=i, class_id=c),
        {V, C, A, G, M, U},
    ),
    "can_moderate_room": (
        lambda r, i, c: policies.can_moderate_room(r, institution_id=i, class_id=c),
        {V, C, M},
    ),
    "can_view_operations": (lambda r, i, c: policies.can_view_operations(r), {M}),
}
# A grant for one class only: who may there (students enter their own room), …
IN_CLASS = {name: allowed for name, (_, allowed) in TABLE.items()} | {
    "can_enter_room": {S, V, C, A, G, M, U},
    "can_manage_people": set(),
    "can_manage_accommodations": set(),
    "can_approve_timetable": set(),
    "can_view_audit": set(),
    "can_view_operations": set(),
}
# … and who may from another class, because the act is about the institution as a whole.
FROM_OTHER_CLASS = {
    "can_author_exams": {A, M},
    "can_approve_exam": {A, M},
    "can_draft_timetables": {A, M},
}
SITE_WIDE = {"can_view_operations"}


def only(role: Role, class_id: int | None = None) -> RoleSet:
    return RoleSet(ME, frozenset({Grant(role, HOME, class_id)}))


def test_the_table_names_every_predicate() -> None:
    defined = {name for name, _ in inspect.getmembers(policies, inspect.isfunction)}
    assert set(TABLE) == {name for name in defined if name.startswith("can_")}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", list(TABLE))
def test_a_role_of_the_whole_institution(name: str, role: Role) -> None:
    ask, allowed = TABLE[name]
    assert ask(only(role), HOME, LA1) is (role in allowed)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", [name for name in TABLE if name not in SITE_WIDE])
def test_no_role_reaches_a_foreign_institution(name: str, role: Role) -> None:
    ask, _ = TABLE[name]
    assert not ask(only(role), AWAY, LA1)
    assert not ask(only(role, LA1), AWAY, LA1)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", list(TABLE))
def test_a_role_of_this_class(name: str, role: Role) -> None:
    ask, _ = TABLE[name]
    assert ask(only(role, LA1), HOME, LA1) is (role in IN_CLASS[name])


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", list(TABLE))
def test_a_role_of_another_class(name: str, role: Role) -> None:
    ask, _ = TABLE[name]
    assert ask(only(role, PH2), HOME, LA1) is (role in FROM_OTHER_CLASS.get(name, set()))


@pytest.mark.parametrize("name", list(TABLE))
def test_nobody_may_anything(name: str) -> None:
    ask, _ = TABLE[name]
    assert not ask(NOBODY, HOME, LA1)


@pytest.mark.parametrize("name", list(TABLE))
def test_an_operator_may_what_an_administrator_may(name: str) -> None:
    ask, allowed = TABLE[name]
    assert ask(RoleSet(ME, is_operator=True), AWAY, PH2) is (M in allowed)


@pytest.mark.parametrize(
    "name",
    [
        "can_schedule_sittings",
        "can_view_wall",
        "can_command_attempts",
        "can_grade_sitting",
        "can_send_notices",
    ],
)
def test_an_act_on_the_whole_institution_needs_a_role_in_the_whole(name: str) -> None:
    predicate = getattr(policies, name)
    for role in TABLE[name][1]:
        assert predicate(only(role), institution_id=HOME, class_id=None)
        assert not predicate(only(role, LA1), institution_id=HOME, class_id=None)


def test_the_writer_of_an_exam_never_approves_it() -> None:
    assert not policies.can_approve_exam(only(A), institution_id=HOME, author_id=ME)
    assert policies.can_approve_exam(only(A), institution_id=HOME, author_id=SOMEBODY)
    assert not policies.can_approve_exam(
        RoleSet(None, only(A).grants), institution_id=HOME, author_id=None
    )
