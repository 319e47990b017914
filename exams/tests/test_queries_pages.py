"""The statement that turns a page: each guard refuses by itself."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from exams.domain.states import AttemptState
from exams.models import Attempt
from exams.queries_pages import PageTurn, advance_page
from exams.tests.conftest import Taking, shift


@pytest.fixture
def turn(running: Taking) -> PageTurn:
    lease = UUID(running.lease)
    return PageTurn(
        running.attempt_id, running.cast.ana.pk, lease, "", 1, 3, [running.questions[0]]
    )


def test_it_closes_the_open_page_and_opens_the_next(running: Taking, turn: PageTurn) -> None:
    before = running.attempt
    assert advance_page(turn)
    after = running.attempt
    assert (after.page, after.page_index, after.version) == (2, 3, before.version + 1)
    assert (after.closed_ids, after.question_ids) == (before.question_ids, list(turn.questions))
    assert (after.asked_before, after.asked) == (4, 5)
    assert not advance_page(turn), "the same page is not closed twice"
    assert advance_page(replace(turn, page=2, index=4, questions=[]))
    assert (running.attempt.page, running.attempt.question_ids) == (3, [])


@pytest.mark.parametrize(
    "change",
    [{"lease": uuid4()}, {"page": 2}, {"student_id": 10**9}, {"attempt_id": 10**9}],
    ids=["an old lease", "another page", "somebody else", "no such attempt"],
)
def test_who_may_not_turn_it_changes_nothing(
    running: Taking, turn: PageTurn, change: dict[str, object]
) -> None:
    before = running.attempt
    assert not advance_page(replace(turn, **change))  # type: ignore[arg-type] # one field of it
    assert running.attempt.version == before.version


@pytest.mark.parametrize("state", sorted(set(AttemptState) - {AttemptState.RUNNING}))
def test_it_turns_only_while_the_attempt_runs(
    running: Taking, turn: PageTurn, state: AttemptState
) -> None:
    Attempt.objects.filter(pk=running.attempt_id).update(state=state)
    assert not advance_page(turn)


def test_it_turns_within_the_grace_and_not_after(running: Taking, turn: PageTurn) -> None:
    shift(running.attempt_id, timedelta(minutes=-30, seconds=-15))
    assert advance_page(turn)
    shift(running.attempt_id, timedelta(days=-1))
    assert not advance_page(replace(turn, page=2))


def test_another_browser_than_the_one_that_holds_the_lease_turns_nothing(
    running: Taking, turn: PageTurn
) -> None:
    Attempt.objects.filter(pk=running.attempt_id).update(lease_browser="b" * 32)
    assert not advance_page(replace(turn, browser="c" * 32))
    assert advance_page(replace(turn, browser="b" * 32))
