"""The save protocol as a state machine against real PostgreSQL; it must find planted defects.

The network is a bag: any message may arrive at any time, any number of times, under the lease
and by the person that sent it. The model says what must be stored; after every step the database
must say the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

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


def machine_for(running: Taking) -> type[RuleBasedStateMachine]:  # noqa: C901 one class, many small rules
    questions = running.questions[:QUESTIONS]
    ana, olga = running.cast.ana.pk, running.cast.olga.pk

    class Protocol(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            self.block = transaction.atomic()
            self.block.__enter__()
            self.lease = running.lease
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
            self.bag.append(Sent(place, seq, f"{text}{seq}", self.lease, ana))

        @precondition(lambda self: self.bag)
        @rule(data=st.data())
        def somebody_else_sends_the_same(self, data: st.DataObject) -> None:
            sent = data.draw(st.sampled_from(self.bag))
            self.bag.append(Sent(sent.place, sent.seq + 1, "forged", sent.lease, olga))

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
                sent.student_id == ana
                and sent.lease == self.lease
                and self.state == "running"
                and not self.late
            )
            saved = self.post(sent)
            if accepted:
                known = self.stored.get(sent.place, (0, ""))
                self.stored[sent.place] = max(known, (sent.seq, sent.value))
                assert saved == {str(questions[sent.place]): self.stored[sent.place][0]}
            elif saved:
                assert self.stored.get(sent.place, (0, ""))[0] >= sent.seq, (
                    "acknowledged without being stored"
                )

        def post(self, sent: Sent) -> dict[str, int]:
            given = AnswerIn(question=questions[sent.place], seq=sent.seq, value=sent.value)
            try:
                reply = answers.save_answers(
                    running.attempt_id,
                    student_id=sent.student_id,
                    lease=sent.lease,
                    answers=[given],
                )
            except (LeaseLost, AttemptIsPaused, AttemptOver, AttemptUnknown):
                return {}
            return reply.saved

        @precondition(lambda self: self.state in {"running", "paused"} and len(self.bag) > 2)
        @rule()
        def open_another_tab(self) -> None:
            self.lease = str(taking.take_lease(running.attempt_id, student_id=ana))

        @precondition(lambda self: self.state == "running" and len(self.bag) > 3)
        @rule(complete=st.booleans())
        def submit(self, complete: bool) -> None:  # noqa: FBT001 drawn
            digest = {questions[place]: seq for place, (seq, _) in self.stored.items()}
            lacks = not complete and self.seqs[0] > self.stored.get(0, (0, ""))[0]
            if lacks:
                digest[questions[0]] = self.seqs[0]
            try:
                with transaction.atomic():
                    taking.submit_attempt(
                        running.attempt_id, student_id=ana, lease=self.lease, digest=digest
                    )
            except AnswersMissing:
                assert lacks
            else:
                assert not lacks
                self.end()

        # Staff and clock ──────────────────────────────────────────────────────────────────
        @precondition(lambda self: self.state == "running")
        @rule()
        def pause(self) -> None:
            attempts.pause_attempt(running.attempt_id, actor_id=running.cast.ivo.pk, reason="Alarm")
            self.state = "paused"

        @precondition(lambda self: self.state == "paused")
        @rule()
        def resume(self) -> None:
            attempts.resume_attempt(running.attempt_id, actor_id=running.cast.ivo.pk)
            self.state = "running"

        @precondition(lambda self: self.state == "running" and not self.late and len(self.bag) > 2)
        @rule()
        def time_runs_out(self) -> None:
            past = queries.database_now() - timedelta(hours=2)
            Attempt.objects.filter(pk=running.attempt_id).update(deadline=past)
            self.late = True

        @precondition(lambda self: self.late and self.state == "running")
        @rule()
        def the_clock_ticks(self) -> None:
            assert attempts.expire_due() >= 1
            self.end()

        @precondition(lambda self: self.state in {"running", "paused"} and len(self.bag) > 3)
        @rule()
        def terminate(self) -> None:
            attempts.terminate_attempt(
                running.attempt_id, actor_id=running.cast.ivo.pk, reason="Copied"
            )
            self.end()

        def end(self) -> None:
            self.state = "ended"
            self.frozen = self.expected()

        def expected(self) -> dict[str, Any]:
            return {
                str(questions[place]): {"seq": seq, "value": value}
                for place, (seq, value) in self.stored.items()
            }

        # What must always hold ────────────────────────────────────────────────────────────
        @invariant()
        def what_is_stored_is_what_was_acknowledged(self) -> None:
            rows = Answer.objects.filter(attempt_id=running.attempt_id)
            stored = {
                str(question): {"seq": seq, "value": value}
                for question, seq, value in rows.values_list("question_id", "seq", "value")
            }
            assert stored == self.expected()

        @invariant()
        def every_acknowledged_revision_is_in_the_history(self) -> None:
            kept = set(AnswerRevision.objects.filter(late=False).values_list("question_id", "seq"))
            assert {(questions[place], seq) for place, (seq, _) in self.stored.items()} <= kept

        @invariant()
        def what_was_handed_in_never_changes(self) -> None:
            submission = Submission.objects.filter(attempt_id=running.attempt_id).first()
            assert (submission.answers if submission else None) == self.frozen

    return Protocol


def run(running: Taking, *, examples: int, phases: tuple[Phase, ...] = (Phase.generate,)) -> None:
    run_state_machine_as_test(
        machine_for(running),
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
    "no history": replaced("'' FROM fitting", "'' FROM fitting WHERE false"),
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
