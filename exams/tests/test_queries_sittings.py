"""A sitting's times move by the database's clock and rows; each guard refuses by itself."""

from dataclasses import replace
from datetime import timedelta

from exams.domain.times import SittingTimes
from exams.models import Sitting
from exams.queries_sittings import end_sitting_early, reschedule_sitting, stop_clocks
from exams.tests.conftest import Cast, Taking, plan, schedule
from kernel import clock


def test_new_times_are_taken_before_the_lobby_opens_and_not_in_the_past(cast: Cast) -> None:
    start = clock.now() + timedelta(days=1)
    later = plan(lobby_opens_at=None, starts_at=start, closes_at=start + timedelta(hours=2)).times
    to_come = schedule(cast, lobby_opens_at=None, starts_at=start, closes_at=later.closes_at)
    moved: SittingTimes = replace(later, closes_at=later.closes_at + timedelta(hours=1))
    assert reschedule_sitting(to_come, moved)
    assert Sitting.objects.get(pk=to_come).closes_at == moved.closes_at
    past = replace(moved, starts_at=clock.now() - timedelta(hours=1))
    assert not reschedule_sitting(to_come, past)


def test_a_running_sitting_ends_early_once_and_stops_every_clock(running: Taking) -> None:
    assert not reschedule_sitting(running.sitting_id, plan().times)
    reason = {"actor_id": running.cast.ivo.pk, "role": "chief_invigilator", "reason": "fire"}
    ended = end_sitting_early(running.sitting_id, **reason)  # type: ignore[arg-type] # as named
    assert ended is not None
    assert end_sitting_early(running.sitting_id, **reason) is None  # type: ignore[arg-type] # as named
    assert running.attempt_id in stop_clocks(running.sitting_id, ended)
    assert running.attempt.deadline == ended
