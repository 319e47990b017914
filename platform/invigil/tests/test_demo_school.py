"""The demo school: whole after one call, and with an exam ahead whenever it is asked for."""

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory

from accounts.models import ClassGroup, User
from accounts.roles import Role
from accounts.selectors import classes_of_institution, institution_by_code, members_of_class
from exams.domain.states import SittingState
from exams.selectors.progress import wall_rows
from exams.selectors.sittings import SittingView, sittings_of_institution
from exams.selectors.submissions import stored_attempts
from exams.services.attempts import expire_due
from exams.services.review import approve_exam, new_version, send_to_review
from exams.services.scheduling import SittingPlan, schedule_sitting
from exams.services.sittings import move_due_sittings
from exams.tests.conftest import shift, shift_sitting
from invigil.demo import school
from invigil.demo.people import INSTITUTION_CODE, PASSWORD, STUDENTS
from kernel import clock

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(hours=3)


def sittings() -> list[SittingView]:
    institution = institution_by_code(INSTITUTION_CODE)
    return sittings_of_institution(institution.id) if institution else []


def let_everything_end() -> None:
    """Put the coming sitting into the past, and do what the beat does."""
    coming = school.upcoming()
    assert coming is not None
    shift_sitting(coming.id, -LONG_AGO)
    for stored in stored_attempts(coming.id):
        shift(stored.attempt_id, -LONG_AGO)
    move_due_sittings()
    expire_due()
    move_due_sittings()


def test_nothing_is_there_before_it_is_made() -> None:
    assert not school.is_there()
    assert school.upcoming() is None
    school.schedule_again()
    assert sittings() == []


@pytest.mark.django_db(transaction=True)
def test_the_school_is_whole_after_it_was_committed() -> None:
    school.make_school()
    assert school.is_there()
    institution = institution_by_code(INSTITUTION_CODE)
    assert institution is not None
    for card in classes_of_institution(institution.id):
        present = members_of_class(card.id, Role.STUDENT)
        assert {one.name for one in present} == {one.name for one in STUDENTS[card.code]}
    coming, past = sittings()
    assert coming.state == SittingState.SCHEDULED
    assert past.state == SittingState.PUBLISHED
    assert past.ended == past.candidates == len(STUDENTS["10b"])


def test_everybody_signs_in_with_the_printed_password() -> None:
    school.make_school()
    request = RequestFactory().post("/accounts/login/")
    for password, may_enter in ((PASSWORD, True), ("wrong", False)):
        user = authenticate(request, login="1001", institution=INSTITUTION_CODE, password=password)
        assert (user is not None) == may_enter


def test_the_coming_sitting_opens_soon_for_the_whole_class() -> None:
    before = clock.now()
    school.make_school()
    coming = school.upcoming()
    assert coming is not None
    assert before + school.OPENS_IN <= coming.starts_at <= clock.now() + school.OPENS_IN
    assert coming.starts_at - coming.lobby_opens_at == school.OPENS_IN - school.LOBBY_IN
    assert coming.closes_at == coming.starts_at + school.WINDOW
    seats = [row.seat for row in wall_rows(coming.id).values()]
    assert len(seats) == len(set(seats)) == len(STUDENTS["10a"])


def test_a_sitting_that_passed_while_nothing_ran_is_not_to_come() -> None:
    school.make_school()
    coming = school.upcoming()
    assert coming is not None
    shift_sitting(coming.id, -LONG_AGO)
    assert next(one for one in sittings() if one.id == coming.id).state == "scheduled"
    assert school.upcoming() is None


def test_an_exam_whose_sitting_is_over_is_scheduled_anew() -> None:
    school.make_school()
    first = school.upcoming()
    assert first is not None
    let_everything_end()
    assert school.upcoming() is None
    school.schedule_again()
    second = school.upcoming()
    assert second is not None
    assert second.id != first.id
    assert (second.exam_id, second.class_group_id) == (first.exam_id, first.class_group_id)
    assert len(sittings()) == 3


def schedule_another(class_code: str, *, starts_in: timedelta, own_exam: bool = False) -> int:
    """Let the admin schedule a sitting that is not the demo's; return its id."""
    demo = school.stage()
    assert demo is not None
    exam_id = demo.exam_id
    if not own_exam:
        author_id = User.objects.get(email="author@demo.example").pk
        exam_id = new_version(exam_id, version_label=f"2 {starts_in}", actor_id=author_id)
        send_to_review(exam_id, actor_id=author_id)
        approve_exam(exam_id, actor_id=demo.admin_id)
    codes = {card.code: card.id for card in classes_of_institution(demo.institution_id)}
    starts_at = clock.now()
    sitting_id = schedule_sitting(
        exam_id=exam_id,
        class_group_id=codes[class_code],
        plan=SittingPlan("Biology", starts_at, starts_at + school.WINDOW, school.DURATION),
        actor_id=demo.admin_id,
    )
    shift_sitting(sitting_id, starts_in)  # nobody can schedule one that is over
    return sitting_id


@pytest.mark.parametrize(("class_code", "own_exam"), [("10b", True), ("10a", False)])
def test_a_sitting_of_somebody_else_is_not_taken_for_the_demos(
    *, class_code: str, own_exam: bool
) -> None:
    school.make_school()
    first = school.upcoming()
    assert first is not None
    for starts_in in (-timedelta(days=9), timedelta(days=3)):
        schedule_another(class_code, starts_in=starts_in, own_exam=own_exam)
    assert school.upcoming() == first
    shift_sitting(first.id, -LONG_AGO)
    assert school.upcoming() is None
    school.schedule_again()
    second = school.upcoming()
    assert second is not None
    assert (second.title, second.exam_id) == (first.title, first.exam_id)
    assert second.class_group_id == first.class_group_id


def test_a_demo_without_its_class_schedules_nothing_and_does_not_fail() -> None:
    school.make_school()
    ClassGroup.objects.filter(code=school.EXAM_CLASS).update(code="11a")
    assert school.upcoming() is None
    school.schedule_again()
    assert len(sittings()) == 2
