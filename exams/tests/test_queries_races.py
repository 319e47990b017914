"""Saves against hand-ins, endings, tabs and clocks at the same time, on real connections."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from psycopg.errors import LockNotAvailable

from exams import queries
from exams.domain.saving import IncomingAnswer, Saved
from exams.domain.states import AttemptAction, AttemptState
from exams.errors import AttemptIsPaused, AttemptOver, LeaseLost
from exams.models import Answer, AnswerRevision, Attempt, Sitting, Submission
from exams.services import answers, attempts, taking
from exams.tests.conftest import Taking
from exams.tests.test_queries import request_of
from exams.wire import AnswerIn

pytestmark = pytest.mark.django_db(transaction=True)  # connections see only what is committed

Work = Callable[[], Any]
ENOUGH = 12
PATIENCE_S = 60.0


def save(running: Taking, seq: int, value: Any = "value", place: int = 0) -> dict[str, int]:
    given = AnswerIn(question=running.questions[place], seq=seq, value=value)
    reply = answers.save_answers(
        running.attempt_id, student_id=running.cast.ana.pk, lease=running.lease, answers=[given]
    )
    return reply.saved


def submit(running: Taking) -> None:
    taking.submit_attempt(
        running.attempt_id, student_id=running.cast.ana.pk, lease=running.lease, digest={}
    )


@contextmanager
def own_connection() -> Iterator[None]:
    """A thread of a test closes what it opened, else the test database cannot be dropped."""
    try:
        yield
    finally:
        connections.close_all()


def in_threads(works: list[Work], threads: int = 6) -> list[Any]:
    start = threading.Barrier(min(threads, len(works)))

    def run(index: int, work: Work) -> Any:
        with own_connection():
            if index < start.parties:
                start.wait(timeout=20)
            return work()

    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(run, index, work) for index, work in enumerate(works)]
        return [future.result(timeout=60) for future in futures]


def test_any_order_and_any_repetition_ends_with_the_newest(running: Taking) -> None:
    chance = random.Random(7)
    sends = [(seq, place) for seq in range(1, 26) for place in range(4)] * 2
    chance.shuffle(sends)

    def send(seq: int, place: int) -> dict[str, int]:
        return save(running, seq, f"revision {seq}", place)

    replies = in_threads([lambda s=seq, p=place: send(s, p) for seq, place in sends])  # type: ignore[misc] # arguments bound early
    for (seq, place), saved in zip(sends, replies, strict=True):
        assert saved[str(running.questions[place])] >= seq
    stored = Answer.objects.values_list("question_id", "seq", "value")
    assert sorted(stored) == sorted((q, 25, "revision 25") for q in running.questions)
    assert AnswerRevision.objects.count() == 100


class Acks:
    """What was acknowledged so far: place of the question → newest sequence number."""

    def __init__(self) -> None:
        self.newest: dict[int, int] = {}
        self.are_enough = threading.Event()
        self._count = 0
        self._lock = threading.Lock()

    def note(self, place: int, seq: int) -> None:
        with self._lock:
            self.newest[place] = seq
            self._count += 1
            if self._count >= ENOUGH:
                self.are_enough.set()

    def wait(self) -> None:
        """Wait until the saves are in full swing: no clock decides when the race is on."""
        assert self.are_enough.wait(PATIENCE_S), "too few saves were acknowledged"


def hammer(running: Taking, place: int, acks: Acks, stop: threading.Event) -> str:
    """Save rising revisions of one question until refused; note each that was acknowledged."""
    seq = 0
    while not stop.is_set():
        seq += 1
        try:
            saved = save(running, seq, f"{seq}", place)
        except (AttemptOver, AttemptIsPaused, LeaseLost) as refusal:
            return refusal.code
        if not saved:
            return "late"
        acks.note(place, seq)
    return "stopped"


def assert_nothing_acknowledged_was_lost(running: Taking, acked: dict[int, int]) -> None:
    frozen = Submission.objects.get(attempt_id=running.attempt_id).answers
    assert acked
    for place, seq in acked.items():
        stored = frozen[str(running.questions[place])]
        assert stored["seq"] == seq, "an acknowledged revision is not in the submission"
        assert stored["value"] == f"{seq}"
    now = {
        str(question): {"seq": seq, "value": value}
        for question, seq, value in Answer.objects.values_list("question_id", "seq", "value")
    }
    assert now == frozen, "an answer changed after the submission was frozen"


def race(running: Taking, ending: Work, *others: Work) -> dict[int, int]:
    """Return what was acknowledged until `ending`, which comes in the middle of the saves."""
    acks = Acks()
    stop = threading.Event()

    def finish() -> None:
        try:
            acks.wait()
            ending()
        except BaseException:
            stop.set()
            raise

    works: list[Work] = [
        lambda place=place: hammer(running, place, acks, stop)  # type: ignore[misc] # bound early
        for place in range(3)
    ]
    works += [finish, *others]
    outcomes = in_threads(works, threads=len(works))
    assert "stopped" not in outcomes
    return acks.newest


@pytest.mark.parametrize("repeat", range(3))
def test_a_hand_in_in_the_middle_of_saves_loses_nothing(running: Taking, repeat: int) -> None:
    acked = race(running, lambda: submit(running))
    assert_nothing_acknowledged_was_lost(running, acked)
    assert running.attempt.state == AttemptState.SUBMITTED


def save_during_hand_in(running: Taking) -> Saved | None:
    """Save on a second connection when a hand-in has frozen the answers, but is not committed.

    Returns:
        What the save left behind, or None when it has to wait for the hand-in.
    """
    stepped = threading.Event()

    def save_in_the_middle() -> Saved | None:
        given = IncomingAnswer(running.questions[0], 2, "2", None)
        with own_connection(), transaction.atomic(), connection.cursor() as cursor:
            try:
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
                saved = queries.save_answers(request_of(running, given))
                cursor.execute("SET LOCAL lock_timeout = 0")  # the commit may wait
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
                transaction.set_rollback(True)
                return None
            finally:
                stepped.set()
        return saved

    save(running, 1, "1")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            submit(running)
            future = pool.submit(save_in_the_middle)
            assert stepped.wait(PATIENCE_S)
        return future.result(PATIENCE_S)


def test_a_save_waits_for_a_hand_in_that_has_frozen_the_answers(running: Taking) -> None:
    assert save_during_hand_in(running) is None
    assert_nothing_acknowledged_was_lost(running, {0: 1})


def test_a_save_that_does_not_lock_its_attempt_loses_what_it_acknowledged(
    running: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same statement with a plain SELECT in place of the UPDATE lets a save slip past."""
    statement = queries._SAVE
    begins, ends = statement.index("UPDATE exams_attempt a"), statement.index("), fitting")
    block = statement[begins:ends]
    guards = block[block.index("WHERE") : block.index("RETURNING")]
    columns = block[block.index("RETURNING") + len("RETURNING") :]
    columns = columns.replace("a.last_saved_at", "clock_timestamp() AS last_saved_at")
    unlocked = f"SELECT {columns} FROM exams_attempt a, exams_sitting s {guards}"
    monkeypatch.setattr(queries, "_SAVE", statement[:begins] + unlocked + statement[ends:])
    saved = save_during_hand_in(running)
    assert saved is not None
    assert saved.saved == {str(running.questions[0]): 2}
    with pytest.raises(AssertionError, match="is not in the submission"):
        assert_nothing_acknowledged_was_lost(running, {0: 2})


def test_a_termination_in_the_middle_of_saves_loses_nothing(running: Taking) -> None:
    acked = race(
        running,
        lambda: attempts.terminate_attempt(
            running.attempt_id, actor_id=running.cast.ivo.pk, reason="Left the room"
        ),
    )
    assert_nothing_acknowledged_was_lost(running, acked)


@pytest.mark.parametrize("repeat", range(2))
def test_at_the_deadline_nothing_late_is_taken_and_nothing_in_time_is_lost(
    running: Taking, repeat: int
) -> None:
    """Saves race the deadline and three clocks at once."""
    Sitting.objects.update(grace=timedelta(seconds=0))
    soon = timedelta(seconds=0.1)  # the saves go on past it, however slow they are

    def move_the_deadline() -> None:
        Attempt.objects.filter(pk=running.attempt_id).update(deadline=queries.database_now() + soon)

    def clock() -> None:
        while running.attempt.state == AttemptState.RUNNING:
            attempts.expire_due()

    acked = race(running, move_the_deadline, clock, clock, clock)
    attempt = running.attempt
    assert attempt.state == AttemptState.EXPIRED
    assert_nothing_acknowledged_was_lost(running, acked)
    assert not AnswerRevision.objects.filter(late=False, saved_at__gt=attempt.deadline).exists()
    assert Submission.objects.count() == 1


def test_two_tabs_racing_for_the_lease_leave_one_writer(running: Taking) -> None:
    leases = in_threads(
        [lambda: taking.take_lease(running.attempt_id, student_id=running.cast.ana.pk)] * 4
    )
    live = running.attempt.lease
    results = [queries.save_answers(request_of(running, lease=lease)) for lease in leases]
    assert [result is not None for result in results] == [lease == live for lease in leases]


def test_hand_ins_at_once_give_one_receipt(running: Taking) -> None:
    save(running, 1)

    def submit() -> str:
        return taking.submit_attempt(
            running.attempt_id,
            student_id=running.cast.ana.pk,
            lease=running.lease,
            digest={running.questions[0]: 1},
        ).receipt

    assert len(set(in_threads([submit] * 5))) == 1


def test_of_many_conditional_moves_exactly_one_succeeds(running: Taking) -> None:
    moved = in_threads(
        [lambda: queries.move_attempt(running.attempt_id, AttemptAction.PAUSE, {}, {})] * 6
    )
    assert sum(moved) == 1
    assert running.attempt.version == 2


def test_command_numbers_rise_without_gaps(running: Taking) -> None:
    numbers = in_threads(
        [lambda: queries.next_command_seqs([running.attempt_id])[running.attempt_id]] * 8
    )
    assert sorted(numbers) == list(range(1, 9))
    assert queries.next_command_seqs([10**9]) == {}
