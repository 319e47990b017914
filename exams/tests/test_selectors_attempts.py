"""What the exam room gets, and what other apps learn of an attempt."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.errors import AttemptUnknown
from exams.models import Candidate
from exams.selectors import contents
from exams.selectors.attempts import (
    attempt_facts,
    attempt_now,
    attempt_of,
    attempts_of_student,
    facts_of,
    snapshot,
)
from exams.services import attempts, grading, sittings
from exams.tests.conftest import Cast, Taking, begin, release, schedule
from kernel.clock import to_millis


def test_a_snapshot_costs_few_queries_and_none_for_the_content_once_read(running: Taking) -> None:
    contents._approved.cache_clear()
    ana = running.cast.ana.pk
    with CaptureQueriesContext(connection) as first:
        snapshot(running.attempt_id, ana)
    with CaptureQueriesContext(connection) as second:
        seen = snapshot(running.attempt_id, ana)
    assert len(second) == 2
    assert len(first) == 3
    assert not any('"exams_exam"."content"' in one["sql"] for one in second)
    assert seen.questions is not None
    assert [question.number for question in seen.questions] == [1, 2, 3, 4]


def test_a_snapshot_has_the_candidates_own_time(cast: Cast) -> None:
    taken = begin(cast, start=False)
    Candidate.objects.filter(student=cast.ana).update(
        extra_percent=50, extra_time=timedelta(minutes=1), seat="B2"
    )
    seen = snapshot(taken.attempt_id, cast.ana.pk)
    assert (seen.duration_s, seen.seat) == (46 * 60, "B2")
    assert (seen.started_at, seen.deadline, seen.questions) == (None, None, None)


def test_the_lease_is_not_in_the_snapshot(running: Taking) -> None:
    seen = snapshot(running.attempt_id, running.cast.ana.pk)
    assert seen.lease == running.lease[:8]
    assert running.lease not in str(seen)


def test_facts_for_other_apps(running: Taking) -> None:
    facts = attempt_facts(running.attempt_id)
    assert facts.student_id == running.cast.ana.pk
    assert facts.institution_id == running.cast.institution.pk
    assert facts.class_group_id == running.cast.class_group.pk
    assert (facts.state.value, facts.camera) == ("running", "required")
    with pytest.raises(AttemptUnknown):
        attempt_facts(10**9)
    with CaptureQueriesContext(connection) as seen:
        assert set(facts_of([running.attempt_id, 10**9])) == {running.attempt_id}
    assert len(seen) == 1


def test_where_it_stands_now_is_what_the_topic_tells(running: Taking) -> None:
    now = attempt_now(running.attempt_id)
    assert now.deadline == to_millis(running.attempt.deadline)
    with pytest.raises(AttemptUnknown):
        attempt_now(10**9)


def test_an_outsider_has_no_attempt(running: Taking) -> None:
    with pytest.raises(AttemptUnknown):
        attempt_of(running.sitting_id, running.cast.olga.pk)
    assert attempts_of_student(running.cast.olga.pk) == []


def test_a_students_list_says_what_comes_next(cast: Cast) -> None:
    taken = begin(cast)
    attempts.terminate_attempt(taken.attempt_id, actor_id=cast.ivo.pk, reason="Left")
    grading.grade_attempt(taken.attempt_id)
    (card,) = attempts_of_student(cast.ana.pk)
    assert (card.state.value, card.is_released) == ("terminated", False)
    release(taken)
    second = schedule(cast, taken.attempt.sitting.exam_id)
    sittings.cancel_sitting(second, actor_id=cast.admin.pk, reason="Storm")
    with CaptureQueriesContext(connection) as seen:
        cards = attempts_of_student(cast.ana.pk)
    assert len(seen) == 1
    assert [card.is_released for card in cards] == [True, False]
    assert cards[1].sitting_state.value == "cancelled"
