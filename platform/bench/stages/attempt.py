"""A running attempt of the demo exam for benchmarks."""

from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import transaction

from accounts.roles import Role
from accounts.selectors import members_of_class
from exams.selectors.attempts import attempt_of, snapshot
from exams.services.answers import save_answers
from exams.services.scheduling import SittingPlan, schedule_sitting
from exams.services.sittings import start_sitting
from exams.services.taking import start_attempt, take_lease
from exams.wire import AnswerIn
from invigil.demo import school
from kernel import clock


@dataclass(frozen=True, slots=True)
class Stage:
    """One attempt under way, and two ways to save an answer to its first text question."""

    attempt_id: int
    student_id: int
    lease: str
    question: int

    def save_guarded(self, seq: int) -> None:
        """Save as the product does."""
        answer = AnswerIn(question=self.question, seq=seq, value=f"answer number {seq}")
        save_answers(
            self.attempt_id, student_id=self.student_id, lease=self.lease, answers=[answer]
        )

    def save_by_mapper(self, seq: int) -> None:
        """Save as a straightforward view would: read, check, write."""
        attempts: Any = apps.get_model("exams", "Attempt").objects
        answers: Any = apps.get_model("exams", "Answer").objects
        with transaction.atomic():
            attempt = attempts.select_related("sitting").get(
                pk=self.attempt_id, student_id=self.student_id
            )
            in_time = attempt.deadline > clock.now()
            if attempt.state == "running" and str(attempt.lease) == self.lease and in_time:
                values = {"seq": seq, "value": f"answer number {seq}"}
                answers.update_or_create(
                    attempt_id=self.attempt_id, question_id=self.question, defaults=values
                )


def running_attempt() -> Stage:
    """Make the demo school if need be, hold a sitting and start its first attempt."""
    call_command("prepare", stdout=StringIO())
    demo = school.stage()
    if demo is None:
        raise SystemExit("The demo school is missing: python3 run.py manage seed_demo")
    student = members_of_class(demo.class_id, Role.STUDENT)[0].id
    now = clock.now()
    sitting = schedule_sitting(
        exam_id=demo.exam_id,
        class_group_id=demo.class_id,
        plan=SittingPlan(
            title="Bench",
            starts_at=now,
            closes_at=now + timedelta(hours=1),
            duration=timedelta(minutes=50),
        ),
        actor_id=demo.admin_id,
        student_ids=[student],
    )
    start_sitting(sitting)
    attempt = attempt_of(sitting, student)
    lease = str(take_lease(attempt, student_id=student, device="bench"))
    start_attempt(attempt, student_id=student, lease=lease)
    questions = snapshot(attempt, student).questions or []
    text = next(question.id for question in questions if question.kind == "text")
    return Stage(attempt, student, lease, text)
