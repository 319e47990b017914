"""Who may be written to now."""

from dataclasses import replace
from typing import Any

import pytest
from django.conf import LazySettings
from pytest_django import DjangoAssertNumQueries

from accounts.selectors import contacts_of
from kernel import clock
from notifications.domain.delivery import DeliveryState as S
from notifications.models import Delivery
from notifications.selectors import phone_hash
from notifications.services.reach import InstitutionDay, cap_reason, unreachable_reason
from notifications.tests.cast import School

pytestmark = pytest.mark.django_db


def test_each_obstacle_has_its_word(school: School, settings: LazySettings) -> None:
    contact = contacts_of([school.ana.pk])[school.ana.pk]
    assert unreachable_reason(contact, is_silent=False) == ""
    assert unreachable_reason(None, is_silent=False) == "inactive"
    assert unreachable_reason(replace(contact, phone=""), is_silent=False) == "no_number"
    unproved = replace(contact, phone_verified_at=None)
    assert unreachable_reason(unproved, is_silent=False) == "unverified"
    assert unreachable_reason(contact, is_silent=True) == "opted_out"
    settings.NOTICES_COUNTRIES = ["IR"]
    assert unreachable_reason(contact, is_silent=False) == "country"


def begun(school: School, notice_id: int, person: Any, *, state: S = S.ACCEPTED) -> None:
    """Store a message to Ana's number whose request began just now."""
    Delivery.objects.create(
        notice_id=notice_id,
        recipient=person,
        phone_hash=phone_hash(school.ana.phone),
        sending_at=clock.now(),
        state=state,
    )


def reason_for(school: School) -> str:
    contact = contacts_of([school.ana.pk])[school.ana.pk]
    return cap_reason(contact, InstitutionDay(school.institution.pk))


def test_the_limit_counts_the_number_whoever_owns_it(
    school: School, settings: LazySettings
) -> None:
    settings.NOTICES_PER_NUMBER_A_DAY = 1
    assert reason_for(school) == ""
    begun(school, School().saved(), school.ben)
    assert reason_for(school) == "number_limit"
    settings.NOTICES_PER_NUMBER_A_DAY = 2
    settings.NOTICES_PER_INSTITUTION_A_DAY = 1
    assert reason_for(school) == ""  # it was another institution's


@pytest.mark.parametrize("state", list(S))
def test_only_what_has_left_or_may_have_counts(
    school: School, settings: LazySettings, state: S
) -> None:
    """O13: a failed request, and the earlier try of the same message, used up the limit."""
    begun(school, school.saved(), school.ana, state=state)
    counts = state in {S.SENDING, S.UNKNOWN, S.ACCEPTED, S.DELIVERED, S.UNDELIVERED}
    settings.NOTICES_PER_NUMBER_A_DAY = 1
    assert reason_for(school) == ("number_limit" if counts else "")
    settings.NOTICES_PER_NUMBER_A_DAY = 10
    settings.NOTICES_PER_INSTITUTION_A_DAY = 1
    assert reason_for(school) == ("institution_limit" if counts else "")


def test_a_message_of_the_batch_itself_counts_without_asking_again(
    school: School, settings: LazySettings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.NOTICES_PER_INSTITUTION_A_DAY = 1
    contact = contacts_of([school.ana.pk])[school.ana.pk]
    day = InstitutionDay(school.institution.pk)
    with django_assert_num_queries(2):
        assert cap_reason(contact, day) == ""
        day.add_one()
        assert cap_reason(contact, day) == "institution_limit"
