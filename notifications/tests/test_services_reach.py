"""Who may be written to now."""

from dataclasses import replace

import pytest
from django.conf import LazySettings

from accounts.selectors import contacts_of
from kernel import clock
from notifications.models import Delivery
from notifications.selectors import phone_hash
from notifications.services.reach import cap_reason, unreachable_reason
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


def test_the_limit_counts_the_number_whoever_owns_it(
    school: School, settings: LazySettings
) -> None:
    settings.NOTICES_PER_NUMBER_A_DAY = 1
    contact = contacts_of([school.ana.pk])[school.ana.pk]
    at = school.institution.pk
    assert cap_reason(contact, institution_id=at) == ""
    Delivery.objects.create(
        notice_id=School().saved(),
        recipient=school.ben,
        phone_hash=phone_hash(contact.phone),
        sending_at=clock.now(),
    )
    assert cap_reason(contact, institution_id=at) == "number_limit"
    settings.NOTICES_PER_NUMBER_A_DAY = 2
    settings.NOTICES_PER_INSTITUTION_A_DAY = 1
    assert cap_reason(contact, institution_id=at) == ""  # it was another institution's
