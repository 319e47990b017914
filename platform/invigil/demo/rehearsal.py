"""A class, a sitting and logins for a rehearsal; and what is stored of it afterwards."""

from datetime import timedelta
from typing import Any, Final

from django.db import transaction

from accounts.roles import Role
from accounts.selectors import (
    ClassCard,
    classes_of_institution,
    members_of_class,
)
from accounts.services.memberships import grant_role
from accounts.services.people import create_class, create_user
from chat.domain import RoomKind
from chat.selectors import texts_past_the_lock
from chat.services import ensure_room
from exams.selectors.attempts import attempt_of
from exams.selectors.submissions import stored_attempts
from exams.services.scheduling import SittingPlan, schedule_sitting
from invigil.demo.people import INSTITUTION_CODE, PASSWORD, STAFF, email_of
from invigil.demo.school import stage
from kernel import clock
from rehearsal.plan import Cast, Login

CLASS_CODE: Final = "rehearsal"
SPARE: Final = timedelta(minutes=2)


class NoDemo(Exception):
    """The demo school is not in this database, so there is no exam to rehearse."""


@transaction.atomic
def make_sitting(
    *, students: int, lead: timedelta, lobby: timedelta, working_time: timedelta
) -> Cast:
    """Schedule the demo exam for a rehearsal class of this size; the class is made if need be.

    Args:
        students: How many candidates.
        lead: Time until the start.
        lobby: How long before the start the lobby opens, and with it the chat locks.
        working_time: Time between the start and the hand-in; the sitting lasts a little longer.

    Raises:
        NoDemo: The demo school is not there.
    """
    demo = stage()
    if demo is None:
        raise NoDemo("The demo school is missing: python3 run.py manage seed_demo")
    group = _class(demo.institution_id)
    ids = _students(demo.institution_id, group.id, students)
    plan = _plan(lead, lobby, working_time)
    room = ensure_room(class_id=group.id, kind=RoomKind.CLASS)
    sitting_id = schedule_sitting(
        exam_id=demo.exam_id,
        class_group_id=group.id,
        plan=plan,
        actor_id=demo.admin_id,
        student_ids=ids,
    )
    return Cast(
        sitting=sitting_id,
        title=plan.title,
        starts_at=int(plan.starts_at.timestamp() * 1000),
        room=str(room),
        students=[_student_login(number) for number in range(1, students + 1)],
        attempts=[attempt_of(sitting_id, student_id) for student_id in ids],
        invigilator=Login(INSTITUTION_CODE, email_of(STAFF[2]), PASSWORD, STAFF[2].name),
    )


def _plan(lead: timedelta, lobby: timedelta, working_time: timedelta) -> SittingPlan:
    now = clock.now()
    return SittingPlan(
        title="Rehearsal",
        lobby_opens_at=now + lead - lobby,
        starts_at=now + lead,
        closes_at=now + lead + working_time + 2 * SPARE,
        duration=working_time + SPARE,
    )


def _class(institution_id: int) -> ClassCard:
    for group in classes_of_institution(institution_id):
        if group.code == CLASS_CODE:
            return group
    return create_class(
        institution_id=institution_id, code=CLASS_CODE, name="Rehearsal", actor_id=None
    )


def _students(institution_id: int, class_id: int, wanted: int) -> list[int]:
    """Return the first students of the rehearsal class by name, made as far as they are missing."""
    present = [card.id for card in members_of_class(class_id, Role.STUDENT)]
    for number in range(len(present) + 1, wanted + 1):
        card = create_user(
            institution_id=institution_id,
            full_name=f"Candidate {number:04}",
            registration_number=_number(number),
            password=PASSWORD,
            actor_id=None,
        )
        grant_role(
            user_id=card.id,
            institution_id=institution_id,
            role=Role.STUDENT,
            class_id=class_id,
            actor_id=None,
        )
        present.append(card.id)
    return present[:wanted]


def _number(number: int) -> str:
    return f"r{number:04}"


def _student_login(number: int) -> Login:
    return Login(INSTITUTION_CODE, _number(number), PASSWORD, f"Candidate {number:04}")


def stored_sitting(sitting_id: int) -> dict[str, Any]:
    """Return what the database holds of a sitting, JSON-safe."""
    return {
        "attempts": {
            str(stored.attempt_id): {
                "state": stored.state.value,
                "answers": stored.answers,
                "graded": stored.is_graded,
            }
            for stored in stored_attempts(sitting_id)
        },
        "late_messages": texts_past_the_lock(sitting_id),
    }
