"""The saving statement against real PostgreSQL: guards, order, races. Nothing here is faked."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from exams import queries
from exams.domain.states import AttemptAction, AttemptState, SittingAction
from exams.errors import AnswersMissing, AttemptIsPaused, AttemptOver, LeaseLost
from exams.models import Answer, AnswerRevision, Attempt, Sitting, Submission
from exams.queries import IncomingAnswer, SaveRequest
from exams.services import answers, attempts, taking
from exams.tests.conftest import Taking, shift
from exams.wire import AnswerIn

racing = pytest.mark.django_db(transaction=True)  # several connections see what is committed

Work = Callable[[], Any]


def request_of(running: Taking, *given: IncomingAnswer, **changes: Any) -> SaveRequest:
    fields: dict[str, Any] = {
        "attempt_id": running.attempt_id,
        "student_id": running.cast.ana.pk,
        "lease": UUID(running.lease),
        "answers": given or (IncomingAnswer(running.questions[0], 1, "value", None),),
    }
    return SaveRequest(**{**fields, **changes})


def one(running: Taking, seq: int, value: object = "value", place: int = 0) -> IncomingAnswer:
    return IncomingAnswer(running.questions[place], seq, value, 1_700_000_000_000)


def save(running: Taking, seq: int, value: Any = "value", place: int = 0) -> dict[str, int]:
    given = AnswerIn(question=running.questions[place], seq=seq, value=value)
    reply = answers.save_answers(
        running.attempt_id, student_id=running.cast.ana.pk, lease=running.lease, answers=[given]
    )
    return reply.saved


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


def test_the_connection_that_acknowledges_commits_synchronously(running: Taking) -> None:
    assert queries.save_answers(request_of(running)) is not None
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)


def test_a_save_is_one_statement(running: Taking) -> None:
    given = [one(running, 1, place=place) for place in range(4)]
    with CaptureQueriesContext(connection) as seen:
        saved = queries.save_answers(request_of(running, *given))
    assert len(seen) == 1
    assert saved is not None
    assert (saved.answered, saved.total) == (4, 4)
    assert saved.saved == {str(question): 1 for question in running.questions}


def test_what_was_saved_is_stored_with_its_history(running: Taking) -> None:
    queries.save_answers(request_of(running, one(running, 1, "first")))
    queries.save_answers(request_of(running, one(running, 2, {"a": "ب"})))
    row = Answer.objects.get()
    assert (row.seq, row.value) == (2, {"a": "ب"})
    assert row.client_at is not None
    assert list(AnswerRevision.objects.order_by("seq").values_list("seq", "value", "late")) == [
        (1, "first", False),
        (2, {"a": "ب"}, False),
    ]
    attempt = running.attempt
    assert (attempt.last_saved_at, attempt.current_question) == (row.saved_at, row.question_id)


@pytest.mark.parametrize("value", [None, "", [], {}])
def test_a_cleared_answer_counts_as_not_answered(running: Taking, value: object) -> None:
    queries.save_answers(request_of(running, one(running, 1)))
    saved = queries.save_answers(request_of(running, one(running, 2, value)))
    assert saved is not None
    assert saved.answered == 0
    other = queries.save_answers(request_of(running, one(running, 1, place=1)))
    assert other is not None
    assert other.answered == 1


def test_an_older_revision_is_kept_as_history_and_never_wins(running: Taking) -> None:
    queries.save_answers(request_of(running, one(running, 5, "new")))
    late = queries.save_answers(request_of(running, one(running, 3, "old")))
    assert late is not None
    assert late.saved == {str(running.questions[0]): 5}
    assert Answer.objects.get().value == "new"
    assert AnswerRevision.objects.count() == 2


def test_a_repeated_save_changes_nothing(running: Taking) -> None:
    first = queries.save_answers(request_of(running, one(running, 1, "a")))
    again = queries.save_answers(request_of(running, one(running, 1, "b")))
    assert first is not None
    assert again is not None
    assert again.saved == first.saved
    assert Answer.objects.get().value == "a"
    assert AnswerRevision.objects.count() == 1


def strangers(running: Taking) -> dict[str, Callable[[], SaveRequest]]:
    def ended() -> SaveRequest:
        Attempt.objects.update(state=AttemptState.SUBMITTED)
        return request_of(running)

    def paused() -> SaveRequest:
        Attempt.objects.update(state=AttemptState.PAUSED)
        return request_of(running)

    def too_late() -> SaveRequest:
        shift(running.attempt_id, timedelta(days=-1))
        return request_of(running)

    return {
        "another student": lambda: request_of(running, student_id=running.cast.ben.pk),
        "an outsider": lambda: request_of(running, student_id=running.cast.olga.pk),
        "an old lease": lambda: request_of(running, lease=uuid4()),
        "another attempt": lambda: request_of(running, attempt_id=running.attempt_id + 999),
        "a foreign question": lambda: request_of(running, IncomingAnswer(10**9, 1, "x", None)),
        "an ended attempt": ended,
        "a paused attempt": paused,
        "after deadline and grace": too_late,
    }


@pytest.mark.parametrize(
    "who",
    [
        "another student",
        "an outsider",
        "an old lease",
        "another attempt",
        "a foreign question",
        "an ended attempt",
        "a paused attempt",
        "after deadline and grace",
    ],
)
def test_each_guard_alone_refuses_and_nothing_is_stored(running: Taking, who: str) -> None:
    assert queries.save_answers(strangers(running)[who]()) is None
    assert not Answer.objects.exists()
    assert not AnswerRevision.objects.exists()
    assert running.attempt.last_saved_at is None


def test_a_save_within_the_grace_is_taken(running: Taking) -> None:
    Attempt.objects.update(deadline=queries.database_now() - timedelta(seconds=5))
    assert queries.save_answers(request_of(running)) is not None


def test_in_a_batch_only_questions_of_the_paper_are_taken(running: Taking) -> None:
    saved = queries.save_answers(
        request_of(running, one(running, 1), IncomingAnswer(10**9, 1, "x", None))
    )
    assert saved is not None
    assert list(saved.saved) == [str(running.questions[0])]
    assert Answer.objects.count() == 1


def test_late_work_is_held_once_and_never_what_was_acknowledged(running: Taking) -> None:
    queries.save_answers(request_of(running, one(running, 2, "kept")))
    request = request_of(running, one(running, 2, "kept"), one(running, 1, "late", place=1))
    assert queries.hold_answers(request, "late") == 1
    assert queries.hold_answers(request, "late") == 0
    held = AnswerRevision.objects.get(late=True)
    assert (held.question_id, held.value, held.held_for) == (running.questions[1], "late", "late")
    assert queries.hold_answers(request_of(running, student_id=running.cast.olga.pk), "late") == 0


def test_late_work_has_a_bound(running: Taking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MAX_HELD", 3)
    held = [
        queries.hold_answers(request_of(running, one(running, seq)), "ended") for seq in range(1, 9)
    ]
    assert sum(held) == 3


# ── Races ───────────────────────────────────────────────────────────────────────────────────
@racing
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


def hammer(running: Taking, place: int, acked: dict[int, int], stop: threading.Event) -> str:
    """Save rising revisions of one question until refused; remember the last acknowledged."""
    seq = 0
    while not stop.is_set():
        seq += 1
        try:
            saved = save(running, seq, f"{seq}", place)
        except (AttemptOver, AttemptIsPaused, LeaseLost) as refusal:
            return refusal.code
        if not saved:
            return "late"
        acked[place] = seq
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


def race(running: Taking, ending: Work, delay_s: float = 0.15) -> dict[int, int]:
    acked: dict[int, int] = {}
    stop = threading.Event()

    def finish() -> None:
        stop.wait(delay_s)
        ending()

    works: list[Work] = [
        lambda place=place: hammer(running, place, acked, stop)  # type: ignore[misc] # bound early
        for place in range(4)
    ]
    timer = threading.Timer(20, stop.set)
    timer.start()
    try:
        outcomes = in_threads([*works, finish])
    finally:
        timer.cancel()
    assert "stopped" not in outcomes
    return acked


@racing
@pytest.mark.parametrize("repeat", range(3))
def test_a_hand_in_in_the_middle_of_saves_loses_nothing(running: Taking, repeat: int) -> None:
    def submit() -> None:
        taking.submit_attempt(
            running.attempt_id, student_id=running.cast.ana.pk, lease=running.lease, digest={}
        )

    acked = race(running, submit)
    assert_nothing_acknowledged_was_lost(running, acked)
    assert running.attempt.state == AttemptState.SUBMITTED


@racing
def test_the_race_above_finds_a_save_that_does_not_lock_its_attempt(
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

    def submit() -> None:
        taking.submit_attempt(
            running.attempt_id, student_id=running.cast.ana.pk, lease=running.lease, digest={}
        )

    acked = race(running, submit, delay_s=0.4)
    with pytest.raises(AssertionError):
        assert_nothing_acknowledged_was_lost(running, acked)


@racing
def test_a_termination_in_the_middle_of_saves_loses_nothing(running: Taking) -> None:
    acked = race(
        running,
        lambda: attempts.terminate_attempt(
            running.attempt_id, actor_id=running.cast.ivo.pk, reason="Left the room"
        ),
    )
    assert_nothing_acknowledged_was_lost(running, acked)


@racing
@pytest.mark.parametrize("repeat", range(2))
def test_at_the_deadline_nothing_late_is_taken_and_nothing_in_time_is_lost(
    running: Taking, repeat: int
) -> None:
    """Saves race the deadline and three clocks at once."""
    Sitting.objects.update(grace=timedelta(seconds=0))
    Attempt.objects.filter(pk=running.attempt_id).update(
        deadline=queries.database_now() + timedelta(seconds=0.4)
    )
    done = threading.Event()

    def clock() -> None:
        while not done.is_set():
            attempts.expire_due()
            if running.attempt.state != AttemptState.RUNNING:
                done.set()

    acked: dict[int, int] = {}
    stop = threading.Event()
    works: list[Work] = [
        lambda place=place: hammer(running, place, acked, stop)  # type: ignore[misc] # bound early
        for place in range(3)
    ]
    in_threads([*works, clock, clock, clock])
    attempt = running.attempt
    assert attempt.state == AttemptState.EXPIRED
    assert_nothing_acknowledged_was_lost(running, acked)
    assert not AnswerRevision.objects.filter(late=False, saved_at__gt=attempt.deadline).exists()
    assert Submission.objects.count() == 1


@racing
def test_two_tabs_racing_for_the_lease_leave_one_writer(running: Taking) -> None:
    leases = in_threads(
        [lambda: taking.take_lease(running.attempt_id, student_id=running.cast.ana.pk)] * 4
    )
    live = running.attempt.lease
    results = [queries.save_answers(request_of(running, lease=lease)) for lease in leases]
    assert [result is not None for result in results] == [lease == live for lease in leases]


@racing
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


def test_a_hand_in_that_names_what_is_not_stored_changes_nothing(running: Taking) -> None:
    save(running, 1)
    first, second = running.questions[:2]
    with pytest.raises(AnswersMissing) as refusal:
        taking.submit_attempt(
            running.attempt_id,
            student_id=running.cast.ana.pk,
            lease=running.lease,
            digest={first: 2, second: 1},
        )
    assert refusal.value.data == {"missing": sorted([first, second])}
    assert running.attempt.state == AttemptState.RUNNING
    assert not Submission.objects.exists()


# ── Moves ───────────────────────────────────────────────────────────────────────────────────
@racing
def test_of_many_conditional_moves_exactly_one_succeeds(running: Taking) -> None:
    moved = in_threads(
        [lambda: queries.move_attempt(running.attempt_id, AttemptAction.PAUSE, {}, {})] * 6
    )
    assert sum(moved) == 1
    assert running.attempt.version == 2


def test_a_sitting_that_is_due_is_found_by_the_clock_of_the_database(running: Taking) -> None:
    Sitting.objects.update(state="scheduled", lobby_opens_at=F("starts_at") - timedelta(hours=9))
    assert queries.due_sittings(SittingAction.OPEN_LOBBY) == [running.sitting_id]
    Sitting.objects.update(
        lobby_opens_at=queries.database_now() + timedelta(hours=1),
        starts_at=queries.database_now() + timedelta(hours=1),
        closes_at=queries.database_now() + timedelta(hours=2),
    )
    assert queries.due_sittings(SittingAction.OPEN_LOBBY) == []


@racing
def test_command_numbers_rise_without_gaps(running: Taking) -> None:
    numbers = in_threads([lambda: queries.next_command_seq(running.attempt_id)] * 8)
    assert sorted(numbers) == list(range(1, 9))
    assert queries.next_command_seq(10**9) is None
