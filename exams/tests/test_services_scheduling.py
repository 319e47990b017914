"""Scheduling: every paper is drawn at once; late candidates; what is refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from accounts.roles import Role
from exams.domain import paper as papers
from exams.domain.states import AttemptState
from exams.errors import (
    AlreadyRegistered,
    ExamNotApproved,
    ExamUnknown,
    NotAStudent,
    PolicyInvalid,
    StartPassed,
    TimesInvalid,
)
from exams.events import CandidateRegistered, SittingScheduled
from exams.models import Attempt, Candidate, Sitting
from exams.services import authoring, scheduling, sittings
from exams.services.grants import Gift, give_time
from exams.services.scheduling import Allowance
from exams.tests.conftest import (
    Cast,
    Heard,
    approved_exam,
    give_role,
    person,
    plan,
    schedule,
)
from kernel import clock
from kernel.machine import IllegalMove
from kernel.models import AuditEntry

MINUTE = timedelta(minutes=1)


def test_all_papers_are_drawn_and_all_attempts_are_ready(cast: Cast, heard: Heard) -> None:
    sitting_id = schedule(cast)
    rows = Attempt.objects.filter(sitting_id=sitting_id)
    assert {row.student_id for row in rows} == {cast.ana.pk, cast.ben.pk}
    for row in rows:
        drawn = papers.from_json(row.paper)
        assert row.state == AttemptState.READY
        assert drawn.question_ids() == row.question_ids
        assert drawn.questions[0].choices
        assert row.deadline == Sitting.objects.get().closes_at
    assert len({row.paper["seed"] for row in rows}) == 2
    (event,) = heard.of(SittingScheduled)
    assert event.locks_chat_from == Sitting.objects.get().lobby_opens_at
    assert AuditEntry.objects.get(action="sitting.scheduled").data == {"candidates": 2}


def test_scheduling_costs_the_same_number_of_queries_for_any_class(cast: Cast) -> None:
    exam_id = approved_exam(cast)
    schedule(cast, exam_id)
    with CaptureQueriesContext(connection) as two_students:
        schedule(cast, exam_id)
    for number in range(20):
        student = person(cast.institution, f"Student{number}")
        give_role(student, Role.STUDENT, cast.class_group)
    with CaptureQueriesContext(connection) as twenty_two:
        schedule(cast, exam_id)
    assert len(twenty_two) == len(two_students) <= 20
    assert Attempt.objects.count() == 26


@pytest.mark.parametrize(("lock", "expected"), [("start", "starts_at"), ("never", None)])
def test_the_chat_is_locked_from_when_the_policy_says(
    cast: Cast, heard: Heard, lock: str, expected: str | None
) -> None:
    schedule(cast, policy={"chat_lock": lock})
    (event,) = heard.of(SittingScheduled)
    planned = getattr(Sitting.objects.get(), expected) if expected else None
    assert event.locks_chat_from == planned


def test_an_accommodation_moves_the_last_moment_to_start(cast: Cast) -> None:
    allowance = Allowance(seat="A1", room="2", extra_percent=50, extra_time=5 * MINUTE)
    sitting_id = scheduling.schedule_sitting(
        exam_id=approved_exam(cast),
        class_group_id=cast.class_group.pk,
        plan=plan(),
        actor_id=cast.admin.pk,
        student_ids=[cast.ana.pk],
        allowances={cast.ana.pk: allowance},
    )
    sitting = Sitting.objects.get(pk=sitting_id)
    attempt = Attempt.objects.get()
    assert attempt.deadline == sitting.closes_at + 20 * MINUTE
    assert (attempt.candidate.seat, attempt.candidate.room) == ("A1", "2")


@pytest.mark.parametrize(
    "changes",
    [
        {"closes_at": clock.now() - timedelta(hours=5)},
        {"duration": timedelta()},
        {"duration": timedelta(days=8)},
        {"lobby_opens_at": clock.now() + timedelta(hours=5)},
    ],
)
def test_times_out_of_order_are_refused(cast: Cast, changes: dict[str, Any]) -> None:
    with pytest.raises(TimesInvalid):
        schedule(cast, **changes)
    assert not Sitting.objects.exists()


def test_a_sitting_that_would_be_over_already_is_refused(cast: Cast) -> None:
    """A wrong year would mark the whole class as absent, and there is no way back from that."""
    year = timedelta(days=365)
    then = clock.now() - year
    with pytest.raises(StartPassed):
        schedule(cast, lobby_opens_at=then, starts_at=then, closes_at=then + timedelta(hours=2))
    assert not Sitting.objects.exists()


def test_a_policy_outside_of_its_schema_is_refused(cast: Cast) -> None:
    with pytest.raises(PolicyInvalid):
        schedule(cast, policy={"camera": "sometimes"})


def test_only_an_approved_exam_of_the_same_institution_is_scheduled(cast: Cast) -> None:
    draft = authoring.create_exam(
        institution_id=cast.institution.pk, name="Draft", actor_id=cast.author.pk
    )
    with pytest.raises(ExamNotApproved):
        schedule(cast, draft)
    assert cast.olga.institution_id is not None
    foreign = authoring.create_exam(
        institution_id=cast.olga.institution_id, name="Foreign", actor_id=cast.olga.pk
    )
    with pytest.raises(ExamUnknown):
        schedule(cast, foreign)


def test_an_outsider_cannot_be_made_a_candidate(cast: Cast) -> None:
    with pytest.raises(NotAStudent):
        scheduling.schedule_sitting(
            exam_id=approved_exam(cast),
            class_group_id=cast.class_group.pk,
            plan=plan(),
            actor_id=cast.admin.pk,
            student_ids=[cast.ana.pk, cast.olga.pk],
        )
    assert not Candidate.objects.exists()


def test_a_candidate_can_join_late_with_the_sittings_grants(cast: Cast, heard: Heard) -> None:
    sitting_id = scheduling.schedule_sitting(
        exam_id=approved_exam(cast),
        class_group_id=cast.class_group.pk,
        plan=plan(),
        actor_id=cast.admin.pk,
        student_ids=[cast.ana.pk],
    )
    sittings.start_sitting(sitting_id)
    give_time(sitting_id, Gift(10 * MINUTE, actor_id=cast.admin.pk, reason="Fire alarm"))
    attempt_id = scheduling.register_candidate(
        sitting_id, student_id=cast.ben.pk, actor_id=cast.admin.pk
    )
    sitting = Sitting.objects.get(pk=sitting_id)
    assert Attempt.objects.get(pk=attempt_id).deadline == sitting.closes_at + 10 * MINUTE
    (event,) = heard.of(CandidateRegistered)
    assert (event.student_id, event.attempt_id) == (cast.ben.pk, attempt_id)


def test_who_is_registered_or_is_no_student_cannot_be_registered(cast: Cast) -> None:
    sitting_id = schedule(cast)
    with pytest.raises(AlreadyRegistered):
        scheduling.register_candidate(sitting_id, student_id=cast.ana.pk, actor_id=cast.admin.pk)
    with pytest.raises(NotAStudent):
        scheduling.register_candidate(sitting_id, student_id=cast.olga.pk, actor_id=cast.admin.pk)
    Membership.objects.filter(user=cast.ben).delete()
    Candidate.objects.filter(student=cast.ben)
    sittings.cancel_sitting(sitting_id, actor_id=cast.admin.pk, reason="Strike")
    with pytest.raises(IllegalMove):
        scheduling.register_candidate(sitting_id, student_id=cast.ben.pk, actor_id=cast.admin.pk)
