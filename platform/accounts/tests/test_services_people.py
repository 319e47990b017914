"""Creating and changing people; the outsider reaches nobody."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from accounts.errors import (
    ClassCodeTaken,
    EmailTaken,
    LastAdmin,
    OwnAccount,
    PersonUnknown,
    PhoneInvalid,
    RegistrationTaken,
)
from accounts.models import User
from accounts.roles import Role
from accounts.selectors import class_card, institution_card, person_view, roles_of
from accounts.services import people
from accounts.services.memberships import grant_role
from accounts.tests.conftest import Cast, School, make_person
from kernel import audit
from kernel.models import AuditEntry
from kernel.tests.waiting import wait_until_blocked


def test_an_institution_is_created_with_a_code_in_lower_case(db: None) -> None:
    made = people.create_institution(
        code=" NoRTH ", name="Northgate", time_zone="Asia/Tehran", actor_id=None
    )
    assert institution_card(made.id).code == "north"
    assert made.time_zone == "Asia/Tehran"


def test_a_class_code_is_taken_once_whatever_its_case(school: School, other_school: School) -> None:
    with pytest.raises(ClassCodeTaken):
        people.create_class(institution_id=school.id, code="la1", name="Again", actor_id=None)
    made = people.create_class(institution_id=other_school.id, code="XX", name="New", actor_id=None)
    assert class_card(made.id).institution_id == other_school.id


def test_a_person_is_stored_in_one_form(school: School) -> None:
    made = people.create_user(
        institution_id=school.id,
        full_name="  Ana   Moreno ",
        email="Ana@Example.ORG",
        registration_number="۲۰۰۱",
        phone="07911 123456",
        region="GB",
        actor_id=None,
    )
    user = User.objects.get(pk=made.id)
    stored = (user.full_name, user.email, user.registration_number, user.phone)
    assert stored == ("Ana Moreno", "ana@example.org", "2001", "+447911123456")
    assert not user.has_usable_password()
    assert AuditEntry.objects.filter(action="person.created", subject=f"user:{made.id}").exists()


def test_people_without_an_address_do_not_collide(school: School) -> None:
    for number in ("1", "2"):
        people.create_user(
            institution_id=school.id, full_name="N", registration_number=number, actor_id=None
        )
    assert User.objects.filter(email="").count() == 2


def test_an_address_and_a_number_are_taken_once(
    cast: Cast, school: School, other_school: School
) -> None:
    with pytest.raises(EmailTaken):
        people.create_user(
            institution_id=other_school.id, full_name="X", email="ANA@north.example", actor_id=None
        )
    with pytest.raises(RegistrationTaken):
        people.create_user(
            institution_id=school.id, full_name="X", registration_number="a-100", actor_id=None
        )
    people.create_user(
        institution_id=other_school.id, full_name="X", registration_number="A-100", actor_id=None
    )


def test_a_wrong_phone_creates_nobody(school: School) -> None:
    with pytest.raises(PhoneInvalid):
        people.create_user(institution_id=school.id, full_name="X", phone="12", actor_id=None)
    assert not User.objects.exists()


def test_a_person_comes_with_a_role_or_not_at_all(school: School, cast: Cast) -> None:
    made = people.create_person(
        institution_id=school.id,
        full_name="Cleo",
        email="cleo@x.org",
        role=Role.GRADER,
        class_id=school.class_id,
        actor_id=cast.admin,
    )
    assert roles_of(made.id).holds(
        [Role.GRADER], institution_id=school.id, class_id=school.class_id
    )


def change(school: School, user_id: int, **typed: str) -> None:
    wanted = {
        "full_name": "Ana M.",
        "email": "",
        "registration_number": "A-100",
        "phone": "",
    } | typed
    people.change_person(user_id=user_id, institution_id=school.id, actor_id=1, **wanted)


def test_a_new_number_has_to_be_confirmed_again(school: School, cast: Cast) -> None:
    change(school, cast.ana, phone="+447911123456")
    User.objects.filter(pk=cast.ana).update(phone_verified_at="2026-01-01T00:00Z")
    change(school, cast.ana, phone="+44 7911 123456")
    assert User.objects.get(pk=cast.ana).phone_verified_at is not None
    change(school, cast.ana, phone="+447911123457")
    assert User.objects.get(pk=cast.ana).phone_verified_at is None


def test_a_change_may_not_take_what_belongs_to_another(school: School, cast: Cast) -> None:
    with pytest.raises(EmailTaken):
        change(school, cast.ana, email="ben@north.example")
    with pytest.raises(RegistrationTaken):
        change(school, cast.ana, registration_number="b-100")


def test_a_closed_account_has_no_role_and_no_session(school: School, cast: Cast) -> None:
    before = User.objects.get(pk=cast.ana).get_session_auth_hash()
    people.deactivate_user(
        user_id=cast.ana, institution_id=school.id, actor_id=cast.admin, reason="left"
    )
    user = User.objects.get(pk=cast.ana)
    assert user.get_session_auth_hash() != before
    assert roles_of(cast.ana).grants == frozenset()
    people.reactivate_user(user_id=cast.ana, institution_id=school.id, actor_id=cast.admin)
    assert roles_of(cast.ana).grants
    assert audit.first_broken(f"institution:{school.id}") is None


def close(school: School, user_id: int, actor_id: int) -> None:
    people.deactivate_user(
        user_id=user_id, institution_id=school.id, actor_id=actor_id, reason="left"
    )


def is_open(user_id: int) -> bool:
    return User.objects.get(pk=user_id).is_active


def test_the_account_of_the_last_administrator_stays_open(
    school: School, other_school: School, cast: Cast
) -> None:
    with pytest.raises(LastAdmin):
        close(school, cast.admin, cast.olga)
    grant_role(user_id=cast.ivo, institution_id=school.id, role=Role.ADMIN, actor_id=None)
    grant_role(user_id=cast.ivo, institution_id=other_school.id, role=Role.ADMIN, actor_id=None)
    close(school, cast.admin, cast.ivo)
    assert not is_open(cast.admin)
    with pytest.raises(LastAdmin):
        close(school, cast.ivo, cast.olga)
    assert is_open(cast.ivo)


def test_an_account_stays_open_while_another_institution_has_no_other_administrator(
    school: School, other_school: School, cast: Cast
) -> None:
    grant_role(user_id=cast.ivo, institution_id=other_school.id, role=Role.ADMIN, actor_id=None)
    close(other_school, cast.olga, cast.ivo)
    with pytest.raises(LastAdmin):
        close(school, cast.ivo, cast.admin)
    assert is_open(cast.ivo)


def test_nobody_closes_their_own_account(school: School, cast: Cast) -> None:
    make_person(school, "Nadia", Role.ADMIN)
    with pytest.raises(OwnAccount):
        close(school, cast.admin, cast.admin)
    assert is_open(cast.admin)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_close_each_other_at_once(school: School, cast: Cast) -> None:
    other = make_person(school, "Nadia", Role.ADMIN)

    def close_in_another_session() -> None:
        try:
            close(school, other, cast.admin)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            close(school, cast.admin, other)
            second = pool.submit(close_in_another_session)
            wait_until_blocked()
        with pytest.raises(LastAdmin):
            second.result(10)
    assert (is_open(cast.admin), is_open(other)) == (False, True)


def test_an_outsider_reaches_nobody(other_school: School, cast: Cast) -> None:
    with pytest.raises(PersonUnknown):
        change(other_school, cast.ana)
    with pytest.raises(PersonUnknown):
        people.deactivate_user(
            user_id=cast.ana, institution_id=other_school.id, actor_id=cast.olga, reason=""
        )
    with pytest.raises(PersonUnknown):
        people.reactivate_user(user_id=cast.ana, institution_id=other_school.id, actor_id=cast.olga)
    with pytest.raises(PersonUnknown):
        person_view(cast.ana, other_school.id)
