"""The statements themselves: their cost, their order of locks, and who belongs to a room."""

import threading
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from accounts.policies import can_enter_room, can_moderate_room
from accounts.roles import Role
from accounts.selectors import roles_of
from chat import queries
from chat.tests.cast import HOUR, MINUTE, School, model_of, move
from kernel.clock import now
from kernel.tests.waiting import wait_until_blocked


def post(school: School, who: Any, **more: Any) -> queries.Line | None:
    values = {"client_id": uuid.uuid4(), "body": "x", "attachment_id": None, **more}
    return queries.post_if_unlocked(room_id=school.room_id, sender_id=who.pk, **values)


@pytest.mark.django_db
class TestMembership:
    @pytest.mark.parametrize("role", Role)
    @pytest.mark.parametrize("scope", ["class", "institution", "other class", "suspended"])
    def test_the_view_says_what_the_policies_say(
        self, school: School, role: Role, scope: str
    ) -> None:
        group = {"class": school.maths, "other class": school.art}.get(scope)
        person = school.person("Kim Novak", role, school.maths if scope == "suspended" else group)
        if scope == "suspended":
            model_of("accounts.Membership").objects.filter(user=person).update(suspended_at=now())
        where = {"institution_id": school.institution.pk, "class_id": school.maths.pk}
        roles = roles_of(person.pk)
        standing = queries.standing_of(room_id=school.room_id, person_id=person.pk)
        assert (standing is not None) is can_enter_room(roles, **where)
        assert bool(standing and standing.may_moderate) is can_moderate_room(roles, **where)

    @pytest.mark.parametrize("closed", ["person", "class", "institution"])
    def test_nobody_enters_through_something_that_is_switched_off(
        self, school: School, closed: str
    ) -> None:
        row = {
            "person": school.ana, "class": school.maths, "institution": school.institution,
        }[closed]  # fmt: skip
        type(row).objects.filter(pk=row.pk).update(is_active=False)
        assert queries.standing_of(room_id=school.room_id, person_id=school.ana.pk) is None
        assert post(school, school.ana) is None

    def test_another_institutions_staff_are_outsiders(self, school: School) -> None:
        stranger = School().person("Eve Stone", "admin", None)
        assert queries.standing_of(room_id=school.room_id, person_id=stranger.pk) is None


@pytest.mark.django_db
def test_a_repeated_client_id_undoes_the_number_too(school: School) -> None:
    client_id = uuid.uuid4()
    post(school, school.ana, client_id=client_id)
    with pytest.raises(IntegrityError, match="message_once_per_client_id"), transaction.atomic():
        post(school, school.ana, client_id=client_id)
    line = post(school, school.ana)
    assert line is not None
    assert line.seq == 2


@pytest.mark.django_db
def test_posting_is_one_statement(school: School, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        post(school, school.ana)


@pytest.mark.django_db
def test_the_list_of_rooms_is_one_statement_whatever_their_number(
    school: School, django_assert_num_queries: Any
) -> None:
    admin = school.person("Mona Berg", "admin", None)
    with django_assert_num_queries(1):
        assert len(queries.rooms_of(admin.pk)) == 3


@pytest.mark.django_db
def test_the_tables_refuse_what_the_statements_never_do(school: School) -> None:
    post(school, school.ana)
    faults = [
        "UPDATE chat_room SET lock_count = -1",
        "UPDATE chat_message SET seq = 0",
        "UPDATE chat_message SET client_id = NULL",
        "UPDATE chat_message SET kind = 'system'",
    ]
    for fault in faults:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(fault)


def in_thread(work: Any) -> tuple[threading.Thread, list[Any]]:
    found: list[Any] = []

    def body() -> None:
        try:
            found.append(work())
        finally:
            connections.close_all()

    thread = threading.Thread(target=body)
    thread.start()
    return thread, found


@pytest.mark.django_db(transaction=True)
class TestWaiting:
    """What is true after a post waited for the room's row decides, not what was true before."""

    def test_a_lock_taken_meanwhile_refuses_the_post_that_waited(self) -> None:
        school = School()
        sitting = school.sitting(opens=HOUR, closes=2 * HOUR)
        with transaction.atomic():
            move(sitting, state="lobby")
            queries.lock_rooms(sitting.pk)
            thread, found = in_thread(lambda: post(school, school.ana))
            wait_until_blocked()
        thread.join(10)
        assert found == [None]

    def test_a_window_that_opened_meanwhile_refuses_the_post_that_waited(self) -> None:
        school = School()
        sitting = school.sitting(opens=HOUR, closes=2 * HOUR)
        with transaction.atomic():
            # Somebody else changes the row, and the sitting moves: nobody takes a lock at all.
            with connection.cursor() as cursor:
                cursor.execute("UPDATE chat_room SET last_seq = last_seq")
            thread, found = in_thread(lambda: post(school, school.ana))
            wait_until_blocked()
            move(sitting, lobby_opens_at=now() - MINUTE)
        thread.join(10)
        assert found == [None]

    def test_sittings_that_share_rooms_lock_them_without_a_deadlock(self) -> None:
        school = School()
        for group in (school.maths, school.art):
            for who in (school.ana, school.olga):
                if (
                    not model_of("accounts.Membership")
                    .objects.filter(user=who, class_group=group)
                    .exists()
                ):
                    school.join(who, "student", group)
        sittings = [school.sitting(who, state="lobby") for who in (school.ana, school.olga) * 4]

        def lock(sitting: Any) -> Any:
            with transaction.atomic():
                return len(queries.lock_rooms(sitting.pk))

        threads = [in_thread(lambda one=sitting: lock(one)) for sitting in sittings]
        for thread, _ in threads:
            thread.join(20)
        assert [found for _, found in threads] == [[2]] * len(sittings)
        assert set(
            model_of("chat.Room").objects.filter(kind="class").values_list("lock_count", flat=True)
        ) == {8}
