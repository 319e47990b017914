"""Locks, windows and seals as services see them; the race itself is in test_lock_race.py."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction

from chat import queries, selectors, services
from chat.domain import RoomKind
from chat.errors import (
    ChatLocked,
)
from chat.models import RoomLock
from chat.tests.acts import close, kinds, lock_count, open_lobby, post
from chat.tests.cast import HOUR, MINUTE, School, model_of, move
from kernel import audit
from kernel.clock import now
from kernel.tests.waiting import wait_until_blocked

pytestmark = pytest.mark.django_db


class TestLocking:
    def test_a_lock_is_a_line_of_the_log_and_nobody_posts_after_it(self, school: School) -> None:
        post(school, school.ben)
        assert open_lobby(school.sitting(school.ana)) == 1
        assert kinds(school.room_id) == ["text", "lock"]
        for who in (school.ana, school.ben, school.ivo):
            with pytest.raises(ChatLocked) as refused:
                post(school, who)
            assert refused.value.data["sitting"] == "Linear Algebra"
            assert refused.value.data["sealed"] is (who is school.ana)

    def test_locking_twice_counts_once(self, school: School) -> None:
        sitting = school.sitting(school.ana)
        assert [open_lobby(sitting), open_lobby(sitting)] == [1, 0]
        assert lock_count(school.room_id) == 1
        assert kinds(school.room_id) == ["lock"]

    def test_overlapping_sittings_are_counted(self, school: School) -> None:
        first, second = school.sitting(school.ana), school.sitting(school.ben)
        open_lobby(first)
        open_lobby(second)
        assert close(first) == 1
        with pytest.raises(ChatLocked):
            post(school, school.ana)
        assert close(second) == 1
        assert kinds(school.room_id) == ["lock", "lock", "unlock", "unlock"]
        assert post(school, school.ana).seq == 5

    def test_releasing_twice_gives_up_once(self, school: School) -> None:
        first, second = school.sitting(school.ana), school.sitting(school.ben)
        open_lobby(first)
        open_lobby(second)
        assert [close(first), close(first)] == [1, 0]
        assert lock_count(school.room_id) == 1

    def test_every_class_room_of_a_candidate_is_locked_staff_rooms_stay_open(
        self, school: School
    ) -> None:
        school.join(school.ana, "student", school.art)
        assert open_lobby(school.sitting(school.ana)) == 2
        with pytest.raises(ChatLocked):
            post(school, school.olga, room_id=school.art_room_id)
        assert post(school, school.ivo, room_id=school.staff_room_id).seq == 1

    def test_a_room_of_another_class_stays_open(self, school: School) -> None:
        open_lobby(school.sitting(school.ana))
        assert post(school, school.olga, room_id=school.art_room_id).seq == 1

    def test_a_candidate_registered_late_brings_her_rooms_along(self, school: School) -> None:
        sitting = school.sitting(school.ana)
        open_lobby(sitting)
        school.register(sitting, school.olga)
        assert services.lock_late_candidate(sitting_id=sitting.pk) == 1
        with pytest.raises(ChatLocked):
            post(school, school.olga, room_id=school.art_room_id)

    def test_a_candidate_registered_long_before_locks_nothing(self, school: School) -> None:
        sitting = school.sitting(opens=HOUR, closes=2 * HOUR)
        school.register(sitting, school.olga)
        assert services.lock_late_candidate(sitting_id=sitting.pk) == 0
        assert post(school, school.olga, room_id=school.art_room_id).seq == 1

    def test_a_sitting_whose_policy_leaves_the_chat_open_locks_nothing(
        self, school: School
    ) -> None:
        sitting = school.sitting(school.ana, policy={"chat_lock": "never"})
        assert open_lobby(sitting) == 0
        assert post(school, school.ana).seq == 1

    def test_a_lock_from_the_start_leaves_the_lobby_open(self, school: School) -> None:
        sitting = school.sitting(school.ana, opens=timedelta(), policy={"chat_lock": "start"})
        move(sitting, state="lobby")
        assert post(school, school.ana).seq == 1
        move(sitting, state="running")
        with pytest.raises(ChatLocked):
            post(school, school.ana)

    def test_a_room_made_while_a_sitting_runs_is_locked_from_its_first_line(
        self, school: School
    ) -> None:
        group = school.class_group("10-C", "Music 10 C")
        move(school.sitting(class_group=group), state="running")
        room_id = services.ensure_room(class_id=group.pk, kind=RoomKind.CLASS)
        assert kinds(room_id) == ["lock"]

    def test_the_lock_set_outlives_a_change_of_class(self, school: School) -> None:
        sitting = school.sitting(school.ana)
        school.join(school.ana, "student", school.art)
        open_lobby(sitting)
        model_of("accounts.Membership").objects.filter(
            user=school.ana, class_group=school.art
        ).delete()
        assert close(sitting) == 2
        assert lock_count(school.art_room_id) == 0

    def test_a_candidate_with_a_staff_role_leaves_the_staff_room(self, school: School) -> None:
        school.join(school.ana, "grader", school.maths)
        services.post_message(
            room_id=school.staff_room_id,
            sender_id=school.ivo.pk,
            client_id=uuid.uuid4(),
            body="key",
        )
        sitting = school.sitting(school.ana)
        open_lobby(sitting)
        with pytest.raises(ChatLocked) as refusal:
            selectors.room_state(school.staff_room_id, school.ana.pk)
        assert refusal.value.data["sealed"]
        with pytest.raises(ChatLocked):
            post(school, school.ana, room_id=school.staff_room_id)
        assert post(school, school.ivo, room_id=school.staff_room_id).seq == 2
        assert queries.candidates_in_open_rooms(sitting.pk) == [
            (school.ana.pk, school.staff_room_id)
        ]

    def test_a_candidate_with_a_role_everywhere_leaves_the_rooms_of_other_classes(
        self, school: School, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Her subscription was made before: without the close she would go on reading there."""
        school.join(school.ana, "grader", None)
        left: list[tuple[int, str | None]] = []
        monkeypatch.setattr(
            services, "close_user_sockets", lambda user, _code, topic: left.append((user, topic))
        )
        open_lobby(school.sitting(school.ana))
        rooms = {services.topic_of(room) for room in (school.art_room_id, school.staff_room_id)}
        assert {topic for user, topic in left if user == school.ana.pk} >= rooms
        assert services.topic_of(school.room_id) not in {topic for _user, topic in left}
        assert {user for user, _topic in left} == {school.ana.pk}
        assert post(school, school.olga, room_id=school.art_room_id).seq == 1

    def test_a_lock_that_is_rolled_back_never_was(self, school: School) -> None:
        sitting = school.sitting(school.ana, opens=HOUR, closes=2 * HOUR)
        with transaction.atomic():
            open_lobby(sitting)
            transaction.set_rollback(True)
        assert RoomLock.objects.count() == 0
        assert post(school, school.ana).seq == 1


class TestWindow:
    """Nobody locked: the statement itself knows what runs."""

    def test_a_late_scheduler_leaves_no_room_open(self, school: School) -> None:
        school.sitting(school.ana, state="scheduled")
        for who in (school.ana, school.ben):
            with pytest.raises(ChatLocked):
                post(school, who)
        assert kinds(school.room_id) == []

    def test_a_lobby_opened_early_counts_from_then(self, school: School) -> None:
        sitting = school.sitting(school.ana, opens=HOUR, closes=2 * HOUR)
        assert post(school, school.ana).seq == 1
        move(sitting, state="lobby")
        with pytest.raises(ChatLocked):
            post(school, school.ana)

    @pytest.mark.parametrize("state", ["cancelled", "closed", "graded", "published"])
    def test_a_sitting_that_is_over_or_cancelled_holds_nothing(
        self, school: School, state: str
    ) -> None:
        school.sitting(school.ana, state=state)
        assert post(school, school.ana).seq == 1

    def test_grace_is_part_of_the_window(self, school: School) -> None:
        sitting = school.sitting(school.ana, opens=-HOUR, closes=-timedelta(seconds=5))
        with pytest.raises(ChatLocked):
            post(school, school.ana)
        move(sitting, grace=timedelta(seconds=1))
        assert post(school, school.ana).seq == 1

    @pytest.mark.parametrize(
        "allowance", [{"extra_percent": 50}, {"extra_time": timedelta(minutes=10)}]
    )
    def test_an_accommodation_widens_the_window(
        self, school: School, allowance: dict[str, Any]
    ) -> None:
        sitting = school.sitting(school.ben, opens=-HOUR, closes=-MINUTE)
        assert post(school, school.ana).seq == 1
        school.register(sitting, school.ana, **allowance)
        with pytest.raises(ChatLocked):
            post(school, school.ben)

    def test_time_given_to_all_widens_the_window(self, school: School) -> None:
        sitting = school.sitting(school.ana, opens=-HOUR, closes=-MINUTE)
        model_of("exams.TimeGrant").objects.create(
            sitting=sitting, extra=timedelta(minutes=5), kind="manual", reason="alarm"
        )
        with pytest.raises(ChatLocked):
            post(school, school.ana)

    @pytest.mark.parametrize("state", ["running", "paused"])
    def test_an_extended_student_is_sealed_to_her_own_end(self, school: School, state: str) -> None:
        sitting = school.sitting(opens=-2 * HOUR, closes=-HOUR)
        candidate = school.register(sitting, school.ana)
        open_lobby(sitting)
        attempt = school.attempt(candidate, state, now() + HOUR)
        assert close(sitting) == 0  # closed for the others, she still works
        for who in (school.ana, school.ben):
            with pytest.raises(ChatLocked):
                post(school, who)
        model_of("exams.Attempt").objects.filter(pk=attempt.pk).update(state="submitted")
        assert services.release_sitting(sitting_id=sitting.pk, reason="closed") == 1
        assert post(school, school.ana).seq == 3

    def test_the_window_reaches_to_the_last_deadline(self, school: School) -> None:
        sitting = school.sitting(opens=-2 * HOUR, closes=-HOUR)
        candidate = school.register(sitting, school.ana)
        school.attempt(candidate, "ready", now() + MINUTE)
        (lock,) = queries.live_locks(room_id=school.room_id, person_id=school.ana.pk)
        assert lock.until is not None
        assert now() + MINUTE < lock.until < now() + 2 * MINUTE

    def test_a_sitting_that_was_ended_early_holds_until_the_last_has_ended(
        self, school: School
    ) -> None:
        sitting = school.sitting(opens=-HOUR, closes=HOUR, state="running")
        candidate = school.register(sitting, school.ana)
        attempt = school.attempt(candidate, "running", now() - MINUTE)
        move(
            sitting,
            ended_early_at=now() - MINUTE,
            ended_early_by=school.ivo,
            ended_early_reason="Alarm",
        )
        (lock,) = queries.live_locks(room_id=school.room_id, person_id=school.ana.pk)
        assert lock.until is not None
        assert lock.until < now() + MINUTE, "not the planned end"
        with pytest.raises(ChatLocked):
            post(school, school.ben)
        model_of("exams.Attempt").objects.filter(pk=attempt.pk).update(state="expired")
        assert post(school, school.ben).seq == 1


class TestSeal:
    def test_a_candidate_cannot_read_others_can(self, school: School) -> None:
        post(school, school.ben, "the answer is 42")
        open_lobby(school.sitting(school.ana))
        _, sealed = selectors.room_state(school.room_id, school.ana.pk)
        assert (sealed.sealed, sealed.entries, sealed.more) == (True, [], False)
        assert sealed.stays_open == ["help"]
        with pytest.raises(ChatLocked):
            selectors.history_page(school.room_id, school.ana.pk, before=99)
        with pytest.raises(ChatLocked):
            services.mark_read(room_id=school.room_id, user_id=school.ana.pk, seq=1)
        _, locked = selectors.room_state(school.room_id, school.ben.pk)
        assert (locked.locked, locked.sealed) == (True, False)
        assert [entry.kind for entry in locked.entries] == ["text", "lock"]

    def test_the_list_of_rooms_shows_a_candidate_no_text(self, school: School) -> None:
        post(school, school.ben, "the answer is 42")
        (before,) = selectors.rooms_of(school.ana.pk)
        assert (before.last, before.unread) == ("the answer is 42", 1)
        open_lobby(school.sitting(school.ana))
        (sealed,) = selectors.rooms_of(school.ana.pk)
        assert (sealed.is_sealed, sealed.last, sealed.unread) == (True, None, 0)

    def test_the_seal_holds_until_the_release_even_after_the_planned_end(
        self, school: School
    ) -> None:
        sitting = school.sitting(school.ana)
        open_lobby(sitting)
        move(
            sitting,
            lobby_opens_at=now() - 3 * HOUR,
            starts_at=now() - 2 * HOUR,
            closes_at=now() - HOUR,
        )
        assert selectors.room_state(school.room_id, school.ana.pk)[1].sealed
        close(sitting)
        assert not selectors.room_state(school.room_id, school.ana.pk)[1].sealed


@pytest.mark.django_db(transaction=True)
def test_a_removal_takes_the_audit_chain_before_the_room_as_an_opening_does() -> None:
    """The other order would let a removal and the opening of a sitting wait for each other."""
    school = School()
    seq = post(school, school.ben).seq

    def remove() -> None:
        try:
            services.remove_message(
                room_id=school.room_id, seq=seq, moderator_id=school.ivo.pk, reason="rude"
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            audit.append(
                "sitting.lobby_opened",
                actor_id=None,
                subject="sitting:1",
                institution_id=school.institution.pk,
            )
            removal = pool.submit(remove)
            wait_until_blocked()
            open_lobby(school.sitting(school.ana))
        removal.result(10)
    assert kinds(school.room_id) == ["text", "lock", "system"]
