"""Ending a running sitting for everybody: the ordinary ending, only now; told, traced, once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import Forbidden
from accounts.models import User
from accounts.roles import Role
from exams import queries
from exams.domain.states import AttemptState, SittingState, SubmissionKind
from exams.errors import AttemptOver, ReasonNeeded, SittingUnknown, TooLate, TryAgain
from exams.events import AttemptEnded, SittingClosed, SittingEndedEarly
from exams.models import AnswerRevision, Attempt, Sitting, Submission
from exams.selectors.attempts import attempt_of, snapshot
from exams.selectors.results import results_of_sitting
from exams.services import attempts, pushes, scheduling, sittings, taking
from exams.services.early_ends import end_sitting
from exams.services.grants import Gift, give_time
from exams.services.ledger import deadline_for
from exams.tests.conftest import (
    Cast,
    Heard,
    Taking,
    approved_exam,
    begin,
    give_role,
    person,
    schedule,
    shift,
)
from exams.tests.test_queries_races import (
    Acks,
    assert_nothing_acknowledged_was_lost,
    hammer,
    in_threads,
    save,
)
from kernel.events import bus
from kernel.machine import IllegalMove
from kernel.models import AuditEntry

MINUTE = timedelta(minutes=1)
WHY = "Fire alarm in the building"


@pytest.fixture
def chief(cast: Cast) -> User:
    cleo = person(cast.institution, "Cleo")
    give_role(cleo, Role.CHIEF_INVIGILATOR, cast.class_group)
    return cleo


def end(running: Taking, who: User | None = None) -> bool:
    actor = who or running.cast.admin
    return end_sitting(running.sitting_id, actor_id=actor.pk, reason=WHY)


def grace_over() -> None:
    """Let the grace of every sitting pass, then let the clock tick."""
    Sitting.objects.update(grace=timedelta())
    attempts.expire_due()
    sittings.move_due_sittings()


def start_ben(running: Taking) -> tuple[int, str]:
    ben = running.cast.ben
    attempt_id = attempt_of(running.sitting_id, ben.pk)
    lease = str(taking.take_lease(attempt_id, student_id=ben.pk, device="test"))
    taking.start_attempt(attempt_id, student_id=ben.pk, lease=lease)
    return attempt_id, lease


def test_everybody_who_writes_is_handed_in_with_all_that_is_saved(
    running: Taking, heard: Heard
) -> None:
    ben, _lease = start_ben(running)
    save(running, 1, "kept")
    assert end(running)
    assert running.attempt.state == AttemptState.RUNNING, "the grace is theirs"
    grace_over()
    assert set(Attempt.objects.values_list("state", flat=True)) == {AttemptState.EXPIRED}
    submission = Submission.objects.get(attempt_id=running.attempt_id)
    assert submission.kind == SubmissionKind.STAFF
    assert submission.answers[str(running.questions[0])]["value"] == "kept"
    assert running.attempt.state_reason == WHY
    assert {event.attempt_id for event in heard.of(AttemptEnded)} == {running.attempt_id, ben}
    assert len(heard.of(SittingClosed)) == 1
    assert Sitting.objects.get().state in {SittingState.CLOSED, SittingState.GRADED}
    assert all(row.ended_early for row in results_of_sitting(running.sitting_id))


def test_whose_time_was_over_before_is_not_said_to_be_ended_by_anybody(running: Taking) -> None:
    ben, _lease = start_ben(running)
    shift(ben, timedelta(hours=-3))
    attempts.expire_due()
    assert end(running)
    grace_over()
    ended = {row.attempt_id: row.ended_early for row in results_of_sitting(running.sitting_id)}
    assert ended == {running.attempt_id: True, ben: False}


def test_it_costs_the_same_for_any_number(cast: Cast) -> None:
    """Every row of the sitting is held meanwhile, and no save of it can be accepted."""
    exam_id = approved_exam(cast)
    counts = []
    for more in (0, 5):
        for index in range(more):
            student = person(cast.institution, f"Student {index}")
            give_role(student, Role.STUDENT, cast.class_group)
        taken = begin(cast, exam_id=exam_id)
        with CaptureQueriesContext(connection) as seen:
            assert end(taken)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 25


def test_an_answer_on_its_way_is_taken_within_the_grace_and_kept_as_late_after_it(
    running: Taking,
) -> None:
    end(running)
    assert save(running, 1, "on its way")
    Sitting.objects.update(grace=timedelta())
    assert save(running, 2, "too late") == {}
    assert AnswerRevision.objects.get(late=True).value == "too late"
    attempts.expire_due()
    with pytest.raises(AttemptOver) as refusal:
        save(running, 3, "after the end")
    assert refusal.value.data["held"] == [running.questions[0]]
    frozen = Submission.objects.get().answers[str(running.questions[0])]
    assert frozen["value"] == "on its way"


def test_a_candidate_may_still_hand_in_themselves_within_the_grace(running: Taking) -> None:
    end(running)
    receipt = taking.submit_attempt(
        running.attempt_id, student_id=running.cast.ana.pk, lease=running.lease, digest={}
    )
    assert receipt.receipt
    grace_over()
    assert running.attempt.state == AttemptState.SUBMITTED


def test_a_paused_attempt_is_handed_in_without_waiting_for_its_pause(running: Taking) -> None:
    attempts.pause_attempt(running.attempt_id, actor_id=running.cast.ivo.pk, reason="Phone")
    end(running)
    grace_over()
    assert running.attempt.state == AttemptState.EXPIRED
    assert Submission.objects.count() == 1


def test_who_has_not_started_can_no_longer_start_and_is_absent(running: Taking) -> None:
    ben = running.cast.ben
    attempt_id = attempt_of(running.sitting_id, ben.pk)
    lease = str(taking.take_lease(attempt_id, student_id=ben.pk, device="test"))
    end(running)
    with pytest.raises(TooLate):
        taking.start_attempt(attempt_id, student_id=ben.pk, lease=lease)
    attempts.expire_due()
    assert Attempt.objects.get(pk=attempt_id).state == AttemptState.ABSENT


def test_a_start_that_had_read_the_old_deadline_is_tried_again(
    running: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sitting ends between what a start has read and what it writes."""
    ben = running.cast.ben
    attempt_id = attempt_of(running.sitting_id, ben.pk)
    lease = str(taking.take_lease(attempt_id, student_id=ben.pk, device="test"))

    def end_first(*args: Any) -> Any:
        deadline = deadline_for(*args)
        end(running)
        return deadline

    monkeypatch.setattr(taking, "deadline_for", end_first)
    with pytest.raises(TryAgain):
        taking.start_attempt(attempt_id, student_id=ben.pk, lease=lease)


def test_nothing_gives_time_back(running: Taking) -> None:
    attempts.pause_attempt(running.attempt_id, actor_id=running.cast.ivo.pk, reason="Phone")
    end(running)
    ended_at = Sitting.objects.get().ended_early_at
    admin = running.cast.admin.pk
    with pytest.raises(IllegalMove):
        attempts.extend_attempt(running.attempt_id, extra=MINUTE, actor_id=admin, reason="No")
    with pytest.raises(IllegalMove):
        give_time(running.sitting_id, Gift(MINUTE, actor_id=admin, reason="No"))
    attempts.resume_attempt(running.attempt_id, actor_id=running.cast.ivo.pk)
    assert running.attempt.deadline == ended_at
    kim = person(running.cast.institution, "Kim")
    give_role(kim, Role.STUDENT, running.cast.class_group)
    with pytest.raises(IllegalMove):
        scheduling.register_candidate(running.sitting_id, student_id=kim.pk, actor_id=admin)


def test_a_sitting_without_candidates_closes_at_once(cast: Cast) -> None:
    sitting_id = schedule(cast)
    Attempt.objects.all().delete()
    sittings.start_sitting(sitting_id)
    end_sitting(sitting_id, actor_id=cast.admin.pk, reason=WHY)
    sittings.move_due_sittings()
    assert Sitting.objects.get().state == SittingState.GRADED


def test_candidates_are_told_by_which_role_and_why(
    running: Taking, chief: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: dict[str, Any] = {}
    monkeypatch.setattr(pushes, "publish", lambda topic, message: said.update({topic: message}))
    end(running, chief)
    for topic in (f"attempt:{running.attempt_id}", f"sitting:{running.sitting_id}"):
        assert said[topic].early_end.by == "chief_invigilator"
        assert said[topic].early_end.reason == WHY
    seen = snapshot(running.attempt_id, running.cast.ana.pk)
    assert seen.sitting.early_end == said[f"sitting:{running.sitting_id}"].early_end
    assert seen.sitting.early_end is not None
    assert seen.deadline == seen.sitting.early_end.at


def test_the_trail_says_who_why_and_whom(running: Taking, chief: User, heard: Heard) -> None:
    end(running, chief)
    entry = AuditEntry.objects.get(action="sitting.ended_early")
    ids = sorted(Attempt.objects.values_list("pk", flat=True))
    assert (entry.actor_id, entry.reason) == (chief.pk, WHY)
    assert entry.data == {"as": "chief_invigilator", "attempts": ids}
    (event,) = heard.of(SittingEndedEarly)
    assert event.attempts == 2


def test_a_handler_that_fails_undoes_the_whole_end(
    running: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(event: object) -> None:
        raise RuntimeError("no")

    deadline = running.attempt.deadline
    monkeypatch.setitem(bus._handlers, SittingEndedEarly, [refuse])
    with pytest.raises(RuntimeError):
        end(running)
    assert running.attempt.deadline == deadline
    assert Sitting.objects.get().ended_early_at is None
    assert not AuditEntry.objects.filter(action="sitting.ended_early").exists()


def test_pressed_again_it_says_that_it_has_been_done(running: Taking, chief: User) -> None:
    assert end(running, chief)
    first = Sitting.objects.get().ended_early_at
    assert not end(running)
    grace_over()
    assert not end(running), "closed meanwhile"
    sitting = Sitting.objects.get()
    assert (sitting.ended_early_at, sitting.ended_early_by_id) == (first, chief.pk)
    assert AuditEntry.objects.filter(action="sitting.ended_early").count() == 1


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_a_reason_is_needed(running: Taking, reason: str) -> None:
    with pytest.raises(ReasonNeeded):
        end_sitting(running.sitting_id, actor_id=running.cast.admin.pk, reason=reason)
    assert Sitting.objects.get().ended_early_at is None


@pytest.mark.parametrize("who", ["ana", "ivo", "author", "grader", "olga"])
def test_only_who_leads_may_end_it(running: Taking, who: str) -> None:
    with pytest.raises(Forbidden):
        end(running, getattr(running.cast, who))
    assert Sitting.objects.get().ended_early_at is None


def test_a_sitting_that_does_not_run_cannot_be_ended(cast: Cast) -> None:
    sitting_id = schedule(cast)
    with pytest.raises(IllegalMove):
        end_sitting(sitting_id, actor_id=cast.admin.pk, reason=WHY)
    sittings.open_lobby(sitting_id)
    with pytest.raises(IllegalMove):
        end_sitting(sitting_id, actor_id=cast.admin.pk, reason=WHY)
    with pytest.raises(SittingUnknown):
        end_sitting(sitting_id + 99, actor_id=cast.admin.pk, reason=WHY)


# ── Real connections ────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db(transaction=True)
def test_of_several_who_press_at_once_one_wins(running: Taking, chief: User) -> None:
    people = [chief, running.cast.admin, chief, running.cast.admin]
    won = in_threads([lambda who=who: end(running, who) for who in people])  # type: ignore[misc] # arguments bound early
    assert sorted(won) == [False, False, False, True]
    assert AuditEntry.objects.filter(action="sitting.ended_early").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("repeat", range(2))
def test_an_end_in_the_middle_of_saves_loses_nothing_acknowledged(
    running: Taking, repeat: int
) -> None:
    Sitting.objects.update(grace=timedelta(seconds=0.3))
    acks = Acks()
    stop = threading.Event()

    def finish() -> None:
        assert acks.are_enough.wait(20)
        end(running)
        while running.attempt.state == AttemptState.RUNNING:
            attempts.expire_due()

    works = [lambda place=place: hammer(running, place, acks, stop) for place in range(4)]
    timer = threading.Timer(20, stop.set)
    timer.start()
    outcomes = in_threads([*works, finish])
    timer.cancel()
    assert "stopped" not in outcomes
    assert_nothing_acknowledged_was_lost(running, acks.newest)
    limit = running.attempt.deadline + Sitting.objects.get().grace
    assert not AnswerRevision.objects.filter(late=False, saved_at__gt=limit).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("repeat", range(4))
def test_starts_extensions_and_resumes_at_the_same_moment_outlive_no_end(
    cast: Cast, repeat: int
) -> None:
    running = begin(cast)
    ben = cast.ben
    waiting = attempt_of(running.sitting_id, ben.pk)
    lease = str(taking.take_lease(waiting, student_id=ben.pk, device="test"))

    def quietly(work: Any) -> Any:
        def run() -> str:
            try:
                work()
            except (IllegalMove, TooLate, TryAgain, AttemptOver) as refusal:
                return refusal.code
            return "done"

        return run

    def extend_all() -> None:
        give_time(running.sitting_id, Gift(5 * MINUTE, actor_id=cast.admin.pk, reason="Noise"))

    in_threads(
        [
            quietly(lambda: taking.start_attempt(waiting, student_id=ben.pk, lease=lease)),
            quietly(extend_all),
            quietly(
                lambda: attempts.extend_attempt(
                    running.attempt_id, extra=MINUTE, actor_id=cast.ivo.pk, reason="Noise"
                )
            ),
            lambda: end(running),
        ]
    )
    ended_at = Sitting.objects.get().ended_early_at
    assert ended_at is not None
    assert all(one.deadline <= ended_at for one in Attempt.objects.all())
    assert queries.database_now() >= ended_at
