"""The prepared statements about one attempt: read whole, start, end; on real PostgreSQL."""

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from exams import queries_attempts
from exams.domain.states import AttemptAction, SubmissionKind
from exams.models import Answer, Attempt, Result, Sitting, Submission, TimeGrant
from exams.queries_attempts import Freeze, read_attempt
from exams.tests.conftest import Cast, Taking, begin, make_cast
from exams.tests.test_domain_states import ATTEMPT_MOVES
from kernel import clock
from kernel.tests.machines import disagreements, moves_of_row


def freeze(**changes: Any) -> Freeze:
    fields: dict[str, Any] = {
        "receipt": uuid4(),
        "kind": SubmissionKind.SELF.value,
        "answers": '{"1":{"seq":1,"value":"ب"}}',
        "digest": "d" * 64,
        "answered": 1,
        "total": 4,
        "freezes": True,
    }
    return Freeze(**{**fields, **changes})


def test_an_attempt_is_read_as_the_object_mapper_reads_it(running: Taking) -> None:
    with CaptureQueriesContext(connection) as seen:
        read = read_attempt(running.attempt_id)
        assert read is not None
        parts = (read, read.sitting, read.candidate)
    assert len(seen) == 1
    rows = Attempt.objects.select_related("sitting", "candidate")
    row = rows.get(pk=running.attempt_id)
    for mine, theirs in zip(parts, (row, row.sitting, row.candidate), strict=True):
        for field in type(theirs)._meta.concrete_fields:
            assert getattr(mine, field.attname) == getattr(theirs, field.attname), field
    assert abs(read.read_at - clock.now()) < timedelta(minutes=1)


def test_the_content_of_the_exam_is_left_and_asked_for_when_wanted(running: Taking) -> None:
    read = read_attempt(running.attempt_id)
    assert read is not None
    exam = read.sitting.exam
    assert exam.get_deferred_fields() == {"content", "configuration"}
    assert exam.content == Sitting.objects.get().exam.content


def test_only_the_owner_reads_it_where_one_is_named(running: Taking) -> None:
    ana, ben = running.cast.ana.pk, running.cast.ben.pk
    assert read_attempt(running.attempt_id, student_id=ana)
    assert read_attempt(running.attempt_id, student_id=ben) is None
    assert read_attempt(10**12) is None


def test_the_ledger_of_an_attempt_is_its_own_its_rooms_and_everybodys(running: Taking) -> None:
    read = read_attempt(running.attempt_id)
    assert read is not None
    read.candidate.room = "A"
    other = Attempt.objects.exclude(pk=running.attempt_id).first()
    facts: dict[str, Any] = {"sitting": read.sitting, "kind": "manual", "reason": "Test"}
    scopes: list[dict[str, Any]] = [
        {},
        {"room": "A"},
        {"attempt_id": read.pk},
        {"room": "B"},
        {"attempt": other},
    ]
    for minutes, where in enumerate(scopes, start=1):
        TimeGrant.objects.create(extra=timedelta(minutes=minutes), **facts, **where)
    extras = [one.extra for one in queries_attempts.grants_of(read)]
    assert sorted(extras) == [timedelta(minutes=n) for n in (1, 2, 3)]


@pytest.mark.parametrize("changed", ["version", "lease", "student_id", "state"])
def test_a_start_is_refused_when_the_attempt_is_not_as_it_was_read(
    cast: Cast, changed: str
) -> None:
    taken = begin(cast, start=False)
    read = read_attempt(taken.attempt_id)
    assert read is not None
    new: Any = {"version": 99, "lease": uuid4(), "student_id": cast.ben.pk, "state": "absent"}
    Attempt.objects.filter(pk=read.pk).update(**{changed: new[changed]})
    at = {"now": read.read_at, "deadline": read.deadline}
    assert queries_attempts.start_attempt(read, **at) is None
    Attempt.objects.filter(pk=read.pk).update(**{changed: getattr(read, changed)})
    assert queries_attempts.start_attempt(read, **at) == read.version + 1


def test_an_end_is_one_statement_with_all_that_belongs_to_it(running: Taking) -> None:
    kept = freeze()
    with CaptureQueriesContext(connection) as seen:
        ended = queries_attempts.end_attempt(running.attempt_id, AttemptAction.SUBMIT, "why", kept)
    assert len(seen) == 1
    row = Attempt.objects.get(pk=running.attempt_id)
    assert ended == (row.version, row.ended_at)
    assert (row.state, row.state_reason) == ("submitted", "why")
    submission = Submission.objects.get()
    assert (submission.receipt, submission.answers) == (
        kept.receipt,
        {"1": {"seq": 1, "value": "ب"}},
    )
    assert (submission.answered, submission.total, submission.submitted_at) == (1, 4, row.ended_at)
    assert Result.objects.get().state == "grading"


def test_an_attempt_ends_as_specified_and_not_otherwise(running: Taking) -> None:
    rows = Attempt.objects.filter(pk=running.attempt_id)
    endings = {
        AttemptAction.SUBMIT,
        AttemptAction.EXPIRE,
        AttemptAction.TERMINATE,
        AttemptAction.MARK_ABSENT,
    }

    def act(action: AttemptAction) -> bool:
        kept = freeze(freezes=False)
        return queries_attempts.end_attempt(running.attempt_id, action, "", kept) is not None

    assert disagreements(moves_of_row(rows, act), ATTEMPT_MOVES, endings) == []


def test_nothing_is_frozen_of_who_never_came(running: Taking) -> None:
    Attempt.objects.update(state="ready")
    kept = freeze(freezes=False)
    assert queries_attempts.end_attempt(running.attempt_id, AttemptAction.MARK_ABSENT, "", kept)
    assert not Submission.objects.exists()
    assert not Result.objects.exists()


def test_stored_answers_come_by_question_with_their_text(running: Taking) -> None:
    first, second = running.questions[:2]
    for question, value, text in ((second, [1, None], "beside"), (first, None, "")):
        Answer.objects.create(
            attempt_id=running.attempt_id, question_id=question, seq=3, value=value, text=text
        )
    assert queries_attempts.stored_answers(running.attempt_id) == [
        (first, 3, None, ""),
        (second, 3, [1, None], "beside"),
    ]
    assert {one.question_id for one in queries_attempts.answers_of(running.attempt_id)} == {
        first,
        second,
    }
    assert queries_attempts.stored_answers(10**12) == []


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_the_row_reads_what_it_is_joined_to_after_the_wait() -> None:
    running = begin(make_cast())
    read: list[Attempt | None] = []

    def wait_and_read() -> None:
        with transaction.atomic():
            read.append(read_attempt(running.attempt_id, lock=True))
        connection.close()

    waiting = threading.Thread(target=wait_and_read)
    with transaction.atomic():
        Attempt.objects.select_for_update().get(pk=running.attempt_id)
        waiting.start()
        wait_until_somebody_waits()
        Sitting.objects.update(ended_early_reason="Fire")
    waiting.join(30)
    assert read[0] is not None
    assert read[0].sitting.ended_early_reason == "Fire"


def wait_until_somebody_waits() -> None:
    asked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    for _ in range(2000):
        with connection.cursor() as cursor:
            cursor.execute(asked)
            if cursor.fetchone()[0]:
                return
        threading.Event().wait(0.01)
    raise AssertionError("nobody waited")
