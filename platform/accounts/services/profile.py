"""What people change about themselves."""

from django.db import transaction

from accounts.errors import PersonUnknown
from accounts.models import User
from accounts.services.people import checked_phone
from kernel import audit, clock


def set_locale(*, user_id: int, locale: str) -> None:
    """Remember the language a person chose."""
    User.objects.filter(pk=user_id).update(locale=locale)


@transaction.atomic
def update_profile(
    *, user_id: int, locale: str, time_zone: str, phone: str, region: str | None = None
) -> None:
    """Change one's own language, time zone and phone; a new number has to be verified again.

    Raises:
        PersonUnknown: There is no such person.
        PhoneInvalid: This is no phone number.
    """
    user = _locked(user_id)
    number = checked_phone(phone, region)
    if number != user.phone:
        user.phone, user.phone_verified_at = number, None
        audit.append(
            "phone.changed",
            actor_id=user_id,
            subject=f"user:{user_id}",
            institution_id=user.institution_id,
        )
    user.locale, user.time_zone = locale, time_zone
    user.save(update_fields=["locale", "time_zone", "phone", "phone_verified_at"])


@transaction.atomic
def mark_phone_verified(*, user_id: int, phone: str) -> bool:
    """Record that the person proved to hold this number; False when it changed meanwhile."""
    people = User.objects.filter(pk=user_id, phone=phone)
    if not people.update(phone_verified_at=clock.now()):
        return False
    audit.append(
        "phone.verified",
        actor_id=user_id,
        subject=f"user:{user_id}",
        institution_id=people.values_list("institution_id", flat=True).get(),
    )
    return True


def _locked(user_id: int) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise PersonUnknown
    return user
