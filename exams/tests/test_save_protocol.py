"""The save protocol as a state machine against real PostgreSQL; it must find planted defects.

The network is a bag: any message may arrive at any time, any number of times, under the lease
and by the person that sent it. The model says what must be stored; after every step the database
must say the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from exams import queries
from exams.errors import (
    AnswersMissing,
    AttemptIsPaused,
    AttemptOver,
    AttemptUnknown,
    LeaseLost,
)
from exams.models import Answer, AnswerRevision, Attempt, Submission
from exams.services import answers, attempts, endings, taking
from exams.tests.conftest import Taking
from exams.wire import AnswerIn

QUESTIONS = 2


@dataclass(frozen=True)
class Sent:
    """One message on the network."""

    place: int
    seq: int
    value: str
    lease: str
    student_id: int


class Protocol(RuleBasedStateMachine):
    """The model; `running` is set by `run`."""

    running: ClassVar[Taking]

    @initialize()
    def begin(self) -> None:
        self.questions = self.running.questions[:QUESTIONS]
        self.ana = self.running.cast.ana.pk
        self.block = transaction.atomic()
        self.block.__enter__()
        self.lease = self.running.lease
        self.seqs = [0] * QUESTIONS
        self.bag: list[Sent] = []
        self.stored: dict[int, tuple[int, str]] = {}
        self.state = "running"
        self.late = False
        self.frozen: dict[str, Any] | None = None

    def teardown(self) -> None:
        if hasattr(self, "block"):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    # The candidate's tabs ─────────────────────────────────────────────────────────────
    @rule(place=st.integers(0, QUESTIONS - 1), text=st.sampled_from(["a", "b", ""]))
    def write(self, place: int, text: str) -> None:
        self.seqs[place] += 1
        seq = self.seqs[place]
        self.bag.append(Sent(place, seq, f"{text}{seq}", self.lease, self.ana))

    @precondition(lambda self: self.bag)
    @rule(data=st.data())
    def somebody_else_sends_the_same(self, data: st.DataObject) -> None:
        sent = data.draw(st.sampled_from(self.bag))
        self.bag.append(
            Sent(sent.place, sent.seq + 1, "forged", sent.lease, self.running.cast.olga.pk)
        )

    @precondition(lambda self: self.bag)
    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        self.arrives(data.draw(st.sampled_from(self.bag)))

    @precondition(lambda self: len(self.bag) > 1)
    @rule()
    def deliver_everything_backwards(self) -> None:
        for sent in reversed(self.bag[-6:]):
            self.arrives(sent)

    def arrives(self, sent: Sent) -> None:
        accepted = (
            sent.student_id == self.ana
            and sent.lease == self.lease
            and self.state == "running"
            and not self.late
        )
        saved = self.post(sent)
        if accepted:
            known = self.stored.get(sent.place, (0, ""))
            self.stored[sent.place] = max(known, (sent.seq, sent.value))
            assert saved == {str(self.questions[sent.place]): self.stored[sent.place][0]}
        elif saved:
            assert self.stored.get(sent.place, (0, ""))[0] >= sent.seq, (
                "acknowledged without being stored"
            )

    def post(self, sent: Sent) -> dict[str, int]:
        given = AnswerIn(question=self.questions[sent.place], seq=sent.seq, value=sent.value)
        try:
            reply = answers.save_answers(
                self.running.attempt_id,
                student_id=sent.student_id,
                lease=sent.lease,
                answers=[given],
            )
        except (LeaseLost, AttemptIsPaused, AttemptOver, AttemptUnknown):
            return {}
        return reply.saved

    @precondition(lambda self: self.state in {"running", "paused"} and len(self.bag) > 1)
    @rule(place=st.integers(0, QUESTIONS - 1))
    def open_another_tab_while_the_old_one_still_sends(self, place: int) -> None:
        self.write(place, "old tab ")
        unsent = self.bag[-1]
        self.lease = str(taking.take_lease(self.running.attempt_id, student_id=self.ana))
        self.arrives(unsent)

    @precondition(lambda self: self.state == "running" and len(self.bag) > 2)
    @rule()
    def submit(self) -> None:
        assert self.hand_in(self.known()) is None
        self.end()

    @precondition(lambda self: self.state == "running")
    @rule()
    def submit_with_something_unsent(self) -> None:
        self.write(0, "unsent ")
        digest = {**self.known(), self.questions[0]: self.seqs[0]}
        assert self.hand_in(digest) == [self.questions[0]]

    def known(self) -> dict[int, int]:
        return {self.questions[place]: seq for place, (seq, _) in self.stored.items()}

    def hand_in(self, digest: dict[int, int]) -> object:
        try:
            with transaction.atomic():
                taking.submit_attempt(
                    self.running.attempt_id, student_id=self.ana, lease=self.lease, digest=digest
                )
        except AnswersMissing as refusal:
            return refusal.data["missing"]
        return None

    # Staff and clock ──────────────────────────────────────────────────────────────────
    @precondition(lambda self: self.state == "running")
    @rule()
    def pause(self) -> None:
        attempts.pause_attempt(
            self.running.attempt_id, actor_id=self.running.cast.ivo.pk, reason="Alarm"
        )
        self.state = "paused"

    @precondition(lambda self: self.state == "paused")
    @rule()
    def resume(self) -> None:
        attempts.resume_attempt(self.running.attempt_id, actor_id=self.running.cast.ivo.pk)
        self.state = "running"

    @precondition(lambda self: self.state == "running" and not self.late and len(self.bag) > 2)
    @rule()
    def time_runs_out(self) -> None:
        past = queries.database_now() - timedelta(hours=2)
        Attempt.objects.filter(pk=self.running.attempt_id).update(deadline=past)
        self.late = True
        self.write(0, "late ")
        self.arrives(self.bag[-1])

    @precondition(lambda self: self.late and self.state == "running")
    @rule()
    def the_clock_ticks(self) -> None:
        assert attempts.expire_due() >= 1
        self.end()

    @precondition(lambda self: self.state in {"running", "paused"} and len(self.bag) > 3)
    @rule()
    def terminate(self) -> None:
        attempts.terminate_attempt(
            self.running.attempt_id, actor_id=self.running.cast.ivo.pk, reason="Copied"
        )
        self.end()

    def end(self) -> None:
        self.state = "ended"
        self.frozen = self.expected()

    def expected(self) -> dict[str, Any]:
        return {
            str(self.questions[place]): {"seq": seq, "value": value}
            for place, (seq, value) in self.stored.items()
        }

    # What must always hold ────────────────────────────────────────────────────────────
    @invariant()
    def what_is_stored_is_what_was_acknowledged(self) -> None:
        rows = Answer.objects.filter(attempt_id=self.running.attempt_id)
        stored = {
            str(question): {"seq": seq, "value": value}
            for question, seq, value in rows.values_list("question_id", "seq", "value")
        }
        assert stored == self.expected()

    @invariant()
    def every_acknowledged_revision_is_in_the_history(self) -> None:
        kept = set(AnswerRevision.objects.filter(late=False).values_list("question_id", "seq"))
        assert {(self.questions[place], seq) for place, (seq, _) in self.stored.items()} <= kept

    @invariant()
    def what_was_handed_in_never_changes(self) -> None:
        submission = Submission.objects.filter(attempt_id=self.running.attempt_id).first()
        assert (submission.answers if submission else None) == self.frozen


def run(running: Taking, *, examples: int, phases: tuple[Phase, ...] = (Phase.generate,)) -> None:
    run_state_machine_as_test(
        type("Bound", (Protocol,), {"running": running}),
        settings=settings(
            max_examples=examples,
            stateful_step_count=16,
            deadline=None,
            phases=phases,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_protocol_holds(running: Taking) -> None:
    run(running, examples=20)


def replaced(old: str, new: str) -> Callable[[], str]:
    def mutate() -> str:
        assert old in queries._SAVE, old
        return queries._SAVE.replace(old, new)

    return mutate


SQL_MUTANTS = {
    "saves after the end": replaced("AND a.state = 'running'", ""),
    "saves after the deadline": replaced("AND clock_timestamp() <= a.deadline + s.grace", ""),
    "saves of an old tab": replaced("AND a.lease = %(lease)s", ""),
    "saves of somebody else": replaced("AND a.student_id = %(student)s", ""),
    "older over newer": replaced(
        "CASE WHEN EXCLUDED.seq > had.seq THEN EXCLUDED.value ELSE had.value END", "EXCLUDED.value"
    ),
    "sequence taken as it comes": replaced("GREATEST(had.seq, EXCLUDED.seq)", "EXCLUDED.seq"),
    "newer ignored": replaced("EXCLUDED.seq > had.seq", "EXCLUDED.seq < had.seq"),
    "no history": replaced("history_bytes <= %(most_history)s::bigint", "false"),
}


@pytest.mark.parametrize("name", SQL_MUTANTS)
def test_the_machine_finds_a_planted_defect_in_the_statement(
    running: Taking, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "_SAVE", SQL_MUTANTS[name]())
    with pytest.raises((AssertionError, IntegrityError)):
        run(running, examples=60)


def test_the_machine_finds_a_submission_that_forgets(
    running: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = endings.stored_answers
    monkeypatch.setattr(
        endings, "stored_answers", lambda attempt_id: dict(list(real(attempt_id).items())[1:])
    )
    with pytest.raises((AssertionError, IntegrityError)):
        run(running, examples=60)


def test_the_machine_finds_a_hand_in_that_does_not_compare(
    running: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "missing_answers", lambda attempt_id, digest: [])
    with pytest.raises((AssertionError, IntegrityError)):
        run(running, examples=60)
