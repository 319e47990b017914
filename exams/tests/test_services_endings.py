"""The end of an attempt: one submission, one result, one job, whatever ended it."""

import hashlib
import json

import pytest

from exams.domain.states import AttemptAction, SubmissionKind
from exams.models import Answer, Result, Submission
from exams.services.endings import Ending, end_attempt, stored_answers
from exams.tests.conftest import Taking
from kernel.models import OutboxEntry


def answer(running: Taking, place: int, value: object, seq: int = 1) -> None:
    Answer.objects.create(
        attempt_id=running.attempt_id, question_id=running.questions[place], seq=seq, value=value
    )


def test_the_digest_is_that_of_the_stored_answers(running: Taking) -> None:
    answer(running, 1, "ب", seq=9)
    answer(running, 0, "")
    assert end_attempt(running.attempt_id, Ending(AttemptAction.EXPIRE, SubmissionKind.AUTO))
    submission = Submission.objects.get()
    canonical = json.dumps(
        submission.answers, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert submission.digest == hashlib.sha256(canonical.encode()).hexdigest()
    assert (submission.answered, submission.total) == (1, 4)


def test_the_second_end_changes_nothing(running: Taking) -> None:
    ending = Ending(AttemptAction.TERMINATE, SubmissionKind.STAFF, "Copied")
    assert end_attempt(running.attempt_id, ending)
    ended_at = running.attempt.ended_at
    for action in (AttemptAction.EXPIRE, AttemptAction.SUBMIT, AttemptAction.TERMINATE):
        assert not end_attempt(running.attempt_id, Ending(action, SubmissionKind.AUTO))
    assert running.attempt.ended_at == ended_at
    assert running.attempt.state_reason == "Copied"
    assert Submission.objects.count() == Result.objects.count() == 1
    assert OutboxEntry.objects.filter(task="exams.grade_attempt").count() == 1


@pytest.mark.parametrize("value", [None, [1, 2], {"1": "2"}, True, "x"])
def test_every_kind_of_value_is_frozen_as_it_is(running: Taking, value: object) -> None:
    answer(running, 0, value)
    assert stored_answers(running.attempt_id) == {
        str(running.questions[0]): {"seq": 1, "value": value}
    }
