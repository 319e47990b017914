"""The queue of late answers: a bounded number of queries, of this sitting alone."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.selectors.late import open_late_answers
from exams.selectors.late_queue import held_answers
from exams.tests.conftest import Taking
from exams.tests.test_services_late_queue import MINUTE, held, hold

__all__ = ["held"]


def test_the_number_of_queries_does_not_grow_with_the_answers(held: Taking) -> None:
    held_answers(held.sitting_id)
    with CaptureQueriesContext(connection) as few:
        assert len(held_answers(held.sitting_id)) == 3
    for place in range(20):
        hold(held.attempt_id, held.questions[1], str(place), MINUTE)
    with CaptureQueriesContext(connection) as many:
        assert len(held_answers(held.sitting_id)) == 23
    assert len(many) == len(few) <= 4


def test_another_sitting_has_a_queue_of_its_own(held: Taking) -> None:
    assert held_answers(held.sitting_id)
    assert open_late_answers(10**9) == 0
