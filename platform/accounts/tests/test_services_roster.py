"""A class list is imported wholly or not at all, and exactly as previewed."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.domain.roster import Outcome
from accounts.errors import RosterChanged, RosterHasErrors, RosterUnknown, RosterUnreadable
from accounts.models import ClassGroup, Membership, RosterDraft, User
from accounts.roles import Grant, Role
from accounts.selectors import roles_of
from accounts.services import people, roster
from accounts.services.roster_rows import Imported
from accounts.tests.conftest import Cast, School
from kernel.models import AuditEntry

LIST = """name;number;email;phone;class
Cleo Day;C-1;cleo@x.org;07911 123456;LA1
Dan Eck;D-1;;;la1
Dan Eck;D-1;;;PH2
Ana;A-100;;;PH2
"""


def upload(school: School, cast: Cast, text: str = LIST) -> UUID:
    return roster.upload_roster(
        institution_id=school.id,
        actor_id=cast.admin,
        file_name="la1.csv",
        raw=text.encode(),
        region="GB",
    )


def commit(school: School, cast: Cast, draft: UUID) -> Imported:
    digest = roster.preview_roster(draft_id=draft, institution_id=school.id).digest
    return roster.import_roster(
        draft_id=draft, institution_id=school.id, actor_id=cast.admin, digest=digest
    )


def test_the_preview_writes_nothing(school: School, cast: Cast) -> None:
    before = (User.objects.count(), Membership.objects.count())
    plan = roster.preview_roster(draft_id=upload(school, cast), institution_id=school.id).plan
    assert [step.outcome for step in plan.steps] == [
        Outcome.NEW,
        Outcome.NEW,
        Outcome.NEW,
        Outcome.JOINS,
    ]
    assert (User.objects.count(), Membership.objects.count()) == before


def test_a_clean_list_is_imported(school: School, cast: Cast) -> None:
    draft = upload(school, cast)
    imported = commit(school, cast, draft)
    assert (imported.created, imported.changed, imported.joined, imported.classes) == (2, 0, 4, 0)
    cleo = User.objects.get(email="cleo@x.org")
    assert (cleo.phone, cleo.has_usable_password()) == ("+447911123456", False)
    dan = User.objects.get(registration_number="D-1")
    assert roles_of(dan.pk).grants == {
        Grant(Role.STUDENT, school.id, school.class_id),
        Grant(Role.STUDENT, school.id, school.other_class_id),
    }
    assert Grant(Role.STUDENT, school.id, school.other_class_id) in roles_of(cast.ana).grants
    entry = AuditEntry.objects.get(action="roster.imported")
    assert entry.data["created"] == 2
    stored = RosterDraft.objects.get(pk=draft)
    assert stored.rows == []
    assert stored.imported_at is not None


def test_a_second_import_of_the_same_list_has_nothing_to_do(school: School, cast: Cast) -> None:
    commit(school, cast, upload(school, cast))
    plan = roster.preview_roster(draft_id=upload(school, cast), institution_id=school.id).plan
    assert {step.outcome for step in plan.steps} == {Outcome.SAME}


def test_one_wrong_row_stops_every_row(school: School, cast: Cast) -> None:
    draft = upload(school, cast, LIST + "Eve;;;;LA1\n")
    with pytest.raises(RosterHasErrors):
        commit(school, cast, draft)
    assert not User.objects.filter(registration_number="C-1").exists()
    assert roster.preview_roster(draft_id=draft, institution_id=school.id).plan.refused == 1


def test_unknown_classes_are_created_only_when_ticked(school: School, cast: Cast) -> None:
    draft = upload(school, cast, "name,id,class\nCleo,C-1,BIO\n")
    with pytest.raises(RosterHasErrors):
        commit(school, cast, draft)
    roster.change_options(
        draft_id=draft, institution_id=school.id, creates_classes=True, gives_passwords=False
    )
    assert commit(school, cast, draft).classes == 1
    assert ClassGroup.objects.filter(institution_id=school.id, code="BIO").exists()


def test_changes_of_the_list_reach_the_person(school: School, cast: Cast) -> None:
    User.objects.filter(pk=cast.ana).update(
        phone="+447911000000", phone_verified_at="2026-01-01T00:00Z"
    )
    draft = upload(school, cast, "name,id,phone,class\nAna Maria,A-100,07911 123456,LA1\n")
    assert commit(school, cast, draft).changed == 1
    ana = User.objects.get(pk=cast.ana)
    assert (ana.full_name, ana.phone, ana.email) == (
        "Ana Maria",
        "+447911123456",
        "ana@north.example",
    )
    assert ana.phone_verified_at is None


def test_first_passwords_work_and_are_only_for_new_people(school: School, cast: Cast) -> None:
    draft = upload(school, cast)
    roster.change_options(
        draft_id=draft, institution_id=school.id, creates_classes=False, gives_passwords=True
    )
    imported = commit(school, cast, draft)
    assert [each.login for each in imported.passwords] == ["C-1", "D-1"]
    first = imported.passwords[1]
    signed_in = authenticate(
        None, institution=school.code, login=first.login, password=first.password
    )
    assert signed_in is not None


def person_by_hand(school: School, cast: Cast, draft: UUID) -> None:
    people.create_user(
        institution_id=school.id, full_name="Cleo", registration_number="C-1", actor_id=None
    )


def other_options(school: School, cast: Cast, draft: UUID) -> None:
    roster.change_options(
        draft_id=draft, institution_id=school.id, creates_classes=True, gives_passwords=False
    )


def renamed(school: School, cast: Cast, draft: UUID) -> None:
    User.objects.filter(pk=cast.ana).update(full_name="Ana Maria")


@pytest.mark.parametrize("meanwhile", [person_by_hand, other_options, renamed])
def test_what_changed_since_the_preview_stops_the_import(
    school: School, cast: Cast, meanwhile: Callable[[School, Cast, UUID], None]
) -> None:
    draft = upload(school, cast)
    digest = roster.preview_roster(draft_id=draft, institution_id=school.id).digest
    meanwhile(school, cast, draft)
    before = User.objects.count()
    with pytest.raises(RosterChanged):
        roster.import_roster(
            draft_id=draft, institution_id=school.id, actor_id=cast.admin, digest=digest
        )
    assert User.objects.count() == before


def test_a_list_is_imported_once(school: School, cast: Cast) -> None:
    draft = upload(school, cast)
    commit(school, cast, draft)
    with pytest.raises(RosterUnknown):
        commit(school, cast, draft)
    with pytest.raises(RosterUnknown):
        other_options(school, cast, draft)


def test_an_outsider_sees_and_imports_no_list(
    school: School, other_school: School, cast: Cast
) -> None:
    draft = upload(school, cast)
    digest = roster.preview_roster(draft_id=draft, institution_id=school.id).digest
    with pytest.raises(RosterUnknown):
        roster.preview_roster(draft_id=draft, institution_id=other_school.id)
    with pytest.raises(RosterUnknown):
        roster.import_roster(
            draft_id=draft, institution_id=other_school.id, actor_id=cast.olga, digest=digest
        )
    with pytest.raises(RosterUnknown):
        roster.preview_roster(draft_id=uuid4(), institution_id=school.id)


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b"x" * (roster.MAX_BYTES + 1)])
def test_a_file_that_is_no_list_is_not_kept(school: School, cast: Cast, raw: bytes) -> None:
    with pytest.raises(RosterUnreadable):
        roster.upload_roster(
            institution_id=school.id, actor_id=cast.admin, file_name="x", raw=raw, region="GB"
        )
    assert not RosterDraft.objects.exists()


def test_old_drafts_go_with_the_next_upload(school: School, cast: Cast) -> None:
    old = upload(school, cast)
    RosterDraft.objects.filter(pk=old).update(created_at="2026-01-01T00:00Z")
    upload(school, cast)
    assert not RosterDraft.objects.filter(pk=old).exists()


def test_queries_do_not_grow_with_the_list(school: School, cast: Cast) -> None:
    def cost(people_count: int, prefix: str) -> int:
        rows = "\n".join(f"P{n},{prefix}{n},LA1" for n in range(people_count))
        draft = upload(school, cast, f"name,id,class\n{rows}\n")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            commit(school, cast, draft)
        return len(queries)

    assert cost(2, "a") == cost(60, "b") <= 30
