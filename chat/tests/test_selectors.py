import uuid
from typing import Any

import pytest

from chat import selectors, services
from chat.domain import RoomKind
from chat.models import Message, RoomLock
from chat.tests.cast import HOUR, School, move

pytestmark = pytest.mark.django_db


def post(school: School, who: Any, body: str = "x", room: Any = None) -> int:
    return services.post_message(
        room_id=room or school.room_id, sender_id=who.pk, client_id=uuid.uuid4(), body=body
    ).seq


def lock(sitting: Any) -> None:
    move(sitting, state="lobby")
    services.lock_sitting(sitting_id=sitting.pk)


def test_class_rooms_come_before_staff_rooms_and_titles_in_order(school: School) -> None:
    services.ensure_room(class_id=school.art.pk, kind=RoomKind.STAFF)
    admin = school.person("Mona Berg", "admin", None)
    cards = [(card.kind.value, card.title) for card in selectors.rooms_of(admin.pk)]
    assert cards == [
        ("class", "Art 10 B"),
        ("class", "Mathematics 10 A"),
        ("staff", "Art 10 B"),
        ("staff", "Mathematics 10 A"),
    ]


def test_a_card_shows_the_newest_text_that_was_not_removed(school: School) -> None:
    post(school, school.ben, "first")
    seq = post(school, school.ben, "rude")
    services.remove_message(
        room_id=school.room_id, seq=seq, moderator_id=school.ivo.pk, reason="rude"
    )
    (card,) = selectors.rooms_of(school.ana.pk)
    assert (card.last, card.last_author, card.unread) == ("first", "Ben Okafor", 1)


def test_unread_stops_counting_at_a_hundred(school: School) -> None:
    for _ in range(105):
        post(school, school.ben)
    assert selectors.rooms_of(school.ana.pk)[0].unread == 100


def test_a_locked_room_is_said_to_be_locked_also_when_nobody_locked_it(school: School) -> None:
    school.sitting()
    (card,) = selectors.rooms_of(school.ana.pk)
    assert (card.is_locked, card.is_sealed) == (True, False)


def test_the_list_costs_the_same_for_many_rooms(
    school: School, django_assert_num_queries: Any
) -> None:
    for number in range(10):
        group = school.class_group(f"X{number}", f"Class {number}")
        room_id = services.ensure_room(class_id=group.pk, kind=RoomKind.CLASS)
        school.join(school.ana, "student", group)
        post(school, school.ana, room=room_id)
    with django_assert_num_queries(5):
        assert len(selectors.rooms_of(school.ana.pk)) == 11


def test_the_state_of_a_room_costs_few_queries(
    school: School, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        post(school, (school.ana, school.ben, school.ivo)[number % 3])
    with django_assert_max_num_queries(8):
        selectors.room_state(school.room_id, school.ana.pk)


def test_a_resume_tells_of_a_removal_by_the_state_the_message_has_now(school: School) -> None:
    seq = post(school, school.ben, "rude")
    since = post(school, school.ben, "fine")
    services.remove_message(
        room_id=school.room_id, seq=seq, moderator_id=school.ivo.pk, reason="rude"
    )
    _, state = selectors.room_state(school.room_id, school.ana.pk, since=since)
    (change,) = state.entries
    assert (change.kind, change.target, change.removed, change.body) == ("system", seq, True, "")


def test_two_sittings_show_as_two_locks_the_refusal_names_the_later_end(school: School) -> None:
    lock(school.sitting(school.ana, closes=HOUR))
    later = school.sitting(school.ben, closes=2 * HOUR)
    move(later, title="Geometry")
    lock(later)
    entrance = selectors.enter_room(school.room_id, school.ivo.pk)
    assert len(entrance.locks) == 2
    assert selectors.lock_refusal(entrance.locks).data["sitting"] == "Geometry"


def test_the_seal_covers_every_room_of_a_candidate(school: School) -> None:
    school.join(school.ana, "grader", school.art)
    lock(school.sitting(school.ana))
    for room_id in (school.room_id, school.art_room_id):
        assert selectors.enter_room(room_id, school.ana.pk).is_sealed
    assert not selectors.enter_room(school.room_id, school.ben.pk).is_sealed


def test_a_text_behind_a_lock_would_be_counted(school: School) -> None:
    post(school, school.ana)
    sitting = school.sitting(school.ana)
    lock(sitting)
    assert selectors.texts_past_the_lock(sitting.pk) == 0
    Message.objects.create(
        room_id=school.room_id, seq=9, sender=school.ben, client_id=uuid.uuid4(), body="late"
    )
    assert selectors.texts_past_the_lock(sitting.pk) == 1
    RoomLock.objects.update(unlock_seq=5, released_at="2030-01-01T00:00:00Z")
    assert selectors.texts_past_the_lock(sitting.pk) == 0
