"""Makes the demo school: people, an approved exam, a sitting about to open and one that is over."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.selectors import ClassCard, institution_by_code
from accounts.services.memberships import grant_role
from accounts.services.people import create_class, create_institution, create_user
from chat.domain import RoomKind
from chat.services import ensure_room, post_message
from exams.services.scheduling import Allowance, SittingPlan, schedule_sitting
from invigil.demo import past
from invigil.demo.exam import make_exam
from invigil.demo.people import (
    CLASSES,
    INSTITUTION_CODE,
    INSTITUTION_NAME,
    PASSWORD,
    STAFF,
    STUDENTS,
    Person,
    email_of,
)
from kernel import clock

OPENS_IN: Final = timedelta(minutes=2)
DURATION: Final = timedelta(minutes=45)
WINDOW: Final = timedelta(minutes=60)

_CHAT: Final = (
    ("1001", "Does anybody know which chapters are in the exam?"),
    ("1005", "One to six, and the maps at the end of the book."),
    ("1003", "ممنون! من فصل شش را دوباره می‌خوانم."),
    ("1008", "Good luck everybody, see you in the lobby."),
)


@dataclass(frozen=True, slots=True)
class School:
    """What was made, for whoever prints or goes on with it."""

    institution_id: int
    classes: dict[str, ClassCard]
    people: dict[str, int]
    exam_id: int
    sitting_id: int
    starts_at: datetime
    past_sitting_id: int


def exists() -> bool:
    """Whether the demo school is in the database already."""
    return institution_by_code(INSTITUTION_CODE) is not None


@transaction.atomic
def make_school() -> School:
    """Make everything in one transaction: a demo is whole or not there."""
    institution = create_institution(code=INSTITUTION_CODE, name=INSTITUTION_NAME, actor_id=None)
    classes = {
        code: create_class(institution_id=institution.id, code=code, name=name, actor_id=None)
        for code, name in CLASSES.items()
    }
    people = {person.login: _make_staff(person, institution.id) for person in STAFF}
    for code, students in STUDENTS.items():
        people |= {
            student.login: _make_student(student, institution.id, classes[code].id)
            for student in students
        }
    exam_id, content_hash = make_exam(
        institution.id, author_id=people["author"], approver_id=people["admin"]
    )
    _make_talk(classes["10a"].id, people)
    starts_at = clock.now() + OPENS_IN
    return School(
        institution_id=institution.id,
        classes=classes,
        people=people,
        exam_id=exam_id,
        starts_at=starts_at,
        past_sitting_id=past.make_past_sitting(exam_id, content_hash, classes["10b"].id, people),
        sitting_id=_schedule(exam_id, classes["10a"].id, people, starts_at),
    )


def _make_staff(person: Person, institution_id: int) -> int:
    card = create_user(
        institution_id=institution_id,
        full_name=person.name,
        email=email_of(person),
        password=PASSWORD,
        actor_id=None,
    )
    for role in person.roles:
        grant_role(user_id=card.id, institution_id=institution_id, role=role, actor_id=None)
    return card.id


def _make_student(person: Person, institution_id: int, class_id: int) -> int:
    card = create_user(
        institution_id=institution_id,
        full_name=person.name,
        registration_number=person.login,
        password=PASSWORD,
        locale=person.locale,
        actor_id=None,
    )
    grant_role(
        user_id=card.id,
        institution_id=institution_id,
        role=person.roles[0],
        class_id=class_id,
        actor_id=None,
    )
    return card.id


def _make_talk(class_id: int, people: dict[str, int]) -> None:
    """Say a few things in the class's room before its sitting locks it."""
    room_id = ensure_room(class_id=class_id, kind=RoomKind.CLASS)
    for login, text in _CHAT:
        post_message(room_id=room_id, sender_id=people[login], client_id=uuid.uuid4(), body=text)


def _schedule(exam_id: int, class_id: int, people: dict[str, int], starts_at: datetime) -> int:
    plan = SittingPlan(
        title="General knowledge · Term exam",
        lobby_opens_at=clock.now() + timedelta(seconds=20),
        starts_at=starts_at,
        closes_at=starts_at + WINDOW,
        duration=DURATION,
        rooms=("Room 1", "At home"),
    )
    seats = {
        people[student.login]: Allowance(
            seat=f"{'AB'[index % 2]}{index // 2 + 1:02}",
            room="Room 1" if index % 2 == 0 else "At home",
            extra_percent=25 if index == 2 else 0,
        )
        for index, student in enumerate(STUDENTS["10a"])
    }
    return schedule_sitting(
        exam_id=exam_id,
        class_group_id=class_id,
        plan=plan,
        actor_id=people["admin"],
        allowances=seats,
    )
