"""The ledger as it is read: entries in their order, receipts, rooms."""

from datetime import timedelta

from exams.models import Candidate
from exams.selectors.ledger import grants_of_sitting, rooms_of_sitting
from exams.services.grants import Gift, Scope, give_time, revoke_grant
from exams.tests.conftest import Taking

MINUTE = timedelta(minutes=1)


def test_entries_come_in_their_order_with_scope_and_end(running: Taking) -> None:
    Candidate.objects.filter(student=running.cast.ana).update(room="Hall")
    actor = running.cast.admin.pk
    for to in (Scope(), Scope(room="Hall"), Scope(running.attempt_id)):
        give_time(running.sitting_id, Gift(MINUTE, actor_id=actor, reason="x"), to=to)
    entries = grants_of_sitting(running.sitting_id)
    revoke_grant(entries[1].id, actor_id=actor, reason="Wrong room")
    seen = [
        (one.room, one.attempt_id, one.seen.told, one.revoked_reason)
        for one in grants_of_sitting(running.sitting_id)
    ]
    assert seen == [
        ("", None, 2, ""),
        ("Hall", None, 1, "Wrong room"),
        ("", running.attempt_id, 1, ""),
    ]


def test_rooms_are_those_in_which_somebody_sits(running: Taking) -> None:
    assert rooms_of_sitting(running.sitting_id) == []
    Candidate.objects.filter(student=running.cast.ben).update(room="Home")
    Candidate.objects.filter(student=running.cast.ana).update(room="Hall")
    assert rooms_of_sitting(running.sitting_id) == ["Hall", "Home"]
    assert rooms_of_sitting(running.sitting_id + 1) == []
