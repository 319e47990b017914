"""Saving through the service: replies, refusals with their reason, late work held."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.saving import Saved, SaveRequest
from exams.domain.states import AttemptState
from exams.errors import AttemptIsPaused, AttemptOver, LeaseLost, NotStarted, TryAgain
from exams.models import Answer, AnswerRevision, Attempt
from exams.queries import save_answers
from exams.services import answers, attempts, taking
from exams.tests.conftest import Cast, Taking, begin, shift
from exams.wire import AnswerIn, SaveReply


def save(taken: Taking, *given: AnswerIn, **changes: Any) -> SaveReply:
    fields: dict[str, Any] = {"student_id": taken.cast.ana.pk, "lease": taken.lease}
    batch = given or (AnswerIn(question=taken.questions[0], seq=1, value="x"),)
    return answers.save_answers(taken.attempt_id, answers=batch, **{**fields, **changes})


def test_an_accepted_save_costs_one_query(running: Taking) -> None:
    given = AnswerIn(question=running.questions[0], seq=1, value="x")
    with CaptureQueriesContext(connection) as seen:
        reply = save(running, given)
    assert len(seen) == 1
    assert (reply.state, reply.refused) == ("running", {})
    assert reply.deadline > reply.server_time


def test_of_one_question_twice_in_a_batch_the_newer_counts(running: Taking) -> None:
    question = running.questions[0]
    newer = AnswerIn(question=question, seq=2, value="new")
    older = AnswerIn(question=question, seq=1, value="old")
    assert save(running, newer, older).saved == {str(question): 2}
    assert Answer.objects.get().value == "new"


def test_a_question_outside_of_the_paper_is_refused_by_itself(running: Taking) -> None:
    good = AnswerIn(question=running.questions[0], seq=1, value="x")
    bad = AnswerIn(question=10**12, seq=1, value="x")
    reply = save(running, good, bad)
    assert (reply.saved, reply.refused) == (
        {str(good.question): 1},
        {str(bad.question): "unknown_question"},
    )
    assert save(running, bad).refused == {str(bad.question): "unknown_question"}


def test_after_the_deadline_work_is_held_and_what_was_saved_stays_saved(running: Taking) -> None:
    save(running)
    shift(running.attempt_id, timedelta(days=-1))
    again = AnswerIn(question=running.questions[0], seq=1, value="x")
    late = AnswerIn(question=running.questions[1], seq=1, value="late")
    reply = save(running, again, late)
    assert (reply.saved, reply.refused) == (
        {str(again.question): 1},
        {str(late.question): "late"},
    )
    assert reply.held == [late.question]
    held = AnswerRevision.objects.get(late=True)
    assert (held.value, held.held_for) == ("late", "late")


@pytest.mark.parametrize("state", ["submitted", "expired", "terminated", "absent"])
def test_after_the_end_work_is_held_for_a_decision(running: Taking, state: str) -> None:
    before = AnswerIn(question=running.questions[0], seq=1, value="x")
    late = AnswerIn(question=running.questions[1], seq=1, value="late")
    save(running, before)
    Attempt.objects.update(state=state)
    for _ in range(2):  # the first reply may have been lost
        with pytest.raises(AttemptOver) as refusal:
            save(running, before, late)
        assert refusal.value.data == {
            "state": state,
            "saved": [before.question],
            "held": [late.question],
        }
    assert AnswerRevision.objects.get(late=True).held_for == "ended"
    assert Answer.objects.get().value == "x"


def test_after_the_end_a_page_without_a_lease_hands_its_work_over(running: Taking) -> None:
    """A page that was reloaded after the end gets no lease any more."""
    Attempt.objects.update(state=AttemptState.EXPIRED)
    with pytest.raises(AttemptOver):
        save(running, lease="")
    assert AnswerRevision.objects.get().held_for == "ended"


def test_without_a_lease_nothing_becomes_an_answer(running: Taking) -> None:
    with pytest.raises(LeaseLost):
        save(running, lease="")
    assert not Answer.objects.exists()
    assert AnswerRevision.objects.get().held_for == "lease"


def test_the_old_tab_is_told_and_its_work_is_held(running: Taking) -> None:
    newer = taking.take_lease(running.attempt_id, student_id=running.cast.ana.pk)
    with pytest.raises(LeaseLost) as refusal:
        save(running)
    assert refusal.value.data == {"saved": [], "held": [running.questions[0]]}
    assert AnswerRevision.objects.get().held_for == "lease"
    assert save(running, lease=str(newer)).saved == {str(running.questions[0]): 1}
    (accepted,) = AnswerRevision.objects.all()
    assert not accepted.late, "what became an answer needs no decision any more"


def test_a_paused_attempt_asks_to_wait_and_takes_it_afterwards(running: Taking) -> None:
    attempts.pause_attempt(running.attempt_id, actor_id=running.cast.ivo.pk, reason="Alarm")
    with pytest.raises(AttemptIsPaused) as refusal:
        save(running)
    assert refusal.value.http_status == 423
    assert not AnswerRevision.objects.exists()
    attempts.resume_attempt(running.attempt_id, actor_id=running.cast.ivo.pk)
    assert save(running).saved


def test_before_the_start_nothing_is_taken(cast: Cast) -> None:
    with pytest.raises(NotStarted):
        save(begin(cast, start=False))


def test_a_refusal_that_is_gone_when_looked_at_is_tried_again(
    running: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[SaveRequest] = []

    def refuse_first(request: SaveRequest) -> Saved | None:
        calls.append(request)
        return None if len(calls) == 1 else save_answers(request)

    statement = "exams.services.answers.save_statement"
    monkeypatch.setattr(statement, refuse_first)
    assert save(running).saved
    assert len(calls) == 2
    monkeypatch.setattr(statement, lambda request: None)
    with pytest.raises(TryAgain):
        save(running)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("a\x00b", "a\ufffdb"),
        ("\ud800", "?"),
        ({"k\x00": "v\x00"}, {"k\ufffd": "v\ufffd"}),
        ({"1": 2, "3": None}, {"1": 2, "3": None}),
        ([1, 2], [1, 2]),
        (True, True),
        ("سلام \u200c 👩‍🔬", "سلام \u200c 👩‍🔬"),
    ],
)
def test_any_text_can_be_stored(running: Taking, sent: Any, stored: Any) -> None:
    save(running, AnswerIn(question=running.questions[0], seq=1, value=sent))
    assert Answer.objects.get().value == stored


def test_a_save_does_not_move_the_attempt(running: Taking) -> None:
    before = running.attempt.version
    save(running)
    assert (running.attempt.version, running.attempt.state) == (before, AttemptState.RUNNING)
