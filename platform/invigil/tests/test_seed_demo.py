"""`manage.py seed_demo`: what it makes, what it says, and that a second time makes nothing twice."""

from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import Institution, User
from exams.selectors.sittings import sittings_of_institution
from invigil.demo import school
from invigil.demo.people import INSTITUTION_CODE, PASSWORD, STAFF, STUDENTS, email_of
from invigil.tests.test_demo_school import let_everything_end


def seed(*words: str) -> tuple[str, str]:
    """Return what the command writes and what it complains about."""
    said, complained = StringIO(), StringIO()
    call_command("seed_demo", *words, stdout=said, stderr=complained)
    return said.getvalue(), complained.getvalue()


def counts() -> tuple[int, ...]:
    institution = Institution.objects.get()
    return User.objects.count(), len(sittings_of_institution(institution.pk))


@pytest.mark.django_db(transaction=True)
def test_it_makes_the_school_once_and_says_the_same_twice() -> None:
    said, complained = seed()
    made = counts()
    assert complained == ""
    again, complained = seed()
    assert counts() == made
    assert "already" in complained
    assert again == said
    assert seed("--if-empty") == (said, "")


@pytest.mark.django_db
def test_it_says_who_can_sign_in_and_what_happens_when() -> None:
    said, _ = seed("--if-empty")
    coming = school.upcoming()
    assert coming is not None
    assert PASSWORD in said
    assert f"institution {INSTITUTION_CODE}, number {STUDENTS['10a'][0].login}" in said
    assert all(email_of(person) in said for person in STAFF)
    for at in (coming.lobby_opens_at, coming.starts_at, coming.closes_at):
        assert f"{at.astimezone():%H:%M:%S}" in said


@pytest.mark.django_db
def test_it_schedules_the_exam_anew_when_its_sitting_is_over() -> None:
    seed()
    before = counts()
    let_everything_end()
    assert school.upcoming() is None
    said, _ = seed("--if-empty")
    assert "the exam starts by itself" in said
    assert counts() == (before[0], before[1] + 1)
