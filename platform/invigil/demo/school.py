"""Makes the demo school: people, an approved exam, a sitting about to open and one that is over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.roles import Role
from accounts.selectors import (
    ClassCard,
    InstitutionCard,
    class_card,
    classes_of_institution,
    institution_by_code,
    members_of_class,
    staff_of_class,
)
from accounts.services.memberships import grant_role
from accounts.services.passwords import share_password
from accounts.services.people import create_class, create_institution, create_user
from accounts.services.profile import mark_phone_verified
from chat.domain import RoomKind
from chat.sample import CLASS_TALK, STAFF_TALK, lines_of
from chat.services import ensure_room, import_conversation
from exams.demo.exam import create_demo_exam
from exams.demo.past import PastSitting, hold_past_sitting
from exams.demo.timetable import approve_demo_timetable
from exams.domain.accommodation import Adjustment, Exemption, Validity
from exams.selectors.accommodations import standing_of
from exams.selectors.sittings import SittingView, sittings_of_institution
from exams.services.accommodations import AccommodationPlan, give_accommodation
from exams.services.scheduling import Allowance, SittingPlan, schedule_sitting
from invigil.demo.people import (
    CLASSES,
    INSTITUTION_CODE,
    INSTITUTION_NAME,
    PASSWORD,
    STAFF,
    STUDENTS,
    Person,
    email_of,
    phone_of,
)
from kernel import clock
from notifications.sample import write_notices

LOBBY_IN: Final = timedelta(seconds=20)
OPENS_IN: Final = timedelta(minutes=2)
DURATION: Final = timedelta(minutes=45)
WINDOW: Final = timedelta(minutes=60)
EXAM_CLASS: Final = "10a"
PAST_CLASS: Final = "10b"
AHEAD: Final = frozenset({"scheduled", "lobby", "running"})


def is_there() -> bool:
    """Whether the demo school is in the database already."""
    return institution_by_code(INSTITUTION_CODE) is not None


@transaction.atomic
def make_school() -> None:
    """Make everything in one transaction: a demo is whole or not there."""
    institution = create_institution(code=INSTITUTION_CODE, name=INSTITUTION_NAME, actor_id=None)
    classes = {
        code: create_class(institution_id=institution.id, code=code, name=name, actor_id=None)
        for code, name in CLASSES.items()
    }
    people = _make_people(institution, classes)
    _talk(classes[EXAM_CLASS].id, people)
    exam_id = create_demo_exam(
        institution_id=institution.id, author_id=people["author"], approver_id=people["admin"]
    )
    hold_past_sitting(
        PastSitting(
            exam_id=exam_id,
            class_group_id=classes[PAST_CLASS].id,
            title="General knowledge · Mid-term",
            admin_id=people["admin"],
            invigilator_id=people["chief"],
            grader_id=people["author"],
            student_ids=[people[student.login] for student in STUDENTS[PAST_CLASS]],
        )
    )
    approve_demo_timetable(
        classes[EXAM_CLASS].id,
        exam_id=exam_id,
        author_id=people["author"],
        approver_id=people["admin"],
    )
    write_notices(
        actor_id=people["admin"],
        institution_id=institution.id,
        class_id=classes[EXAM_CLASS].id,
        past_class_id=classes[PAST_CLASS].id,
        sitting_id=_schedule(exam_id, classes[EXAM_CLASS].id, actor_id=people["admin"]),
    )


@dataclass(frozen=True, slots=True)
class Stage:
    """What the demo holds its exam with; everything else in the institution is somebody else's."""

    institution_id: int
    exam_id: int
    class_id: int
    admin_id: int


def stage() -> Stage | None:
    """Return the demo's own exam, class and administrator; None when one of them is gone."""
    institution = institution_by_code(INSTITUTION_CODE)
    if institution is None:
        return None
    made = min(sittings_of_institution(institution.id), key=lambda one: one.id, default=None)
    codes = {card.code: card.id for card in classes_of_institution(institution.id)}
    if made is None or EXAM_CLASS not in codes:
        return None
    admins = staff_of_class(codes[EXAM_CLASS], [Role.ADMIN])
    if not admins:
        return None
    return Stage(institution.id, made.exam_id, codes[EXAM_CLASS], admins[0].id)


def upcoming() -> SittingView | None:
    """Return the sitting of the demo's exam that runs or comes next; None when all are over.

    One whose window passed while nothing ran is over too: the clock closes it in a moment.
    """
    own, now = stage(), clock.now()
    if own is None:
        return None
    ahead = (
        one
        for one in reversed(sittings_of_institution(own.institution_id))
        if one.exam_id == own.exam_id and one.class_group_id == own.class_id
        if one.state in AHEAD and now < one.closes_at
    )
    return next(ahead, None)


@transaction.atomic
def schedule_again() -> None:
    """Schedule the term exam anew for a demo whose sittings are all over."""
    own = stage()
    if own is not None:
        _schedule(own.exam_id, own.class_id, actor_id=own.admin_id)


def _make_people(institution: InstitutionCard, classes: Mapping[str, ClassCard]) -> dict[str, int]:
    """Make everybody; return user ids by login. They share one public password, hashed once."""
    people: dict[str, int] = {}
    for person in STAFF:
        people[person.login] = _make(person, institution.id, None)
    for code, students in STUDENTS.items():
        for student in students:
            people[student.login] = _make(student, institution.id, classes[code].id)
    share_password(user_ids=list(people.values()), password=PASSWORD)
    return people


def _make(person: Person, institution_id: int, class_id: int | None) -> int:
    is_student = class_id is not None
    phone = phone_of(person)
    card = create_user(
        institution_id=institution_id,
        full_name=person.name,
        email="" if is_student else email_of(person),
        registration_number=person.login if is_student else "",
        locale=person.locale,
        phone=phone,
        actor_id=None,
    )
    if phone:
        mark_phone_verified(user_id=card.id, phone=phone)
    for role in person.roles:
        grant_role(
            user_id=card.id,
            institution_id=institution_id,
            role=role,
            class_id=class_id,
            actor_id=None,
        )
    return card.id


def _talk(class_id: int, people: Mapping[str, int]) -> None:
    """Fill the rooms with what was said in the days before, before the sitting locks them."""
    students = [people[student.login] for student in STUDENTS[EXAM_CLASS]]
    for kind, talk in ((RoomKind.CLASS, CLASS_TALK), (RoomKind.STAFF, STAFF_TALK)):
        lines = lines_of(
            talk, student_ids=students, staff_id=people["invigilator1"], now=clock.now()
        )
        import_conversation(room_id=ensure_room(class_id=class_id, kind=kind), lines=lines)


def _schedule(exam_id: int, class_id: int, *, actor_id: int) -> int:
    starts_at = clock.now() + OPENS_IN
    students = members_of_class(class_id, Role.STUDENT)
    _accommodate(students[-1].id, actor_id=actor_id, class_id=class_id)
    seats = {
        student.id: Allowance(
            seat=f"{'AB'[index % 2]}{index // 2 + 1:02}",
            room="Room 1" if index % 2 == 0 else "At home",
        )
        for index, student in enumerate(students)
    }
    return schedule_sitting(
        exam_id=exam_id,
        class_group_id=class_id,
        plan=_plan(starts_at),
        actor_id=actor_id,
        allowances=seats,
    )


def _accommodate(student_id: int, *, actor_id: int, class_id: int) -> None:
    """Give one student what they are owed in every exam, unless they have it already."""
    institution_id = class_card(class_id).institution_id
    if standing_of(institution_id, [student_id]):
        return
    give_accommodation(
        institution_id=institution_id,
        student_id=student_id,
        plan=AccommodationPlan(
            Adjustment(
                extra_percent=25,
                breaks=1,
                break_length=timedelta(minutes=10),
                exemptions=frozenset({Exemption.READER}),
            ),
            Validity(clock.now().date() - timedelta(days=30)),
            "Seat near the door.",
        ),
        actor_id=actor_id,
    )


def _plan(starts_at: datetime) -> SittingPlan:
    return SittingPlan(
        title="General knowledge · Term exam",
        lobby_opens_at=starts_at - OPENS_IN + LOBBY_IN,
        starts_at=starts_at,
        closes_at=starts_at + WINDOW,
        duration=DURATION,
        rooms=("Room 1", "At home"),
    )
