"""The candidate's own moves: lease, start, hand in; and what an outsider gets."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from exams import queries
from exams.domain.states import AttemptState
from exams.errors import (
    AnswersMissing,
    AttemptIsPaused,
    AttemptOver,
    AttemptUnknown,
    LeaseLost,
    NotOpen,
    NotStarted,
    TooLate,
    TryAgain,
)
from exams.events import AttemptEnded, AttemptStarted, AttemptSubmitted, LeaseMoved
from exams.models import Attempt, Result, Sitting, Submission
from exams.selectors.attempts import attempt_of, snapshot
from exams.services import answers, attempts, ledger, sittings, taking
from exams.tests.conftest import Cast, Heard, Taking, begin, make_cast, schedule, shift
from exams.wire import AnswerIn
from kernel import audit
from kernel.models import AuditEntry, OutboxEntry
from kernel.tests.waiting import wait_until_blocked

MINUTE = timedelta(minutes=1)


def waiting(cast: Cast, **changes: object) -> Taking:
    return begin(cast, start=False, **changes)


def start(taken: Taking, lease: str | None = None) -> None:
    taking.start_attempt(
        taken.attempt_id,
        student_id=taken.cast.ana.pk,
        lease=lease or taken.lease,
        browser=taken.attempt.lease_browser,
    )


def save(taken: Taking, value: str = "x", seq: int = 1) -> None:
    given = AnswerIn(question=taken.questions[0], seq=seq, value=value)
    answers.save_answers(
        taken.attempt_id, student_id=taken.cast.ana.pk, lease=taken.lease, answers=[given]
    )


def submit(taken: Taking, digest: dict[int, int] | None = None) -> str:
    return taking.submit_attempt(
        taken.attempt_id, student_id=taken.cast.ana.pk, lease=taken.lease, digest=digest or {}
    ).receipt


def test_the_newest_tab_gets_the_lease_and_the_first_marks_the_check_in(cast: Cast) -> None:
    taken = waiting(cast)
    checked_in = taken.attempt.checked_in_at
    assert checked_in is not None
    newer = taking.take_lease(taken.attempt_id, student_id=cast.ana.pk, device="phone")
    assert (taken.attempt.lease, taken.attempt.lease_device) == (newer, "phone")
    assert taken.attempt.checked_in_at == checked_in
    with pytest.raises(LeaseLost):
        start(taken)


def take(taken: Taking, browser: str, device: str = "test") -> None:
    taken.lease = str(
        taking.take_lease(
            taken.attempt_id, student_id=taken.cast.ana.pk, device=device, browser=browser
        )
    )


def moves() -> list[dict[str, object]]:
    entries = AuditEntry.objects.filter(action="attempt.lease_moved").order_by("position")
    return [entry.data for entry in entries]


def test_another_browser_of_the_same_name_does_not_take_over_unnoticed(
    cast: Cast, heard: Heard
) -> None:
    taken = waiting(cast)
    take(taken, "a" * 32)
    start(taken)
    take(taken, "a" * 32)
    assert heard.of(LeaseMoved) == [], "a reload is no move"
    take(taken, "b" * 32)
    (event,) = heard.of(LeaseMoved)
    assert (event.attempt_id, event.from_device) == (taken.attempt_id, "test")
    attempts.pause_attempt(taken.attempt_id, actor_id=cast.ivo.pk, reason="Alarm")
    take(taken, "c" * 32, "Firefox on Linux")
    assert len(heard.of(LeaseMoved)) == 2
    assert moves() == [
        {"from": "test", "to": "test", "state": "running"},
        {"from": "test", "to": "Firefox on Linux", "state": "paused"},
    ]


def test_a_move_before_the_start_is_on_record_and_no_incident(cast: Cast, heard: Heard) -> None:
    taken = waiting(cast)
    take(taken, "a" * 32)
    take(taken, "b" * 32)
    assert heard.of(LeaseMoved) == []
    (move,) = moves()
    assert move["state"] == "ready"
    entry = AuditEntry.objects.get(action="attempt.lease_moved")
    assert (entry.actor_id, entry.subject) == (cast.ana.pk, f"attempt:{taken.attempt_id}")


def test_without_an_id_the_names_of_the_devices_are_compared(cast: Cast, heard: Heard) -> None:
    taken = begin(cast)
    take(taken, "", "A telephone")
    take(taken, "", "A telephone")
    assert len(heard.of(LeaseMoved)) == 1


def test_the_older_tabs_sockets_end_and_so_do_their_cameras(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, closed = begin(cast), []

    def close(user_id: int, code: int, *, topic: str, except_connection: str) -> None:
        closed.append((user_id, code, topic, except_connection))

    monkeypatch.setattr(taking, "close_user_sockets", close)  # the port to the sockets
    taking.take_lease(taken.attempt_id, student_id=cast.ana.pk, connection_id="new")
    assert closed == [
        (cast.ana.pk, 4409, f"attempt:{taken.attempt_id}", "new"),
        (cast.ana.pk, 4409, f"media:a{taken.attempt_id}", "new"),
    ]


def test_there_is_no_lease_before_the_lobby_opens(cast: Cast) -> None:
    future = queries.database_now() + timedelta(hours=1)
    sitting_id = schedule(
        cast, lobby_opens_at=future, starts_at=future, closes_at=future + 30 * MINUTE
    )
    with pytest.raises(NotOpen):
        taking.take_lease(attempt_of(sitting_id, cast.ana.pk), student_id=cast.ana.pk)


def test_a_late_lobby_is_opened_by_who_comes_first(cast: Cast) -> None:
    future = queries.database_now() + timedelta(hours=1)
    sitting_id = schedule(cast, starts_at=future, closes_at=future + 30 * MINUTE)
    attempt_id = attempt_of(sitting_id, cast.ana.pk)
    lease = str(taking.take_lease(attempt_id, student_id=cast.ana.pk))
    with pytest.raises(NotOpen) as refusal:
        taking.start_attempt(attempt_id, student_id=cast.ana.pk, lease=lease)
    assert refusal.value.data["state"] == "lobby"


def test_a_cancelled_sitting_lets_nobody_in(cast: Cast) -> None:
    sitting_id = schedule(cast)
    sittings.cancel_sitting(sitting_id, actor_id=cast.admin.pk, reason="Storm")
    with pytest.raises(NotOpen):
        taking.take_lease(attempt_of(sitting_id, cast.ana.pk), student_id=cast.ana.pk)


def test_a_start_sets_the_clock_once(cast: Cast, heard: Heard) -> None:
    taken = waiting(cast)
    start(taken)
    first = taken.attempt
    assert first.started_at is not None
    assert first.deadline == first.started_at + 30 * MINUTE
    start(taken)
    assert taken.attempt.started_at == first.started_at
    (event,) = heard.of(AttemptStarted)
    assert event.deadline == first.deadline


def test_a_late_start_gets_the_rest_of_the_window_or_all_of_it(cast: Cast) -> None:
    now = queries.database_now()
    taken = waiting(cast, closes_at=now + 10 * MINUTE)
    start(taken)
    assert taken.attempt.deadline == Sitting.objects.get().closes_at
    Attempt.objects.update(state=AttemptState.READY, started_at=None)
    Sitting.objects.update(policy={"late_start": "full"})
    start(taken)
    attempt = taken.attempt
    assert attempt.started_at is not None
    assert attempt.deadline == attempt.started_at + 30 * MINUTE


@pytest.mark.django_db(transaction=True)
def test_time_given_while_a_candidate_starts_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The grant commits on a second connection after the start has read the ledger."""
    taken = waiting(make_cast())

    def grant() -> None:
        try:
            attempts.extend_attempt(
                taken.attempt_id, extra=5 * MINUTE, actor_id=taken.cast.ivo.pk, reason="Noise"
            )
        finally:
            connections.close_all()

    def read_then_granted(attempt: Attempt, started_at: datetime) -> datetime:
        deadline = ledger.deadline_for(attempt, started_at)
        monkeypatch.undo()
        with ThreadPoolExecutor(1) as other:
            other.submit(grant).result(timeout=20)
        return deadline

    monkeypatch.setattr(taking, "deadline_for", read_then_granted)
    with pytest.raises(TryAgain):
        start(taken)
    start(taken)
    attempt = taken.attempt
    assert attempt.started_at is not None
    assert attempt.deadline == attempt.started_at + 35 * MINUTE


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("move", ["start", "lease"])
def test_a_late_beat_and_a_command_do_not_wait_for_each_other(cast: Cast, move: str) -> None:
    """The student's request opens the sitting, whose audit line the command wants to follow.

    1. The command holds the attempt's row. 2. The student's request comes and waits for that row.
    3. The command writes its audit line: it must not find the end of the trail held.
    """
    taken = waiting(cast)
    Sitting.objects.update(state="lobby", started_at=None)
    if move == "lease":
        Sitting.objects.update(state="scheduled", lobby_opened_at=None)

    def come() -> None:
        try:
            if move == "start":
                start(taken)
            else:
                taking.take_lease(taken.attempt_id, student_id=cast.ana.pk, device="test")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            attempts.next_command_seq(taken.attempt_id)
            student = other.submit(come)
            wait_until_blocked()
            audit.append(
                "command.message",
                actor_id=cast.ivo.pk,
                subject=f"attempt:{taken.attempt_id}",
                institution_id=cast.institution.pk,
            )
        student.result(timeout=20)
    assert Sitting.objects.get().state == "running"


def test_after_the_window_it_is_too_late_to_start(cast: Cast) -> None:
    taken = waiting(cast)
    shift(taken.attempt_id, timedelta(hours=-3))
    with pytest.raises(TooLate):
        start(taken)


def test_what_was_handed_in_is_frozen_with_receipt_digest_and_job(
    running: Taking, heard: Heard
) -> None:
    save(running, "final")
    receipt = submit(running, {running.questions[0]: 1})
    submission = Submission.objects.get()
    assert str(submission.receipt) == receipt
    assert submission.answers == {str(running.questions[0]): {"seq": 1, "value": "final"}}
    assert (submission.answered, submission.total, submission.kind) == (1, 4, "self")
    assert len(submission.digest) == 64
    assert Result.objects.get().attempt_id == running.attempt_id
    job = OutboxEntry.objects.get(task="exams.grade_attempt")
    assert (job.kwargs, job.queue) == ({"attempt_id": running.attempt_id}, "grading")
    assert len(heard.of(AttemptSubmitted)) == len(heard.of(AttemptEnded)) == 1


def test_handing_in_again_gives_the_same_receipt(running: Taking) -> None:
    save(running)
    assert submit(running) == submit(running)
    seen = snapshot(running.attempt_id, running.cast.ana.pk)
    assert seen.receipt == submit(running)
    assert (seen.answered, seen.total) == (1, 4)


def test_a_hand_in_that_names_what_is_not_stored_changes_nothing(running: Taking) -> None:
    save(running)
    first, second = running.questions[:2]
    with pytest.raises(AnswersMissing) as refusal:
        submit(running, {first: 2, second: 1})
    assert refusal.value.data == {"missing": sorted([first, second])}
    assert running.attempt.state == AttemptState.RUNNING
    assert not Submission.objects.exists()


def test_an_attempt_that_ended_otherwise_cannot_be_handed_in(running: Taking) -> None:
    attempts.terminate_attempt(running.attempt_id, actor_id=running.cast.ivo.pk, reason="Copied")
    with pytest.raises(AttemptOver) as refusal:
        submit(running)
    assert refusal.value.data["state"] == "terminated"
    with pytest.raises(AttemptOver):
        taking.take_lease(running.attempt_id, student_id=running.cast.ana.pk)
    with pytest.raises(AttemptOver):
        start(running)


def test_a_paused_or_unstarted_attempt_cannot_be_handed_in(cast: Cast) -> None:
    taken = waiting(cast)
    with pytest.raises(NotStarted):
        submit(taken)
    start(taken)
    attempts.pause_attempt(taken.attempt_id, actor_id=cast.ivo.pk, reason="Alarm")
    with pytest.raises(AttemptIsPaused):
        submit(taken)


@pytest.mark.parametrize("lease", ["", "not a token", "5f0c2b1e-8f5e-4b53-9f3e-0d6c1a2b3c4d"])
def test_a_wrong_lease_is_a_lost_one(running: Taking, lease: str) -> None:
    with pytest.raises(LeaseLost):
        start(running, lease or "-")
    running.lease = lease
    with pytest.raises(LeaseLost):
        submit(running)


@pytest.mark.parametrize("who", ["ben", "ivo", "olga"])
def test_nobody_else_touches_an_attempt(running: Taking, who: str) -> None:
    stranger = getattr(running.cast, who).pk
    before = running.attempt.version
    with pytest.raises(AttemptUnknown):
        taking.take_lease(running.attempt_id, student_id=stranger)
    with pytest.raises(AttemptUnknown):
        taking.start_attempt(running.attempt_id, student_id=stranger, lease=running.lease)
    with pytest.raises(AttemptUnknown):
        taking.submit_attempt(
            running.attempt_id, student_id=stranger, lease=running.lease, digest={}
        )
    with pytest.raises(AttemptUnknown):
        answers.save_answers(
            running.attempt_id,
            student_id=stranger,
            lease=running.lease,
            answers=[AnswerIn(question=running.questions[0], seq=1, value="x")],
        )
    with pytest.raises(AttemptUnknown):
        snapshot(running.attempt_id, stranger)
    assert running.attempt.version == before


def statements(seen: CaptureQueriesContext) -> list[str]:
    """Every query that reads or writes rows."""
    words = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return [one["sql"] for one in seen if not one["sql"].startswith(words)]


def test_a_start_and_a_hand_in_cost_few_queries(cast: Cast) -> None:
    taken = begin(cast, start=False)
    with CaptureQueriesContext(connection) as seen:
        taking.start_attempt(taken.attempt_id, student_id=cast.ana.pk, lease=taken.lease)
    assert len(statements(seen)) == 3, statements(seen)
    with CaptureQueriesContext(connection) as seen:
        taking.submit_attempt(
            taken.attempt_id, student_id=cast.ana.pk, lease=taken.lease, digest={}
        )
    assert len(statements(seen)) <= 7, statements(seen)
