"""Whether one person may be written to now: number, consent, country, how much they got today."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db.models import QuerySet

from accounts.selectors import Contact
from kernel import clock
from notifications.domain.delivery import LEFT
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


class InstitutionDay:
    """How much an institution has sent in the last 24 hours; counted once for each batch.

    Batches that run side by side do not see each other's messages: each may pass the limit by its
    own length. It is a fuse against a runaway bill, not an account.
    """

    def __init__(self, institution_id: int) -> None:
        self._sent = _left_today().filter(notice__institution_id=institution_id).count()

    def add_one(self) -> None:
        """Count a message that has left or may have."""
        self._sent += 1

    @property
    def is_used_up(self) -> bool:
        """Whether another message would be one too many."""
        return self._sent >= settings.NOTICES_PER_INSTITUTION_A_DAY


def cap_reason(contact: Contact, day: InstitutionDay) -> str:
    """Return which daily limit another message would break; empty when none. One query.

    What surely did not leave is not counted, an earlier try of the same message neither.
    """
    to_number = _left_today().filter(phone_hash=phone_hash(contact.phone))
    if to_number.count() >= settings.NOTICES_PER_NUMBER_A_DAY:
        return "number_limit"
    return "institution_limit" if day.is_used_up else ""


def _left_today() -> QuerySet[Delivery]:
    return Delivery.objects.filter(sending_at__gte=clock.now() - A_DAY, state__in=LEFT)
