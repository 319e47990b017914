"""The people, classes and sittings of the chat tests.

Ana and Ben are students of the class, Ivo is its invigilator, Olga is a student of another class.
Rows of other apps are made through the app registry: chat may not import their models.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps

from chat import services
from chat.domain import RoomKind
from kernel import clock

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def model_of(label: str) -> Any:
    return apps.get_model(label)


@dataclass
class School:
    """One institution with two classes."""

    code: str = field(default_factory=lambda: f"S{uuid.uuid4().hex[:8]}")
    institution: Any = None
    maths: Any = None
    art: Any = None

    def __post_init__(self) -> None:
        self.institution = model_of("accounts.Institution").objects.create(
            code=self.code, name="Riverside School"
        )
        self.maths = self.class_group("10-A", "Mathematics 10 A")
        self.art = self.class_group("10-B", "Art 10 B")
        self.ana = self.person("Ana Moreno", "student", self.maths)
        self.ben = self.person("Ben Okafor", "student", self.maths)
        self.ivo = self.person("Ivo Petrov", "invigilator", self.maths)
        self.olga = self.person("Olga Lindt", "student", self.art)
        self.exam = model_of("exams.Exam").objects.create(
            institution=self.institution, name="Linear Algebra", created_by=self.ivo
        )
        self.room_id = services.ensure_room(class_id=self.maths.pk, kind=RoomKind.CLASS)
        self.staff_room_id = services.ensure_room(class_id=self.maths.pk, kind=RoomKind.STAFF)
        self.art_room_id = services.ensure_room(class_id=self.art.pk, kind=RoomKind.CLASS)

    def class_group(self, code: str, name: str) -> Any:
        return model_of("accounts.ClassGroup").objects.create(
            institution=self.institution, code=code, name=name
        )

    def person(self, name: str, role: str, class_group: Any | None) -> Any:
        user = model_of("accounts.User").objects.create(
            institution=self.institution,
            full_name=name,
            email=f"{uuid.uuid4().hex[:12]}@{self.code.lower()}.example",
        )
        self.join(user, role, class_group)
        return user

    def join(self, user: Any, role: str, class_group: Any | None) -> None:
        model_of("accounts.Membership").objects.create(
            user=user, institution=self.institution, class_group=class_group, role=role
        )

    def enrol(self, people: list[Any], class_groups: list[Any]) -> None:
        """Make everybody a student of every class."""
        membership = model_of("accounts.Membership")
        membership.objects.bulk_create(
            membership(user=user, institution=self.institution, class_group=group, role="student")
            for user in people
            for group in class_groups
        )

    def sitting(
        self,
        *students: Any,
        opens: timedelta = -MINUTE,
        closes: timedelta = 30 * MINUTE,
        state: str = "scheduled",
        class_group: Any | None = None,
        policy: dict[str, object] | None = None,
        **more: object,
    ) -> Any:
        """Return a sitting whose lobby opens at now + `opens` and which closes at now + `closes`."""
        now = clock.now()
        sitting = model_of("exams.Sitting").objects.create(
            institution=self.institution,
            exam=self.exam,
            class_group=class_group or self.maths,
            title="Linear Algebra",
            code=uuid.uuid4().hex[:8],
            state=state,
            lobby_opens_at=now + opens,
            starts_at=now + opens + MINUTE / 2,
            closes_at=now + closes,
            duration=timedelta(minutes=20),
            grace=timedelta(seconds=30),
            policy=policy or {},
            created_by=self.ivo,
            **more,
        )
        for student in students:
            self.register(sitting, student)
        return sitting

    def register(self, sitting: Any, student: Any, **allowance: object) -> Any:
        return model_of("exams.Candidate").objects.create(
            sitting=sitting, student=student, **allowance
        )

    def attempt(self, candidate: Any, state: str, deadline: datetime) -> Any:
        return model_of("exams.Attempt").objects.create(
            candidate=candidate,
            sitting=candidate.sitting,
            student=candidate.student,
            state=state,
            deadline=deadline,
            paper=[],
            question_ids=[],
        )


def move(sitting: Any, **changes: object) -> None:
    """Change the sitting's row, as the exam engine would."""
    model_of("exams.Sitting").objects.filter(pk=sitting.pk).update(**changes)
