"""Passwords and the end of sessions."""

import pytest
from django.contrib.auth import authenticate
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import tries
from accounts.errors import PasswordWeak, PersonUnknown
from accounts.models import User
from accounts.services import passwords
from accounts.tests.conftest import PASSWORD, Cast, School
from kernel.models import AuditEntry


def user(user_id: int) -> User:
    return User.objects.get(pk=user_id)


def test_a_new_password_ends_every_session(cast: Cast) -> None:
    before = user(cast.ana).get_session_auth_hash()
    passwords.set_password(user_id=cast.ana, password="another-fine-word", actor_id=cast.ana)
    assert user(cast.ana).check_password("another-fine-word")
    assert user(cast.ana).get_session_auth_hash() != before


@pytest.mark.parametrize("weak", ["short", "password123", "ana@north.example"])
def test_a_weak_password_is_refused_with_its_reasons(cast: Cast, weak: str) -> None:
    with pytest.raises(PasswordWeak) as refused:
        passwords.set_password(user_id=cast.ana, password=weak, actor_id=cast.ana)
    assert refused.value.data["reasons"]
    assert user(cast.ana).check_password(PASSWORD)


def test_an_issued_password_opens_the_account_and_is_rehashed_at_login(
    cast: Cast, school: School
) -> None:
    issued = passwords.issue_password(
        user_id=cast.ana, institution_id=school.id, actor_id=cast.admin
    )
    stored = user(cast.ana).password
    assert issued not in stored
    assert authenticate(None, login="ana@north.example", password=issued) == user(cast.ana)
    assert user(cast.ana).password != stored
    assert user(cast.ana).check_password(issued)


def test_issued_passwords_differ_and_can_be_copied_from_paper() -> None:
    made = {passwords.new_password() for _ in range(200)}
    assert len(made) == 200
    assert all(len(each) == 14 and not set(each) & set("0o1li") for each in made)


def test_sessions_end_without_a_new_password(cast: Cast) -> None:
    before = user(cast.ana).get_session_auth_hash()
    passwords.end_sessions(user_id=cast.ana, actor_id=None)
    assert user(cast.ana).get_session_auth_hash() != before
    assert user(cast.ana).check_password(PASSWORD)


def test_an_outsider_sets_no_password(cast: Cast, other_school: School) -> None:
    with pytest.raises(PersonUnknown):
        passwords.issue_password(
            user_id=cast.ana, institution_id=other_school.id, actor_id=cast.olga
        )
    assert user(cast.ana).check_password(PASSWORD)


def test_nobody_is_unknown(db: None) -> None:
    with pytest.raises(PersonUnknown):
        passwords.set_password(user_id=0, password="another-fine-word", actor_id=None)
    with pytest.raises(PersonUnknown):
        passwords.change_own_password(user_id=0, password="another-fine-word")
    with pytest.raises(PersonUnknown):
        passwords.end_sessions(user_id=0, actor_id=None)


@pytest.mark.usefixtures("fresh_limits")
def test_lifting_the_limit_is_recorded_and_holds_after_commit(
    school: School,
    cast: Cast,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    use_up_the_day(cast.ana)
    with django_capture_on_commit_callbacks(execute=True):
        passwords.lift_tries(user_id=cast.ana, institution_id=school.id, actor_id=cast.admin)
        assert tries.blocked_until(cast.ana)
    assert tries.blocked_until(cast.ana) is None
    line = AuditEntry.objects.get(action="signin.limit_lifted")
    assert (line.actor_id, line.subject) == (cast.admin, f"user:{cast.ana}")


def use_up_the_day(user_id: int) -> None:
    for _ in range(tries.A_DAY):
        tries.count_try(tries.person_key(user_id))


@pytest.mark.usefixtures("fresh_limits")
def test_a_new_password_lifts_the_limit(
    school: School,
    cast: Cast,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    use_up_the_day(cast.ana)
    with django_capture_on_commit_callbacks(execute=True):
        passwords.issue_password(user_id=cast.ana, institution_id=school.id, actor_id=cast.admin)
    assert tries.blocked_until(cast.ana) is None


@pytest.mark.usefixtures("fresh_limits")
def test_nobody_lifts_the_limit_of_another_institutions_people(
    other_school: School, cast: Cast
) -> None:
    with pytest.raises(PersonUnknown):
        passwords.lift_tries(user_id=cast.ana, institution_id=other_school.id, actor_id=cast.olga)


def test_a_shared_password_is_recorded_where_each_person_belongs(
    cast: Cast, school: School, other_school: School
) -> None:
    passwords.share_password(user_ids=[cast.ana, cast.olga], password="for-all-to-see")
    assert user(cast.olga).check_password("for-all-to-see")
    lines = AuditEntry.objects.filter(action="password.set")
    assert set(lines.values_list("subject", "chain")) == {
        (f"user:{cast.ana}", f"institution:{school.id}"),
        (f"user:{cast.olga}", f"institution:{other_school.id}"),
    }
