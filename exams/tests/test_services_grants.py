"""The ledger: time to one, a room or everybody, told to each, seen, and taken back."""

import random
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from accounts.errors import Forbidden
from accounts.roles import Role
from exams.domain.deadline import LEAST_LEFT
from exams.domain.policy import policy_of
from exams.errors import AttemptUnknown, GrantInvalid, ReasonNeeded
from exams.events import AttemptExtended, LedgerChanged
from exams.models import Attempt, Candidate, GrantReceipt, Sitting, TimeGrant
from exams.queries import database_now
from exams.selectors.ledger import grants_of_sitting
from exams.services.grants import (
    Gift,
    Scope,
    add_receipts,
    give_time,
    note_seen,
    renew_deadlines,
    revoke_grant,
)
from exams.services.scheduling import Allowance, register_candidate
from exams.tests.conftest import Heard, Taking, begin, give_role, person
from kernel.machine import IllegalMove
from kernel.models import AuditEntry

MINUTE = timedelta(minutes=1)


@pytest.fixture
def roomed(running: Taking) -> Taking:
    """Ana sits in the hall, Ben at home."""
    Candidate.objects.filter(student=running.cast.ana).update(room="Hall")
    Candidate.objects.filter(student=running.cast.ben).update(room="Home")
    return running


def gift(taken: Taking, minutes: int = 10, **fields: object) -> Gift:
    given = {"actor_id": taken.cast.admin.pk, "reason": "Noise"} | fields
    return Gift(minutes * MINUTE, **given)  # type: ignore[arg-type] # the fields named above


def deadlines(taken: Taking) -> tuple[datetime, datetime]:
    ana, ben = (
        Attempt.objects.get(student=who, sitting=taken.sitting_id).deadline
        for who in (taken.cast.ana, taken.cast.ben)
    )
    return ana, ben


def test_time_for_a_room_reaches_nobody_outside_of_it(roomed: Taking) -> None:
    ana, ben = deadlines(roomed)
    assert give_time(roomed.sitting_id, gift(roomed), to=Scope(room="Hall")) == 1
    assert deadlines(roomed) == (ana + 10 * MINUTE, ben)
    entry = AuditEntry.objects.get(action="grant.given")
    assert entry.data["room"] == "Hall"


def test_time_for_one_reaches_one(roomed: Taking) -> None:
    ana, ben = deadlines(roomed)
    assert give_time(roomed.sitting_id, gift(roomed), to=Scope(roomed.attempt_id)) == 1
    assert deadlines(roomed) == (ana + 10 * MINUTE, ben)


@pytest.mark.parametrize(("room", "minutes"), [("Hall", 17), ("Home", 12), ("", 10)])
def test_who_is_registered_later_gets_what_the_room_and_everybody_got(
    roomed: Taking, room: str, minutes: int
) -> None:
    for extra, where in ((10, ""), (7, "Hall"), (2, "Home")):
        give_time(roomed.sitting_id, gift(roomed, extra), to=Scope(room=where))
    kim = person(roomed.cast.institution, "Kim")
    give_role(kim, Role.STUDENT, roomed.cast.class_group)
    pk = register_candidate(
        roomed.sitting_id,
        student_id=kim.pk,
        actor_id=roomed.cast.admin.pk,
        allowance=Allowance(room=room),
    )
    sitting = Sitting.objects.get(pk=roomed.sitting_id)
    assert Attempt.objects.get(pk=pk).deadline == sitting.closes_at + minutes * MINUTE


def test_each_candidate_is_told_and_the_ledger_shows_who_has_seen_it(
    roomed: Taking, heard: Heard
) -> None:
    give_time(roomed.sitting_id, gift(roomed))
    (told,) = heard.of(LedgerChanged)
    assert (told.extra, told.reason, len(told.orders)) == (10 * MINUTE, "Noise", 2)
    assert {one.deadline for one in heard.of(AttemptExtended)} == set(deadlines(roomed))
    (entry,) = grants_of_sitting(roomed.sitting_id)
    assert (entry.seen.told, entry.seen.confirmed, entry.seen.waiting) == (2, 0, ("Ana", "Ben"))
    order = next(one.order for one in told.orders if one.attempt_id == roomed.attempt_id)
    note_seen(order)
    first = GrantReceipt.objects.get(order=order).seen_at
    note_seen(order)
    assert GrantReceipt.objects.get(order=order).seen_at == first
    (entry,) = grants_of_sitting(roomed.sitting_id)
    assert (entry.seen.confirmed, entry.seen.waiting) == (1, ("Ben",))


def test_numbers_of_orders_go_on_from_the_commands_before(roomed: Taking, heard: Heard) -> None:
    Attempt.objects.filter(pk=roomed.attempt_id).update(last_command_seq=4)
    give_time(roomed.sitting_id, gift(roomed))
    (told,) = heard.of(LedgerChanged)
    seqs = {one.attempt_id: one.seq for one in told.orders}
    assert seqs.pop(roomed.attempt_id) == 5
    assert list(seqs.values()) == [1]
    assert roomed.attempt.last_command_seq == 5


def test_taking_back_is_told_too_and_has_receipts_of_its_own(roomed: Taking, heard: Heard) -> None:
    before = deadlines(roomed)
    give_time(roomed.sitting_id, gift(roomed))
    revoke_grant(TimeGrant.objects.get().pk, actor_id=roomed.cast.admin.pk, reason="Wrong room")
    assert deadlines(roomed) == before
    told = heard.of(LedgerChanged)[-1]
    assert (told.extra, told.reason) == (-10 * MINUTE, "Wrong room")
    note_seen(told.orders[0].order)
    (entry,) = grants_of_sitting(roomed.sitting_id)
    assert (entry.revoked_reason, entry.revoked_by_id) == ("Wrong room", roomed.cast.admin.pk)
    assert (entry.seen.told, entry.seen.confirmed) == (2, 1)


def test_the_same_request_gives_once(roomed: Taking) -> None:
    ana, _ = deadlines(roomed)
    request = uuid4()
    reached = [give_time(roomed.sitting_id, gift(roomed, request=request)) for _ in range(2)]
    assert reached == [2, 2]
    assert deadlines(roomed)[0] == ana + 10 * MINUTE
    assert TimeGrant.objects.count() == 1


def test_time_taken_back_while_she_works_in_it_leaves_a_minute(running: Taking) -> None:
    """Her own time is over; without the rule her deadline would lie in the past."""
    give_time(running.sitting_id, gift(running, 20))
    Attempt.objects.filter(pk=running.attempt_id).update(
        started_at=database_now() - timedelta(minutes=40)
    )
    now = database_now()
    revoke_grant(TimeGrant.objects.get().pk, actor_id=running.cast.admin.pk, reason="Wrong room")
    assert now + LEAST_LEFT <= running.attempt.deadline <= database_now() + LEAST_LEFT


@pytest.mark.parametrize("who", ["ivo", "grader", "ana", "olga"])
def test_only_who_leads_the_sitting_gives_and_takes_back(roomed: Taking, who: str) -> None:
    actor_id = getattr(roomed.cast, who).pk
    before = deadlines(roomed)
    with pytest.raises(Forbidden):
        give_time(roomed.sitting_id, gift(roomed, actor_id=actor_id))
    assert not TimeGrant.objects.exists()
    give_time(roomed.sitting_id, gift(roomed))
    with pytest.raises(Forbidden):
        revoke_grant(TimeGrant.objects.get().pk, actor_id=actor_id, reason="No")
    assert deadlines(roomed) == tuple(one + 10 * MINUTE for one in before)


def test_what_nobody_can_give(roomed: Taking) -> None:
    other = begin(roomed.cast, exam_id=roomed.attempt.sitting.exam_id)
    sitting_id = roomed.sitting_id
    for wrong, to, refusal in (
        (gift(roomed, 0), Scope(), GrantInvalid),
        (gift(roomed, 24 * 60 + 1), Scope(), GrantInvalid),
        (gift(roomed, reason=" "), Scope(), ReasonNeeded),
        (gift(roomed), Scope(room="Cellar"), GrantInvalid),
        (gift(roomed), Scope(other.attempt_id), AttemptUnknown),
    ):
        with pytest.raises(refusal):
            give_time(sitting_id, wrong, to=to)
    Attempt.objects.filter(pk=roomed.attempt_id).update(state="submitted")
    with pytest.raises(AttemptUnknown):
        give_time(sitting_id, gift(roomed), to=Scope(roomed.attempt_id))
    Sitting.objects.filter(pk=sitting_id).update(state="closed")
    with pytest.raises(IllegalMove):
        give_time(sitting_id, gift(roomed))
    assert not TimeGrant.objects.exists()


def test_a_receipt_of_a_command_is_kept_with_its_entry(running: Taking) -> None:
    give_time(running.sitting_id, gift(running), to=Scope(running.attempt_id))
    grant, order = TimeGrant.objects.get(), uuid4()
    GrantReceipt.objects.all().delete()
    add_receipts(grant, {running.attempt_id: order})
    note_seen(order)
    (entry,) = grants_of_sitting(running.sitting_id)
    assert (entry.seen.told, entry.seen.waiting) == (1, ())


@pytest.mark.parametrize("seed", range(6))
def test_window_and_limit_move_together_whatever_is_done(roomed: Taking, seed: int) -> None:
    """Against an oracle that only adds: the sum of what stands, for the room and for her.

    Nobody is near the end here, so the rule of the last minute has nothing to say.
    """
    chance = random.Random(seed)
    Sitting.objects.filter(pk=roomed.sitting_id).update(duration=timedelta(hours=9))
    sitting = Sitting.objects.get(pk=roomed.sitting_id)
    sitting.closes_at += timedelta(hours=12)
    sitting.save()
    everybody = list(Attempt.objects.select_related("candidate", "sitting"))
    with transaction.atomic():
        renew_deadlines(sitting, everybody)
    starts = dict(Attempt.objects.values_list("pk", "started_at"))
    scopes = [Scope(), Scope(room="Hall"), Scope(room="Home"), Scope(roomed.attempt_id)]
    standing: dict[int, tuple[Scope, timedelta]] = {}
    for _ in range(12):
        if standing and chance.random() < 0.4:
            pk = chance.choice(sorted(standing))
            revoke_grant(pk, actor_id=roomed.cast.admin.pk, reason="Back")
            del standing[pk]
        else:
            to, minutes = chance.choice(scopes), chance.randint(1, 30) * chance.choice([1, 1, -1])
            give_time(roomed.sitting_id, gift(roomed, minutes), to=to)
            pk = TimeGrant.objects.latest("pk").pk
            standing[pk] = (to, minutes * MINUTE)
        for attempt in Attempt.objects.select_related("candidate", "sitting"):
            credit = sum(
                (
                    extra
                    for to, extra in standing.values()
                    if to.attempt_id == attempt.pk
                    or (to.attempt_id is None and to.room in {"", attempt.candidate.room})
                ),
                timedelta(),
            )
            started = starts[attempt.pk]
            limit = started + sitting.duration if started else sitting.closes_at
            assert attempt.deadline == limit + credit
    assert policy_of(sitting.policy).late_start.value == "clip"
