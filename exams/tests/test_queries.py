"""The saving statement against real PostgreSQL: guards, order, races. Nothing here is faked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from exams import queries
from exams.domain.saving import IncomingAnswer, SaveRequest
from exams.domain.states import AttemptAction, AttemptState, ResultAction, SittingAction
from exams.models import Answer, AnswerRevision, Attempt, Result, Sitting
from exams.tests.conftest import Taking, shift
from exams.tests.test_domain_states import ATTEMPT_MOVES, RESULT_MOVES, SITTING_MOVES
from kernel.tests.machines import disagreements, moves_of_row

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


def test_a_flood_of_saves_fills_no_disk_and_loses_no_answer(
    running: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MAX_HISTORY_BYTES", 30_000)
    for seq in range(1, 11):
        saved = queries.save_answers(request_of(running, one(running, seq, f"{seq}" * 8000)))
        assert saved is not None
        assert saved.saved == {str(running.questions[0]): seq}
    assert AnswerRevision.objects.count() == 3
    assert Answer.objects.get().value == "10" * 8000


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
    assert queries.hold_answers(request, "late") == [running.questions[1]]
    assert queries.hold_answers(request, "ended") == [running.questions[1]], "a repetition"
    held = AnswerRevision.objects.get(late=True)
    assert (held.question_id, held.value, held.held_for) == (running.questions[1], "late", "late")
    assert queries.hold_answers(request_of(running, student_id=running.cast.olga.pk), "late") == []


def test_late_work_has_a_bound(running: Taking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MAX_HELD", 3)
    held = [
        queries.hold_answers(request_of(running, one(running, seq)), "ended") for seq in range(1, 9)
    ]
    assert [len(questions) for questions in held] == [1, 1, 1, 0, 0, 0, 0, 0]


def test_a_sitting_that_is_due_is_found_by_the_clock_of_the_database(running: Taking) -> None:
    Sitting.objects.update(state="scheduled", lobby_opens_at=F("starts_at") - timedelta(hours=9))
    assert queries.due_sittings(SittingAction.OPEN_LOBBY) == [running.sitting_id]
    Sitting.objects.update(
        lobby_opens_at=queries.database_now() + timedelta(hours=1),
        starts_at=queries.database_now() + timedelta(hours=1),
        closes_at=queries.database_now() + timedelta(hours=2),
    )
    assert queries.due_sittings(SittingAction.OPEN_LOBBY) == []


def test_the_row_of_an_attempt_moves_as_specified_and_not_otherwise(running: Taking) -> None:
    rows = Attempt.objects.filter(pk=running.attempt_id)

    def act(action: AttemptAction) -> bool:
        return queries.move_attempt(running.attempt_id, action, {}, {})

    assert disagreements(moves_of_row(rows, act), ATTEMPT_MOVES) == []


def test_the_row_of_a_sitting_moves_as_specified_and_not_otherwise(running: Taking) -> None:
    rows = Sitting.objects.filter(pk=running.sitting_id)

    def act(action: SittingAction) -> bool:
        return queries.move_sitting(running.sitting_id, action, {})

    assert disagreements(moves_of_row(rows, act), SITTING_MOVES) == []


def test_a_guard_that_does_not_hold_refuses_a_legal_move(running: Taking) -> None:
    pause, other = AttemptAction.PAUSE, {"version": running.attempt.version + 1}
    assert not queries.move_attempt(running.attempt_id, pause, other, {})
    assert running.attempt.state == AttemptState.RUNNING


def test_the_rows_of_results_move_as_specified_and_not_otherwise(running: Taking) -> None:
    made = Result.objects.create(attempt_id=running.attempt_id)

    def act(action: ResultAction) -> bool:
        return queries.move_results([made.pk], action, {"needs_person": True}) == 1

    assert disagreements(moves_of_row(Result.objects.all(), act), RESULT_MOVES) == []
    assert queries.move_results([], ResultAction.GRADE, {}) == 0
