import pytest

from exams.domain.states import AttemptState
from exams.selectors.attempts import attempt_of
from exams.selectors.submissions import StoredAttempt, stored_attempts
from exams.services import answers, grading, taking
from exams.tests.conftest import Cast, Taking, begin
from exams.wire import AnswerIn

# A save refuses to be part of a larger transaction: its commit is the acknowledgement.
pytestmark = pytest.mark.django_db(transaction=True)


def save(running: Taking, seq: int, value: str) -> None:
    given = AnswerIn(question=running.questions[1], seq=seq, value=value)
    answers.save_answers(
        running.attempt_id,
        student_id=running.cast.ana.pk,
        lease=running.lease,
        answers=[given],
    )


def of_ana(running: Taking) -> StoredAttempt:
    (stored,) = [
        one for one in stored_attempts(running.sitting_id) if one.attempt_id == running.attempt_id
    ]
    return stored


def test_a_sitting_without_attempts_has_nothing_stored() -> None:
    assert stored_attempts(4711) == []


def test_every_attempt_of_the_sitting_is_told_and_none_of_another(cast: Cast) -> None:
    running = begin(cast)
    save(running, 1, "41")
    ben = attempt_of(running.sitting_id, cast.ben.pk)
    told = [(one.attempt_id, one.state) for one in stored_attempts(running.sitting_id)]
    here, there = (running.attempt_id, AttemptState.RUNNING), (ben, AttemptState.READY)
    assert told == sorted([here, there])
    assert stored_attempts(running.sitting_id + 1) == []


def test_answers_are_those_of_the_submission_and_empty_before_it(running: Taking) -> None:
    save(running, 1, "41")
    assert of_ana(running).answers == {}
    save(running, 2, "42")
    taking.submit_attempt(
        running.attempt_id, student_id=running.cast.ana.pk, lease=running.lease, digest={}
    )
    stored = of_ana(running)
    assert stored.state is AttemptState.SUBMITTED
    (given,) = stored.answers.items()
    assert given[0] == str(running.questions[1])
    assert (given[1]["seq"], given[1]["value"]) == (2, "42")
    assert not stored.is_graded
    grading.grade_attempt(running.attempt_id)
    assert of_ana(running).is_graded
