"""Reads of notices: audiences, previews, lists, the board."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ClassGroup, Membership, User
from kernel import clock
from notifications import selectors
from notifications.domain.delivery import DeliveryState
from notifications.domain.notice import Audience, AudienceKind, NoticeState
from notifications.errors import NoticeUnknown
from notifications.models import Delivery, OptOut
from notifications.selectors import phone_hash
from notifications.tests.cast import School
from notifications.tests.test_services_expansion import expanded

pytestmark = pytest.mark.django_db


def names(school: School, audience: Audience) -> set[str]:
    people = {each.pk: each.full_name for each in (school.ana, school.ben, school.sara, school.ivo)}
    return {people.get(each, "?") for each in selectors.audience_ids(audience)}


def test_each_rule_finds_its_people_and_nobody_of_another_school(school: School) -> None:
    School()
    at = school.institution.pk
    students = {"Ana Moreno", "Ben Okafor", "سارا"}
    assert names(school, school.to_class()) == students
    assert names(school, Audience(AudienceKind.ROLE, at)) == students
    assert names(school, Audience(AudienceKind.ROLE, at, role="invigilator")) == {"Ivo Petrov"}
    in_class = Audience(AudienceKind.CLASS, at, class_id=school.maths.pk, role="invigilator")
    assert names(school, in_class) == {"Ivo Petrov"}
    sitting = school.sitting(clock.now() + timedelta(days=1), school.ben)
    assert names(school, school.to_sitting(sitting)) == {"Ben Okafor"}
    alone = Audience(AudienceKind.PERSON, at, person_id=school.ana.pk)
    assert names(school, alone) == {"Ana Moreno"}
    assert names(school, Audience(AudienceKind.PERSON, at)) == set()


def test_a_student_of_two_classes_is_counted_once(school: School) -> None:
    second = type(school.maths).objects.create(
        institution=school.institution, code="10-B", name="Art"
    )
    membership = school.ana.memberships.get()
    membership.pk, membership.class_group = None, second
    membership.save()
    found = selectors.audience_ids(Audience(AudienceKind.ROLE, school.institution.pk))
    assert found.count(school.ana.pk) == 1


def test_staff_of_the_whole_school_belongs_to_its_role_and_the_classes_cost_no_query(
    school: School,
) -> None:
    for number in range(5):
        ClassGroup.objects.create(institution=school.institution, code=f"c{number}", name="C")
    everywhere = User.objects.create(
        institution=school.institution, full_name="Grace", email="grace@north.test"
    )
    Membership.objects.create(user=everywhere, institution=school.institution, role="grader")
    with CaptureQueriesContext(connection) as queries:
        found = selectors.audience_ids(
            Audience(AudienceKind.ROLE, school.institution.pk, role="grader")
        )
    assert found == [everywhere.pk]
    assert len(queries) == 1


def test_a_preview_names_those_who_will_not_get_it(school: School) -> None:
    school.student("No Number", phone="")
    school.student("Unverified", phone_verified_at=None)
    OptOut.objects.create(phone_hash=phone_hash(school.ben.phone), source="stop")
    preview = selectors.audience_preview(school.to_class(), has_persian=True, has_english=True)
    assert preview.total == 5
    assert [one.name for one in preview.reachable] == ["Ana Moreno", "سارا"]
    assert [one.name for one in preview.lacking] == ["No Number", "Unverified"]
    assert [one.name for one in preview.opted_out] == ["Ben Okafor"]
    assert preview.by_language == {"en": 1, "fa": 1}
    only_english = selectors.audience_preview(
        school.to_class(), has_persian=False, has_english=True
    )
    assert only_english.by_language == {"en": 2}


def test_two_people_with_one_silent_number_are_both_left_alone(school: School) -> None:
    twin = school.student("Twin", phone=school.ben.phone)
    OptOut.objects.create(phone_hash=phone_hash(school.ben.phone), source="stop")
    preview = selectors.audience_preview(school.to_class(), has_persian=True, has_english=True)
    assert {one.id for one in preview.opted_out} == {school.ben.pk, twin.pk}


def test_lists_are_of_one_school_and_one_span(school: School) -> None:
    School().scheduled(send_at=clock.now() + timedelta(days=1))
    mine = school.scheduled(send_at=clock.now() + timedelta(days=1))
    school.scheduled(send_at=clock.now() + timedelta(days=40))
    draft = school.saved()
    at, now = school.institution.pk, clock.now()
    found = selectors.notices_between(at, now, now + timedelta(days=30))
    assert [card.id for card in found] == [mine]
    drafts = selectors.notices_in(at, [NoticeState.DRAFT], 10)
    assert [card.id for card in drafts] == [draft]


def test_a_list_costs_two_queries_whatever_its_length(school: School) -> None:
    for _notice in range(5):
        expanded(school)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        selectors.notices_in(school.institution.pk, list(NoticeState), 10)
    assert len(queries) == 2


def test_the_board_shows_trouble_first(school: School) -> None:
    notice_id = expanded(school)
    for person, state in (
        (school.ana, DeliveryState.ACCEPTED),
        (school.ben, DeliveryState.UNKNOWN),
        (school.sara, DeliveryState.REJECTED),
    ):
        Delivery.objects.filter(recipient=person).update(state=state)
    rows = selectors.delivery_rows(notice_id)
    assert [row.state.value for row in rows] == ["unknown", "rejected", "accepted"]
    card = selectors.notice_card(notice_id)
    assert (card.total, card.count_of(DeliveryState.UNKNOWN)) == (3, 1)


def test_an_unknown_notice_is_not_found() -> None:
    with pytest.raises(NoticeUnknown):
        selectors.notice_card(10**9)


def test_the_hash_of_a_number_needs_our_key(settings: object) -> None:
    before = phone_hash("+442079460958")
    settings.NOTICES_HASH_KEY = "another"  # type: ignore[attr-defined] # pytest-django's settings
    assert phone_hash("+442079460958") != before
