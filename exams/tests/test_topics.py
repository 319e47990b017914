"""Who may subscribe to an attempt and to a sitting, and what they get."""

import asyncio

import pytest

from exams import topics
from exams.errors import AttemptUnknown, SittingUnknown
from exams.services import attempts
from exams.tests.conftest import Cast, Taking, begin
from exams.wire import AttemptChanged, SittingChanged
from realtime.threads import close_pool
from realtime.topics import Caller, Snapshot

ALLOWED = ["ana", "ivo", "admin"]
REFUSED = ["ben", "olga", "author", "grader"]


def caller(cast: Cast, who: str) -> Caller:
    return Caller(user_id=getattr(cast, who).pk, connection_id="c", session_key="s")


@pytest.mark.parametrize("who", ALLOWED)
def test_candidate_and_invigilators_see_the_attempt(running: Taking, who: str) -> None:
    user_id = getattr(running.cast, who).pk
    seen = topics._attempt_snapshot(user_id, str(running.attempt_id))
    assert isinstance(seen, AttemptChanged)
    assert (seen.state, seen.version) == ("running", 1)
    assert seen.deadline is not None


@pytest.mark.parametrize("who", REFUSED)
def test_nobody_else_does(running: Taking, who: str) -> None:
    with pytest.raises(AttemptUnknown):
        topics._attempt_snapshot(getattr(running.cast, who).pk, str(running.attempt_id))


@pytest.mark.parametrize("key", ["0", "999999", "abc", "1e3", "9" * 30, "-1", "١", "²"])
def test_a_strange_key_is_unknown(running: Taking, key: str) -> None:
    with pytest.raises(AttemptUnknown):
        topics._attempt_snapshot(running.cast.ivo.pk, key)
    with pytest.raises(SittingUnknown):
        topics._sitting_snapshot(running.cast.ivo.pk, key)


@pytest.mark.parametrize("who", [*ALLOWED, "ben"])
def test_all_candidates_and_invigilators_see_the_sitting(running: Taking, who: str) -> None:
    user_id = getattr(running.cast, who).pk
    seen = topics._sitting_snapshot(user_id, str(running.sitting_id))
    assert isinstance(seen, SittingChanged)
    assert seen.state == "running"


@pytest.mark.parametrize("who", ["olga", "author", "grader"])
def test_an_outsider_does_not_see_the_sitting(running: Taking, who: str) -> None:
    with pytest.raises(SittingUnknown):
        topics._sitting_snapshot(getattr(running.cast, who).pk, str(running.sitting_id))


@pytest.mark.django_db(transaction=True)
def test_a_subscription_answers_with_where_it_stands_now(cast: Cast) -> None:
    taken = begin(cast)
    attempts.pause_attempt(taken.attempt_id, actor_id=cast.ivo.pk, reason="Alarm")

    async def subscribe() -> tuple[Snapshot, Snapshot]:
        with pytest.raises(AttemptUnknown):
            await topics.AttemptTopic().subscribe(caller(cast, "olga"), str(taken.attempt_id), None)
        ana = caller(cast, "ana")
        return (
            await topics.AttemptTopic().subscribe(ana, str(taken.attempt_id), None),
            await topics.SittingTopic().subscribe(ana, str(taken.sitting_id), None),
        )

    try:
        attempt, sitting = asyncio.run(subscribe())
    finally:
        close_pool()
    assert isinstance(attempt.state, AttemptChanged)
    assert (attempt.state.state, attempt.state.reason) == ("paused", "Alarm")
    assert isinstance(sitting.state, SittingChanged)
