"""Sittings: schedule with every paper drawn, register candidates, open, start, close, cancel."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import IntegrityError, transaction

from accounts.roles import Role
from accounts.selectors import class_card, members_of_class
from exams.domain import paper as papers, policy as policies
from exams.domain.configuration import as_shuffled, policy_part
from exams.domain.content import ExamContent
from exams.domain.deadline import close_of
from exams.domain.states import (
    SITTING,
    UNFINISHED,
    ExamState,
)
from exams.domain.times import SittingTimes
from exams.errors import (
    AlreadyRegistered,
    ExamNotApproved,
    ExamUnknown,
    NotAStudent,
    PolicyInvalid,
    SittingUnknown,
    StartPassed,
    TimesInvalid,
)
from exams.events import (
    CandidateRegistered,
    SittingScheduled,
)
from exams.models import Attempt, Candidate, Exam, Sitting
from exams.queries import database_now
from exams.selectors.contents import approved_content
from exams.services import pushes
from exams.services.accommodations import adjust_new
from exams.services.ledger import deadline_for, terms_of
from exams.services.marking_defaults import plan_marking
from exams.services.trail import append_line
from kernel.events import bus
from kernel.machine import IllegalMove

log = structlog.get_logger(__name__)

CODE_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that look alike


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one candidate gets in this sitting: seat, room, and time besides any accommodation."""

    seat: str = ""
    room: str = ""
    extra_percent: int = 0
    extra_time: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class SittingPlan:
    """When and how a sitting is held. `lobby_opens_at` defaults to 15 minutes before the start.

    What `policy` does not say is as the exam is configured.
    """

    title: str
    starts_at: datetime
    closes_at: datetime
    duration: timedelta
    lobby_opens_at: datetime | None = None
    policy: Mapping[str, Any] = field(default_factory=dict)
    rooms: Sequence[str] = ()

    @property
    def times(self) -> SittingTimes:
        """Return the times with the default of the lobby."""
        lobby = self.lobby_opens_at or self.starts_at - timedelta(minutes=15)
        return SittingTimes(lobby, self.starts_at, self.closes_at, self.duration)


@transaction.atomic
def schedule_sitting(
    *,
    exam_id: int,
    class_group_id: int,
    plan: SittingPlan,
    actor_id: int,
    student_ids: Sequence[int] | None = None,
    allowances: Mapping[int, Allowance] | None = None,
) -> int:
    """Create a sitting, register its candidates and draw every paper now; return its id.

    Args:
        exam_id: An approved exam of the class's institution.
        class_group_id: The class; its chat is the one that gets locked.
        plan: Times, duration, policy.
        actor_id: Who schedules.
        student_ids: Students of the class; None is all of them.
        allowances: Student id → seat, room, accommodation.

    Raises:
        ExamUnknown, ExamNotApproved: No such exam in this institution, or not approved.
        TimesInvalid: The times are not in order.
        StartPassed: It would be over already.
        PolicyInvalid: The policy does not follow its schema.
        NotAStudent: An id in `student_ids` is not a student of the class.
    """
    group = class_card(class_group_id)
    exams = Exam.objects.defer("content")  # from memory where it is needed
    exam = exams.filter(pk=exam_id, institution_id=group.institution_id).first()
    if exam is None:
        raise ExamUnknown(exam=exam_id)
    if exam.state != ExamState.APPROVED:
        raise ExamNotApproved(exam=exam_id)
    sitting = _new_sitting(exam, class_group_id, plan, actor_id)
    plan_marking(sitting)
    students = _students_of(class_group_id, student_ids)
    _register(sitting, exam, students, allowances or {})
    append_line("sitting.scheduled", sitting, actor_id, data={"candidates": len(students)})
    _tell_scheduled(sitting)
    return sitting.pk


def _tell_scheduled(sitting: Sitting) -> None:
    starts = {
        policies.ChatLock.LOBBY: sitting.lobby_opens_at,
        policies.ChatLock.START: sitting.starts_at,
        policies.ChatLock.NEVER: None,
    }
    bus.emit(
        SittingScheduled(
            sitting_id=sitting.pk,
            institution_id=sitting.institution_id,
            class_group_id=sitting.class_group_id,
            locks_chat_from=starts[policies.policy_of(sitting.policy).chat_lock],
            starts_at=sitting.starts_at,
            closes_at=sitting.closes_at,
        )
    )


def _new_sitting(exam: Exam, class_group_id: int, plan: SittingPlan, actor_id: int) -> Sitting:
    policy = _policy_of(exam, plan)
    times = plan.times
    if not times.is_in_order:
        raise TimesInvalid
    if times.closes_at <= database_now():
        raise StartPassed  # the clock would mark everybody as absent at its next turn
    return Sitting.objects.create(
        institution_id=exam.institution_id,
        exam=exam,
        class_group_id=class_group_id,
        title=plan.title.strip() or exam.name,
        code="".join(secrets.choice(CODE_LETTERS) for _ in range(8)),
        lobby_opens_at=times.lobby_opens_at,
        starts_at=times.starts_at,
        closes_at=times.closes_at,
        duration=times.duration,
        grace=timedelta(seconds=policy.grace_s),
        policy=policies.to_json(policy),
        rooms=list(plan.rooms),
        created_by_id=actor_id,
    )


def _policy_of(exam: Exam, plan: SittingPlan) -> policies.Policy:
    """Return the rules of a sitting: what the plan says, and the exam's configuration for the rest."""
    configured = approved_content(exam.pk, exam.content_hash).configuration
    document = {**policy_part(configured), **plan.policy}
    faults = policies.faults_of(document)
    if faults:
        raise PolicyInvalid(faults="; ".join(faults))
    return policies.policy_of(document)


def _students_of(class_group_id: int, wanted: Sequence[int] | None) -> list[int]:
    members = [card.id for card in members_of_class(class_group_id, Role.STUDENT)]
    if wanted is None:
        return members
    strangers = set(wanted) - set(members)
    if strangers:
        raise NotAStudent(students=sorted(strangers))
    return list(dict.fromkeys(wanted))


def _register(
    sitting: Sitting, exam: Exam, students: Sequence[int], allowances: Mapping[int, Allowance]
) -> list[Attempt]:
    content = as_shuffled(approved_content(exam.pk, exam.content_hash))
    candidates = adjust_new(
        sitting,
        Candidate.objects.bulk_create(
            _candidate(sitting, student, allowances.get(student, Allowance()))
            for student in students
        ),
    )
    return Attempt.objects.bulk_create(new_attempt(sitting, one, content) for one in candidates)


def _candidate(sitting: Sitting, student_id: int, allowance: Allowance) -> Candidate:
    return Candidate(
        sitting=sitting,
        student_id=student_id,
        seat=allowance.seat,
        room=allowance.room,
        extra_percent=allowance.extra_percent,
        extra_time=allowance.extra_time,
        own_percent=allowance.extra_percent,
        own_time=allowance.extra_time,
    )


def new_attempt(
    sitting: Sitting, candidate: Candidate, content: ExamContent, *, number: int = 1
) -> Attempt:
    """Return an unsaved attempt with a paper of its own, drawn now, its first page open."""
    navigation = policies.policy_of(sitting.policy).navigation
    drawn = papers.draw(content, secrets.token_hex(16), navigation)
    questions = content.question_map()
    return Attempt(
        candidate=candidate,
        sitting=sitting,
        student_id=candidate.student_id,
        number=number,
        paper=papers.to_json(drawn),
        question_ids=[one.id for one in drawn.page(0) if questions[one.id].is_answerable],
        deadline=close_of(terms_of(sitting, candidate)),
    )


@transaction.atomic
def register_candidate(
    sitting_id: int, *, student_id: int, actor_id: int, allowance: Allowance | None = None
) -> int:
    """Add a student to a sitting that has not ended and return the attempt's id.

    Raises:
        IllegalMove: The sitting has ended, or was ended early.
        NotAStudent: Not a student of the sitting's class.
        AlreadyRegistered: The student is a candidate already.
    """
    sitting = locked_sitting(sitting_id)
    if sitting.state not in UNFINISHED or sitting.ended_early_at is not None:
        raise IllegalMove(SITTING.name, sitting.state, "register")
    _students_of(sitting.class_group_id, [student_id])
    allowances = {student_id: allowance or Allowance()}
    try:
        with transaction.atomic():
            (attempt,) = _register(sitting, sitting.exam, [student_id], allowances)
    except IntegrityError:
        raise AlreadyRegistered(student=student_id) from None
    Attempt.objects.filter(pk=attempt.pk).update(deadline=deadline_for(attempt, None))
    append_line("sitting.candidate_registered", sitting, actor_id, data={"student": student_id})
    bus.emit(
        CandidateRegistered(
            sitting_id=sitting_id,
            class_group_id=sitting.class_group_id,
            student_id=student_id,
            attempt_id=attempt.pk,
        )
    )
    pushes.candidate_joined(attempt.pk, sitting_id)
    return attempt.pk


def locked_sitting(sitting_id: int) -> Sitting:
    """Return the sitting with its exam, its row locked.

    Raises:
        SittingUnknown: There is none.
    """
    sitting = (
        Sitting.objects.select_for_update(of=("self",))
        .select_related("exam")
        .defer("exam__content")
        .filter(pk=sitting_id)
        .first()
    )
    if sitting is None:
        raise SittingUnknown(sitting=sitting_id)
    return sitting
