"""A sitting for a rehearsal: as many candidates as wanted, each with an attempt; and its audit."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from accounts.models import User
from accounts.roles import Role
from accounts.selectors import classes_of_institution, institution_by_code, members_of_class
from exams.selectors.attempts import attempt_of
from exams.selectors.sittings import sitting_view, sittings_of_institution
from invigil.demo import rehearsal, school
from invigil.demo.people import INSTITUTION_CODE, STUDENTS
from kernel import clock
from kernel.models import AuditEntry
from rehearsal.plan import Cast

LEAD, LOBBY, WORK = timedelta(seconds=40), timedelta(seconds=9), timedelta(minutes=2)


def make(students: int) -> Cast:
    return rehearsal.make_sitting(students=students, lead=LEAD, lobby=LOBBY, working_time=WORK)


@pytest.mark.django_db
def test_without_the_demo_there_is_nothing_to_rehearse() -> None:
    with pytest.raises(rehearsal.NoDemo, match="seed_demo"):
        make(2)
    assert institution_by_code(INSTITUTION_CODE) is None


@pytest.mark.django_db(transaction=True)
def test_each_candidate_has_an_account_and_the_attempt_of_the_same_place() -> None:
    school.make_school()
    cast = make(3)
    assert len(cast.students) == len(cast.attempts) == 3
    for login, attempt in zip(cast.students, cast.attempts, strict=True):
        user = User.objects.get(registration_number=login.identifier)
        assert user.check_password(login.password)
        assert attempt_of(cast.sitting, user.pk) == attempt
    assert User.objects.get(email=cast.invigilator.identifier).check_password(
        cast.invigilator.password
    )


@pytest.mark.django_db
def test_the_audit_names_staff_as_who_scheduled_the_rehearsal() -> None:
    school.make_school()
    cast = make(1)
    entry = AuditEntry.objects.get(action="sitting.scheduled", subject=f"sitting:{cast.sitting}")
    assert entry.actor_id == User.objects.get(email="admin@demo.example").pk


@pytest.mark.django_db
def test_the_times_follow_from_lead_and_working_time() -> None:
    school.make_school()
    before = clock.now()
    cast = make(1)
    sitting = sitting_view(cast.sitting)
    assert before + LEAD <= sitting.starts_at <= clock.now() + LEAD
    assert sitting.starts_at - sitting.lobby_opens_at == LOBBY
    assert cast.starts_at == int(sitting.starts_at.timestamp() * 1000)
    assert sitting.duration > WORK
    assert sitting.closes_at > sitting.starts_at + sitting.duration


@pytest.mark.django_db
def test_a_second_rehearsal_keeps_the_class_and_adds_who_is_missing() -> None:
    school.make_school()
    first, second, third = make(2), make(4), make(1)
    institution = institution_by_code(INSTITUTION_CODE)
    assert institution is not None
    (group,) = (
        card for card in classes_of_institution(institution.id) if card.code == rehearsal.CLASS_CODE
    )
    assert len(members_of_class(group.id, Role.STUDENT)) == 4
    assert second.students[:2] == first.students
    assert [len(cast.attempts) for cast in (first, second, third)] == [2, 4, 1]
    assert first.room == second.room
    assert not set(first.attempts) & set(second.attempts)


@pytest.mark.django_db
def test_the_audit_tells_what_was_handed_in_and_graded(capsys: pytest.CaptureFixture[str]) -> None:
    school.make_school()
    institution = institution_by_code(INSTITUTION_CODE)
    assert institution is not None
    past = sittings_of_institution(institution.id)[-1].id
    stored = rehearsal.stored_sitting(past)
    attempts = stored["attempts"].values()
    assert len(attempts) == len(STUDENTS["10b"])
    handed_in = [attempt for attempt in attempts if attempt["state"] == "submitted"]
    assert len(handed_in) >= len(attempts) - 1  # one was absent
    assert all(attempt["graded"] and attempt["answers"] for attempt in handed_in)
    assert stored["late_messages"] == 0
    call_command("rehearsal_audit", past)
    assert json.loads(capsys.readouterr().out) == stored


@pytest.mark.django_db
def test_the_audit_of_a_sitting_ahead_holds_nothing_yet(capsys: pytest.CaptureFixture[str]) -> None:
    school.make_school()
    call_command("rehearsal_sitting", "--students=2", "--lead=40", "--lobby=5", "--minutes=1")
    made = json.loads(capsys.readouterr().out)
    sitting = sitting_view(made["sitting"])
    assert sitting.starts_at - sitting.lobby_opens_at == timedelta(seconds=5)
    stored = rehearsal.stored_sitting(made["sitting"])
    assert list(stored["attempts"]) == [str(attempt) for attempt in made["attempts"]]
    nothing = {"state": "ready", "answers": {}, "graded": False}
    assert list(stored["attempts"].values()) == [nothing, nothing]
