"""What was held, by question and in order; what counts; what still waits."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.late import LateCause
from exams.domain.text_beside import Given
from exams.models import AnswerRevision
from exams.selectors import late
from exams.services import attempts
from exams.tests.conftest import Taking


def hold(running: Taking, seq: int, value: object, cause: str = "late", **more: object) -> None:
    AnswerRevision.objects.create(
        attempt_id=running.attempt_id,
        question_id=running.questions[0],
        seq=seq,
        value=value,
        late=True,
        held_for=cause,
        **more,
    )


def test_held_answers_come_by_question_in_order_of_arrival(running: Taking) -> None:
    hold(running, 2, "second")
    hold(running, 1, None, "lease")
    AnswerRevision.objects.create(
        attempt_id=running.attempt_id, question_id=running.questions[0], seq=3, value="in time"
    )
    seen = late.late_answers(running.attempt_id)
    assert set(seen) == {running.questions[0]}
    assert [(one.value, one.cause) for one in seen[running.questions[0]]] == [
        ("second", LateCause.LATE),
        (None, LateCause.LEASE),
    ]
    assert late.late_answers(running.attempt_id + 1) == {}


def test_only_an_accepted_answer_counts_instead_of_the_handed_in_one(running: Taking) -> None:
    hold(running, 1, "open")
    assert late.accepted_answers(running.attempt_id) == {}
    hold(running, 2, "taken", decision="accepted")
    assert late.accepted_answers(running.attempt_id) == {running.questions[0]: Given("taken")}


def test_what_counts_comes_with_the_text_beside_it(running: Taking) -> None:
    hold(running, 1, "open", text="not yet")
    hold(running, 2, "taken", decision="accepted", text="because")
    (question,) = {running.questions[0]}
    assert late.accepted_answers(running.attempt_id) == {question: Given("taken", "because")}
    assert [one.text for one in late.late_answers(running.attempt_id)[question]] == [
        "not yet",
        "because",
    ]


def test_what_waits_is_counted_once_the_attempt_is_over(running: Taking) -> None:
    hold(running, 1, "open", "lease")
    assert late.open_late_answers(running.sitting_id) == 0
    attempts.force_submit(running.attempt_id, actor_id=running.cast.ivo.pk, reason="Test")
    assert late.open_late_answers(running.sitting_id) == 1
    AnswerRevision.objects.update(decision="rejected")
    assert late.open_late_answers(running.sitting_id) == 0


def test_counting_what_is_held_does_not_look_at_all_that_was_ever_saved(running: Taking) -> None:
    """Every save leaves a revision; those that came too late have an index of their own."""
    hold(running, 1, "open", "lease")
    attempts.force_submit(running.attempt_id, actor_id=running.cast.ivo.pk, reason="Test")
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as seen:
        assert late.late_counts(running.sitting_id) == {running.attempt_id: (1, 1)}
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {seen.captured_queries[0]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "revision_late" in plan
