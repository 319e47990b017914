"""What a RoleSet answers, exhaustively over small sets of grants."""

from itertools import product

import pytest

from accounts.roles import NOBODY, STAFF_ROLES, Grant, Role, RoleSet

HERE, THERE = 1, 2
LA1, PH2 = 10, 20


@pytest.mark.parametrize("held", list(Role))
@pytest.mark.parametrize("asked", list(Role))
def test_only_the_role_that_is_held_counts(held: Role, asked: Role) -> None:
    roles = RoleSet(1, frozenset({Grant(held, HERE)}))
    assert roles.holds([asked], institution_id=HERE) is (held is asked)
    assert roles.holds_within([asked], institution_id=HERE) is (held is asked)
    assert roles.holds_anywhere([asked]) is (held is asked)


@pytest.mark.parametrize(
    ("grant_class", "institution", "asked_class", "expected"),
    [
        (None, HERE, None, True),
        (None, HERE, LA1, True),
        (LA1, HERE, LA1, True),
        (LA1, HERE, PH2, False),
        (LA1, HERE, None, False),
        (None, THERE, None, False),
        (LA1, THERE, LA1, False),
    ],
)
def test_a_grant_reaches_its_class_or_the_whole_institution(
    grant_class: int | None, institution: int, asked_class: int | None, *, expected: bool
) -> None:
    roles = RoleSet(1, frozenset({Grant(Role.GRADER, HERE, grant_class)}))
    assert roles.holds([Role.GRADER], institution_id=institution, class_id=asked_class) is expected


def test_within_counts_one_class_but_not_another_institution() -> None:
    roles = RoleSet(1, frozenset({Grant(Role.AUTHOR, HERE, LA1)}))
    assert roles.holds_within([Role.AUTHOR], institution_id=HERE)
    assert not roles.holds_within([Role.AUTHOR], institution_id=THERE)


@pytest.mark.parametrize(("role", "institution"), list(product(Role, (HERE, THERE))))
def test_an_operator_is_an_administrator_everywhere_and_nothing_else(
    role: Role, institution: int
) -> None:
    roles = RoleSet(1, is_operator=True)
    expected = role is Role.ADMIN
    assert roles.holds([role], institution_id=institution) is expected
    assert roles.holds_within([role], institution_id=institution) is expected
    assert roles.holds_anywhere([role]) is expected


def test_nobody_holds_nothing() -> None:
    assert not NOBODY.holds_anywhere(Role)
    assert NOBODY.institution_ids == frozenset()
    assert not NOBODY.is_student_only


def test_scopes_name_where_a_role_is_held() -> None:
    grants = frozenset(
        {Grant(Role.ADMIN, HERE), Grant(Role.ADMIN, THERE, LA1), Grant(Role.STUDENT, THERE, PH2)}
    )
    roles = RoleSet(1, grants)
    assert roles.scopes([Role.ADMIN]) == {(HERE, None), (THERE, LA1)}
    assert roles.institution_ids == {HERE, THERE}
    assert not roles.is_student_only
    assert RoleSet(1, frozenset({Grant(Role.STUDENT, HERE, LA1)})).is_student_only


def test_staff_is_everybody_but_students() -> None:
    assert frozenset(Role) - STAFF_ROLES == {Role.STUDENT}
