"""Who may send and read: owner, staff of the owner's institution, bound rules, nobody else."""

from uuid import UUID, uuid4

import pytest

from accounts.models import Institution, Membership, User
from accounts.roles import Role
from scanner import readers
from scanner.domain import Purpose
from scanner.readers import bind_bar, bind_reader, can_read_upload, can_send_upload

pytestmark = pytest.mark.django_db
UPLOAD_ID = uuid4()


@pytest.fixture(autouse=True)
def no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_rules", {})
    monkeypatch.setattr(readers, "_bars", {})


def person(institution: Institution, role: Role) -> User:
    user = User.objects.create(
        email=f"{role}@{institution.code}.test", full_name=role, institution=institution
    )
    Membership.objects.create(user=user, institution=institution, role=role)
    return user


def reads(viewer: User, owner: User, purpose: Purpose) -> bool:
    return can_read_upload(
        viewer.pk,
        upload_id=UPLOAD_ID,
        owner_id=owner.pk,
        institution_id=owner.institution_id,
        purpose=purpose,
    )


@pytest.mark.parametrize("purpose", list(Purpose))
def test_the_owner_reads_and_others_do_not(
    ana: User, ben: User, olga: User, purpose: Purpose
) -> None:
    assert reads(ana, ana, purpose)
    assert not reads(ben, ana, purpose)
    assert not reads(olga, ana, purpose)


STAFF = {
    Purpose.ANSWER: {Role.GRADER, Role.ADMIN},
    Purpose.QUESTION: {Role.AUTHOR, Role.ADMIN},
    Purpose.ROSTER: {Role.ADMIN},
    Purpose.CHAT: set[Role](),
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("purpose", list(Purpose))
def test_staff_of_the_institution_reads_by_role(
    ana: User, northgate: Institution, olga: User, purpose: Purpose, role: Role
) -> None:
    assert reads(person(northgate, role), ana, purpose) is (role in STAFF[purpose])
    assert olga.institution is not None
    assert not reads(person(olga.institution, role), ana, purpose)


def test_a_bound_rule_lets_in_for_its_purpose_only(ana: User, ben: User, olga: User) -> None:
    def rule(viewer_id: int, upload_id: UUID) -> bool:
        return viewer_id == ben.pk and upload_id == UPLOAD_ID

    bind_reader(Purpose.CHAT, rule)
    bind_reader(Purpose.CHAT, rule)
    assert reads(ben, ana, Purpose.CHAT)
    assert not reads(olga, ana, Purpose.CHAT)
    assert not reads(ben, ana, Purpose.ANSWER)
    assert readers._rules[Purpose.CHAT] == [rule]


def test_a_bar_closes_files_of_its_purpose_to_their_sender_too(ana: User, ben: User) -> None:
    bind_reader(Purpose.CHAT, lambda _viewer, _upload: True)
    bind_bar(Purpose.CHAT, lambda viewer_id, _upload: viewer_id == ana.pk)
    assert not reads(ana, ana, Purpose.CHAT)
    assert not reads(ana, ben, Purpose.CHAT)
    assert reads(ben, ben, Purpose.CHAT)
    assert reads(ana, ana, Purpose.ANSWER)


@pytest.mark.parametrize("role", list(Role))
def test_sending_follows_the_role(northgate: Institution, role: Role) -> None:
    sender = person(northgate, role)
    assert can_send_upload(sender.pk, purpose=Purpose.ANSWER)
    assert can_send_upload(sender.pk, purpose=Purpose.CHAT)
    writes = role in {Role.AUTHOR, Role.ADMIN}
    assert can_send_upload(sender.pk, purpose=Purpose.QUESTION) is writes
    assert can_send_upload(sender.pk, purpose=Purpose.ROSTER) is (role is Role.ADMIN)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_somebody_without_any_membership_sends_nothing(olga: User, purpose: Purpose) -> None:
    assert not can_send_upload(olga.pk, purpose=purpose)
