"""The cast of the exam tests and a sitting that is ready to be taken."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from django.db.models import F
from hypothesis import settings

from accounts.models import ClassGroup, Institution, Membership, User
from accounts.roles import Role
from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.models import Attempt, Sitting
from exams.selectors.attempts import attempt_of
from exams.services import (
    attempts,
    authoring,
    grading,
    pools,
    review,
    scheduling,
    sittings,
    taking,
)
from exams.services.questions import add_question
from exams.services.scheduling import SittingPlan
from kernel import clock
from kernel.events import Event, bus

settings.register_profile("exams", deadline=None, max_examples=60)
settings.load_profile("exams")


@dataclass
class Cast:
    """Ana and Ben are candidates, Ivo invigilates, Olga belongs to another institution."""

    institution: Institution
    class_group: ClassGroup
    ana: User
    ben: User
    ivo: User
    author: User
    admin: User
    grader: User
    olga: User


def person(institution: Institution, name: str) -> User:
    return User.objects.create(
        institution=institution,
        email=f"{name.lower()}@{institution.code.lower()}.example",
        full_name=name,
        registration_number=name.lower(),
    )


def give_role(user: User, role: Role, class_group: ClassGroup | None = None) -> None:
    assert user.institution is not None
    Membership.objects.create(
        user=user, institution=user.institution, class_group=class_group, role=role
    )


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def make_cast() -> Cast:
    home = Institution.objects.create(code="HOME", name="Home School")
    away = Institution.objects.create(code="AWAY", name="Away School")
    group = ClassGroup.objects.create(institution=home, code="10A", name="Class 10A")
    names = ["Ana", "Ben", "Ivo", "Author", "Admin", "Grader"]
    people = {name: person(home, name) for name in names}
    olga = person(away, "Olga")
    for name in ("Ana", "Ben"):
        give_role(people[name], Role.STUDENT, group)
    give_role(people["Ivo"], Role.INVIGILATOR, group)
    give_role(people["Author"], Role.AUTHOR)
    give_role(people["Admin"], Role.ADMIN)
    give_role(people["Grader"], Role.GRADER)
    give_role(olga, Role.INVIGILATOR)
    return Cast(
        institution=home,
        class_group=group,
        ana=people["Ana"],
        ben=people["Ben"],
        ivo=people["Ivo"],
        author=people["Author"],
        admin=people["Admin"],
        grader=people["Grader"],
        olga=olga,
    )


PERCENT = Decimal(100)
NOTHING = Decimal(0)


def drafts() -> list[QuestionDraft]:
    """One question of every main kind; canary words stand in keys and in what must stay hidden."""
    return [
        QuestionDraft(
            name="canary-name-one",
            kind=QuestionKind.CHOICE,
            prompt="canary-prompt-one",
            points=Decimal(2),
            shuffle_choices=True,
            rejoinder="canary-rejoinder-one",
            choices=(
                ChoiceDraft("canary-choice-right", fraction=PERCENT, rejoinder="canary-key-a"),
                ChoiceDraft("canary-choice-wrong", fraction=NOTHING, rejoinder="canary-key-b"),
            ),
        ),
        QuestionDraft(
            name="canary-name-two",
            kind=QuestionKind.INT,
            prompt="canary-prompt-two",
            choices=(ChoiceDraft("424242", fraction=PERCENT),),
        ),
        QuestionDraft(
            name="canary-name-three",
            kind=QuestionKind.CHAR,
            prompt="canary-prompt-three",
            choices=(ChoiceDraft("canary-key-char", fraction=PERCENT),),
        ),
        QuestionDraft(name="canary-name-four", kind=QuestionKind.TEXT, prompt="canary-prompt-four"),
    ]


def approved_exam(cast: Cast, questions: list[QuestionDraft] | None = None) -> int:
    exam_id = authoring.create_exam(
        institution_id=cast.institution.pk, name="Chemistry", actor_id=cast.author.pk
    )
    pool_id = pools.add_pool(exam_id, name="Section")
    for draft in questions if questions is not None else drafts():
        add_question(pool_id, draft)
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    review.approve_exam(exam_id, actor_id=cast.admin.pk)
    return exam_id


def plan(**changes: Any) -> SittingPlan:
    now = clock.now()
    fields: dict[str, Any] = {
        "title": "Chemistry, Tuesday",
        "lobby_opens_at": now - timedelta(minutes=20),
        "starts_at": now - timedelta(minutes=1),
        "closes_at": now + timedelta(hours=1),
        "duration": timedelta(minutes=30),
    }
    return SittingPlan(**{**fields, **changes})


def schedule(cast: Cast, exam_id: int | None = None, **changes: Any) -> int:
    return scheduling.schedule_sitting(
        exam_id=exam_id or approved_exam(cast),
        class_group_id=cast.class_group.pk,
        plan=plan(**changes),
        actor_id=cast.admin.pk,
    )


@dataclass
class Taking:
    """Ana's attempt in a running sitting, with her tab's lease."""

    cast: Cast
    sitting_id: int
    attempt_id: int
    lease: str

    @property
    def questions(self) -> list[int]:
        return list(Attempt.objects.get(pk=self.attempt_id).question_ids)

    @property
    def attempt(self) -> Attempt:
        return Attempt.objects.get(pk=self.attempt_id)


def begin(cast: Cast, *, start: bool = True, **changes: Any) -> Taking:
    sitting_id = schedule(cast, **changes)
    sittings.start_sitting(sitting_id)
    attempt_id = attempt_of(sitting_id, cast.ana.pk)
    lease = str(taking.take_lease(attempt_id, student_id=cast.ana.pk, device="test"))
    if start:
        taking.start_attempt(attempt_id, student_id=cast.ana.pk, lease=lease)
    return Taking(cast, sitting_id, attempt_id, lease)


@pytest.fixture
def running(cast: Cast) -> Taking:
    return begin(cast)


E = TypeVar("E", bound=Event)


@dataclass
class Heard:
    """What the bus carried during a test; the real handlers ran too."""

    events: list[Event] = field(default_factory=list)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    ears = Heard()
    real = bus.emit

    def listen(event: Event) -> None:
        ears.events.append(event)
        real(event)

    monkeypatch.setattr(bus, "emit", listen)
    return ears


def shift(attempt_id: int, by: timedelta) -> None:
    """Move an attempt's deadline, as if that much time had passed (by negative amounts)."""
    Attempt.objects.filter(pk=attempt_id).update(deadline=F("deadline") + by)


def shift_sitting(sitting_id: int, by: timedelta) -> None:
    """Move all times of a sitting."""
    sitting = Sitting.objects.get(pk=sitting_id)
    for name in ("lobby_opens_at", "starts_at", "closes_at"):
        setattr(sitting, name, getattr(sitting, name) + by)
    sitting.save()


def close(taken: Taking) -> None:
    """End the sitting of an attempt that is over: Ben never came."""
    shift(attempt_of(taken.sitting_id, taken.cast.ben.pk), timedelta(days=-1))
    attempts.expire_due()
    sittings.move_due_sittings()


def release(taken: Taking) -> None:
    """Close the sitting and release its graded results."""
    close(taken)
    grading.release_results(taken.sitting_id, actor_id=taken.cast.grader.pk)


@pytest.fixture
def exam_id(cast: Cast) -> int:
    return authoring.create_exam(
        institution_id=cast.institution.pk, name="Physics", actor_id=cast.author.pk
    )


@pytest.fixture
def pool_id(exam_id: int) -> int:
    return pools.add_pool(exam_id, name="First")
