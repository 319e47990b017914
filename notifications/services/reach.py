"""Whether one person may be written to now: number, consent, country, how much they got today."""

from datetime import timedelta
from typing import Final

from django.conf import settings

from accounts.selectors import Contact
from kernel import clock
from notifications.domain.numbers import is_allowed
from notifications.models import Delivery
from notifications.selectors import phone_hash

A_DAY: Final = timedelta(hours=24)


def unreachable_reason(contact: Contact | None, *, is_silent: bool) -> str:
    """Return why this person cannot be written to at all; empty when they can."""
    if contact is None:
        return "inactive"
    if not contact.phone:
        return "no_number"
    if contact.phone_verified_at is None:
        return "unverified"
    if is_silent:
        return "opted_out"
    if not is_allowed(contact.phone, settings.NOTICES_COUNTRIES):
        return "country"
    return ""


def cap_reason(contact: Contact, *, institution_id: int) -> str:
    """Return which daily limit another message would break; empty when none. Two queries."""
    begun = Delivery.objects.filter(sending_at__gte=clock.now() - A_DAY)
    to_number = begun.filter(phone_hash=phone_hash(contact.phone))
    if to_number.count() >= settings.NOTICES_PER_NUMBER_A_DAY:
        return "number_limit"
    of_institution = begun.filter(notice__institution_id=institution_id)
    if of_institution.count() >= settings.NOTICES_PER_INSTITUTION_A_DAY:
        return "institution_limit"
    return ""
