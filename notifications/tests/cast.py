"""The people, class and sitting of the notice tests.

Ana, Ben and Sara (who reads Persian) are students of a class; Ivo is its invigilator; Nora sends
notices; Olga does so at another school. Rows of other apps are made through the app registry.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps

from kernel import clock
from notifications.domain.notice import Audience, AudienceKind
from notifications.services import notices
from notifications.services.notices import NoticeDraft

EN = "{name}, {exam} starts on {start}."
FA = "{name}، {exam} {day} ساعت {time} آغاز می‌شود."


def model_of(label: str) -> Any:
    return apps.get_model(label)


@dataclass
class School:
    """One institution with one class."""

    code: str = field(default_factory=lambda: f"S{uuid.uuid4().hex[:8]}")

    def __post_init__(self) -> None:
        self.institution = model_of("accounts.Institution").objects.create(
            code=self.code, name="Riverside School", time_zone="Europe/London"
        )
        self.maths = model_of("accounts.ClassGroup").objects.create(
            institution=self.institution, code="10-A", name="Mathematics 10 A"
        )
        self.phones = iter(f"+4420794600{number:02}" for number in range(10, 99))
        self.ana = self.student("Ana Moreno")
        self.ben = self.student("Ben Okafor")
        self.sara = self.student("سارا", locale="fa", time_zone="Asia/Tehran")
        self.ivo = self.person("Ivo Petrov", "invigilator", self.maths)
        self.nora = self.person("Nora Admin", "admin", None)

    def student(self, name: str, **more: Any) -> Any:
        phone = more.pop("phone", next(self.phones))
        verified = more.pop("phone_verified_at", clock.now())
        return self.person(
            name, "student", self.maths, phone=phone, phone_verified_at=verified, **more
        )

    def person(self, name: str, role: str, class_group: Any | None, **more: Any) -> Any:
        user = model_of("accounts.User").objects.create(
            institution=self.institution,
            full_name=name,
            email=f"{uuid.uuid4().hex[:12]}@{self.code.lower()}.example",
            **more,
        )
        model_of("accounts.Membership").objects.create(
            user=user, institution=self.institution, class_group=class_group, role=role
        )
        return user

    def sitting(self, starts_at: datetime, *students: Any, state: str = "scheduled") -> Any:
        exam = model_of("exams.Exam").objects.create(
            institution=self.institution,
            name=f"Linear Algebra {uuid.uuid4().hex[:6]}",
            created_by=self.nora,
        )
        sitting = model_of("exams.Sitting").objects.create(
            institution=self.institution,
            exam=exam,
            class_group=self.maths,
            title="Linear Algebra, final",
            code=uuid.uuid4().hex[:8].upper(),
            state=state,
            lobby_opens_at=starts_at - timedelta(minutes=15),
            starts_at=starts_at,
            closes_at=starts_at + timedelta(hours=2),
            duration=timedelta(hours=1),
            grace=timedelta(seconds=30),
            created_by=self.nora,
        )
        for student in students or (self.ana, self.ben, self.sara):
            model_of("exams.Candidate").objects.create(sitting=sitting, student=student)
        return sitting

    def to_class(self) -> Audience:
        return Audience(AudienceKind.CLASS, self.institution.pk, class_id=self.maths.pk)

    def to_sitting(self, sitting: Any) -> Audience:
        return Audience(AudienceKind.SITTING, self.institution.pk, sitting_id=sitting.pk)

    def draft(self, **changes: Any) -> NoticeDraft:
        values = {
            "title": "Exam tomorrow",
            "audience": self.to_class(),
            "text_en": "{name}, bring a pencil.",
            "text_fa": "",
            "wakes": True,
            **changes,
        }
        return NoticeDraft(**values)

    def saved(self, **changes: Any) -> int:
        return notices.save_draft(actor_id=self.nora.pk, draft=self.draft(**changes))

    def scheduled(self, **changes: Any) -> int:
        notice_id = self.saved(**changes)
        notices.schedule(notice_id, actor_id=self.nora.pk)
        return notice_id
