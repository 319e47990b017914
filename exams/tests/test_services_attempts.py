"""What staff and the clock do: pause, resume, extend, revoke, end, expire; always with audit."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from exams import queries
from exams.domain.deadline import GrantKind
from exams.domain.states import AttemptState, SittingState
from exams.errors import AttemptUnknown, GrantInvalid, ReasonNeeded, SittingUnknown
from exams.events import AttemptEnded, AttemptExtended, AttemptPaused, AttemptResumed
from exams.models import Attempt, Result, Sitting, Submission, TimeGrant
from exams.selectors.ledger import grants_of_sitting
from exams.services import attempts, endings
from exams.services.grants import Gift, give_time, revoke_grant
from exams.tests.conftest import (
    Cast,
    Heard,
    Taking,
    approved_exam,
    begin,
    give_role,
    person,
    shift,
)
from kernel.machine import IllegalMove
from kernel.models import AuditEntry

MINUTE = timedelta(minutes=1)


def pause(taken: Taking, reason: str = "Fire alarm") -> None:
    attempts.pause_attempt(taken.attempt_id, actor_id=taken.cast.ivo.pk, reason=reason)


def resume(taken: Taking) -> None:
    attempts.resume_attempt(taken.attempt_id, actor_id=taken.cast.ivo.pk)


def extend(taken: Taking, minutes: int, reason: str = "Noise") -> None:
    attempts.extend_attempt(
        taken.attempt_id, extra=minutes * MINUTE, actor_id=taken.cast.ivo.pk, reason=reason
    )


def test_a_pause_stops_the_clock_and_is_credited(running: Taking, heard: Heard) -> None:
    before = running.attempt.deadline
    pause(running)
    attempt = running.attempt
    assert (attempt.state, attempt.state_reason) == (AttemptState.PAUSED, "Fire alarm")
    Attempt.objects.update(paused_at=queries.database_now() - 7 * MINUTE)
    resume(running)
    attempt = running.attempt
    assert (attempt.state, attempt.state_reason, attempt.paused_at) == ("running", "", None)
    assert 7 * MINUTE <= attempt.deadline - before < 7.2 * MINUTE
    assert TimeGrant.objects.get().kind == GrantKind.PAUSE
    assert heard.of(AttemptPaused)[0].reason == "Fire alarm"
    assert heard.of(AttemptResumed)[0].deadline == attempt.deadline
    actions = AuditEntry.objects.filter(subject=f"attempt:{running.attempt_id}")
    assert [entry.action for entry in actions.order_by("position")] == [
        "attempt.paused",
        "attempt.resumed",
    ]


def test_a_forgotten_pause_is_credited_up_to_the_limit_and_then_expires(cast: Cast) -> None:
    taken = begin(cast, policy={"pause_limit_s": 600})
    pause(taken)
    shift(taken.attempt_id, -35 * MINUTE)  # 5 minutes past the deadline
    assert attempts.expire_due() == 0, "the limit of the pause has not passed"
    shift(taken.attempt_id, -6 * MINUTE)
    assert attempts.expire_due() == 1
    assert taken.attempt.state == AttemptState.EXPIRED


def test_a_long_pause_gives_no_more_than_its_limit(cast: Cast) -> None:
    taken = begin(cast, policy={"pause_limit_s": 600})
    before = taken.attempt.deadline
    pause(taken)
    Attempt.objects.update(paused_at=queries.database_now() - 25 * MINUTE)
    resume(taken)
    assert taken.attempt.deadline - before == 10 * MINUTE


def test_time_is_given_with_ledger_audit_event_and_new_deadline(
    running: Taking, heard: Heard
) -> None:
    before = running.attempt.deadline
    version = running.attempt.version
    extend(running, 5)
    assert running.attempt.deadline == before + 5 * MINUTE
    assert running.attempt.version == version + 1
    (event,) = heard.of(AttemptExtended)
    assert (event.deadline, event.reason) == (before + 5 * MINUTE, "Noise")
    entry = AuditEntry.objects.get(action="attempt.extended")
    assert (entry.actor_id, entry.reason, entry.data) == (
        running.cast.ivo.pk,
        "Noise",
        {"extra_s": 300},
    )
    (grant,) = grants_of_sitting(running.sitting_id)
    assert (grant.extra, grant.granted_by_id) == (5 * MINUTE, running.cast.ivo.pk)


def test_time_taken_away_leaves_a_minute(running: Taking) -> None:
    now = queries.database_now()
    extend(running, -200)
    assert MINUTE <= running.attempt.deadline - now <= MINUTE + timedelta(seconds=10)


def test_before_the_start_time_moves_the_last_moment_to_start(cast: Cast) -> None:
    taken = begin(cast, start=False)
    extend(taken, 5)
    assert taken.attempt.deadline == Sitting.objects.get().closes_at + 5 * MINUTE


def test_a_grant_for_the_sitting_reaches_everybody_once(running: Taking) -> None:
    ben = Attempt.objects.get(student=running.cast.ben)
    before = (running.attempt.deadline, ben.deadline)
    reached = give_time(
        running.sitting_id, Gift(10 * MINUTE, actor_id=running.cast.admin.pk, reason="Power cut")
    )
    ben.refresh_from_db()
    assert reached == 2
    assert (running.attempt.deadline, ben.deadline) == tuple(one + 10 * MINUTE for one in before)
    grant = TimeGrant.objects.get()
    assert grant.attempt is None
    entry = AuditEntry.objects.get(action="grant.given")
    assert (entry.subject, entry.reason) == (f"sitting:{running.sitting_id}", "Power cut")
    assert entry.data == {"grant": grant.pk, "attempt": None, "room": "", "extra_s": 600}


@pytest.mark.parametrize(
    "state",
    [SittingState.CLOSED, SittingState.GRADED, SittingState.PUBLISHED, SittingState.CANCELLED],
)
def test_the_ledger_of_a_sitting_that_is_over_stays_as_it_is(
    running: Taking, state: SittingState
) -> None:
    """The page hides the forms; a page that was opened before sends them all the same."""
    sitting_id, actor = running.sitting_id, running.cast.admin.pk
    give_time(sitting_id, Gift(MINUTE, actor_id=actor, reason="In time"))
    grant = TimeGrant.objects.get()
    Sitting.objects.update(state=state)
    with pytest.raises(IllegalMove):
        give_time(sitting_id, Gift(MINUTE, actor_id=actor, reason="Too late"))
    with pytest.raises(IllegalMove):
        revoke_grant(grant.pk, actor_id=actor, reason="Too late")
    assert TimeGrant.objects.get().revoked_at is None


def enrol(cast: Cast, count: int) -> None:
    for index in range(count):
        student = person(cast.institution, f"Student {index}")
        give_role(student, Role.STUDENT, cast.class_group)


def test_time_for_everybody_costs_the_same_for_any_number(cast: Cast) -> None:
    """Every row of the sitting is held meanwhile, and no save of it can be accepted."""
    exam_id = approved_exam(cast)
    counts = []
    for reached in (2, 7):
        enrol(cast, reached - 2)
        sitting_id = begin(cast, exam_id=exam_id).sitting_id
        with CaptureQueriesContext(connection) as seen:
            assert reached == give_time(
                sitting_id, Gift(MINUTE, actor_id=cast.admin.pk, reason="Power cut")
            )
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 24


def test_a_grant_can_be_taken_back_once(running: Taking) -> None:
    before = running.attempt.deadline
    extend(running, 5)
    given = AuditEntry.objects.filter(action="attempt.extended")
    grant_id = TimeGrant.objects.get().pk
    with pytest.raises(ReasonNeeded):
        revoke_grant(grant_id, actor_id=running.cast.admin.pk, reason="")
    revoke_grant(grant_id, actor_id=running.cast.admin.pk, reason="Wrong person")
    assert running.attempt.deadline == before
    with pytest.raises(GrantInvalid):
        revoke_grant(grant_id, actor_id=running.cast.admin.pk, reason="Again")
    assert given.count() == 1, "taking time back is not an extension"
    entry = AuditEntry.objects.get(action="grant.revoked")
    assert (entry.subject, entry.reason) == (f"sitting:{running.sitting_id}", "Wrong person")
    assert entry.data == {
        "grant": grant_id,
        "attempt": running.attempt_id,
        "room": "",
        "extra_s": 300,
    }


def test_a_grant_leaves_its_line_also_when_nobody_is_live(running: Taking) -> None:
    actor = running.cast.admin.pk
    for attempt_id in Attempt.objects.values_list("pk", flat=True):
        attempts.terminate_attempt(attempt_id, actor_id=actor, reason="Left")
    assert give_time(running.sitting_id, Gift(MINUTE, actor_id=actor, reason="Too late")) == 0
    revoke_grant(TimeGrant.objects.get().pk, actor_id=actor, reason="Nobody left")
    lines = AuditEntry.objects.filter(action__startswith="grant.").order_by("pk")
    assert [line.action for line in lines] == ["grant.given", "grant.revoked"]


@pytest.mark.parametrize("minutes", [0, 24 * 60 + 1, -24 * 60 - 1])
def test_nothing_and_more_than_a_day_are_refused(running: Taking, minutes: int) -> None:
    with pytest.raises(GrantInvalid):
        extend(running, minutes)
    assert not TimeGrant.objects.exists()


def test_every_act_against_a_candidate_needs_a_reason(running: Taking) -> None:
    acts: list[Callable[[], None]] = [
        lambda: pause(running, " "),
        lambda: extend(running, 5, ""),
        lambda: attempts.terminate_attempt(
            running.attempt_id, actor_id=running.cast.ivo.pk, reason=""
        ),
        lambda: attempts.force_submit(running.attempt_id, actor_id=running.cast.ivo.pk, reason=" "),
    ]
    for act in acts:
        with pytest.raises(ReasonNeeded):
            act()
    assert running.attempt.state == AttemptState.RUNNING


@pytest.mark.parametrize("paused", [False, True])
def test_staff_can_hand_in_for_a_candidate(running: Taking, heard: Heard, *, paused: bool) -> None:
    if paused:
        pause(running)
    attempts.force_submit(running.attempt_id, actor_id=running.cast.ivo.pk, reason="Fell ill")
    assert running.attempt.state == AttemptState.SUBMITTED
    assert Submission.objects.get().kind == "staff"
    assert heard.of(AttemptEnded)[0].state == "submitted"
    assert AuditEntry.objects.filter(action="attempt.submitted_for").exists()


def test_a_terminated_attempt_can_still_be_graded(running: Taking) -> None:
    attempts.terminate_attempt(running.attempt_id, actor_id=running.cast.ivo.pk, reason="Copied")
    assert running.attempt.state == AttemptState.TERMINATED
    assert Submission.objects.get().kind == "staff"
    assert Result.objects.filter(attempt_id=running.attempt_id).exists()


def test_moves_out_of_turn_name_the_current_state(running: Taking) -> None:
    with pytest.raises(IllegalMove) as refusal:
        resume(running)
    assert refusal.value.data["state"] == "running"
    attempts.terminate_attempt(running.attempt_id, actor_id=running.cast.ivo.pk, reason="Copied")
    acts: list[Callable[[], None]] = [
        lambda: pause(running),
        lambda: extend(running, 5),
        lambda: resume(running),
    ]
    for act in acts:
        with pytest.raises(IllegalMove) as refusal:
            act()
        assert refusal.value.data["state"] == "terminated"


def test_what_does_not_exist(cast: Cast) -> None:
    with pytest.raises(AttemptUnknown):
        attempts.pause_attempt(1, actor_id=cast.ivo.pk, reason="x")
    with pytest.raises(AttemptUnknown):
        attempts.extend_attempt(1, extra=MINUTE, actor_id=cast.ivo.pk, reason="x")
    with pytest.raises(AttemptUnknown):
        attempts.next_command_seq(1)
    with pytest.raises(SittingUnknown):
        give_time(1, Gift(MINUTE, actor_id=cast.admin.pk, reason="x"))


def test_at_deadline_and_grace_the_clock_ends_attempts_and_marks_who_never_came(
    running: Taking,
) -> None:
    ben = Attempt.objects.get(student=running.cast.ben)
    Attempt.objects.update(deadline=queries.database_now() - timedelta(seconds=5))
    assert attempts.expire_due() == 1, "the grace still runs for who has started"
    ben.refresh_from_db()
    assert (ben.state, running.attempt.state) == ("absent", "running")
    shift(running.attempt_id, timedelta(seconds=-60))
    assert attempts.expire_due() == 1
    assert running.attempt.state == AttemptState.EXPIRED
    assert Submission.objects.get().kind == "auto"
    assert not Result.objects.filter(attempt=ben).exists()
    assert attempts.expire_due() == 0


def test_nobody_expires_before_the_sitting_runs(cast: Cast) -> None:
    taken = begin(cast, start=False)
    Sitting.objects.update(state="lobby")
    shift(taken.attempt_id, timedelta(days=-1))
    assert attempts.expire_due() == 0


def test_one_attempt_that_fails_does_not_hold_up_the_others(
    running: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = Attempt.objects.get(student=running.cast.ben)
    shift(running.attempt_id, timedelta(days=-2))
    shift(ben.pk, timedelta(days=-1))
    real = endings.stored_answers

    def fail(attempt_id: int) -> dict[str, dict[str, object]]:
        if attempt_id == running.attempt_id:
            raise RuntimeError("broken row")
        return real(attempt_id)

    monkeypatch.setattr(endings, "stored_answers", fail)
    assert attempts.expire_due() == 1
    ben.refresh_from_db()
    assert (ben.state, running.attempt.state) == ("absent", "running")
    monkeypatch.setattr(endings, "stored_answers", real)
    assert attempts.expire_due() == 1


@pytest.mark.django_db(transaction=True)
def test_many_clocks_end_each_attempt_once(running: Taking) -> None:
    Attempt.objects.update(deadline=queries.database_now() - timedelta(days=1))

    def tick() -> int:
        try:
            return attempts.expire_due()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        ended = [pool.submit(tick) for _ in range(8)]
        assert sum(one.result() for one in ended) == 2
    assert Submission.objects.count() == 1
