"""Creating, changing and deactivating people, classes and institutions."""

from django.db import IntegrityError, transaction

from accounts.domain.phone import to_e164
from accounts.domain.words import clean_code, clean_email, clean_text
from accounts.errors import (
    ClassCodeTaken,
    EmailTaken,
    OwnAccount,
    PersonUnknown,
    PhoneInvalid,
    RegistrationTaken,
)
from accounts.models import ClassGroup, Institution, User
from accounts.roles import Role
from accounts.selectors import (
    ClassCard,
    InstitutionCard,
    UserCard,
    class_card,
    institution_card,
    user_card,
)
from accounts.services import memberships
from kernel import audit
from realtime import publish


@transaction.atomic
def create_institution(
    *, code: str, name: str, time_zone: str = "UTC", locale: str = "en", actor_id: int | None
) -> InstitutionCard:
    """Create an institution; `code` is what its people type at login.

    Args:
        code: Kept in lower case.
        name: Shown to people.
        time_zone: IANA name, for people without their own.
        locale: Language, for people without their own.
        actor_id: Who does it; None for the system.
    """
    made = Institution.objects.create(
        code=clean_code(code).lower(), name=clean_text(name), time_zone=time_zone, locale=locale
    )
    audit.append(
        "institution.created",
        actor_id=actor_id,
        subject=f"institution:{made.pk}",
        institution_id=made.pk,
    )
    return institution_card(made.pk)


@transaction.atomic
def create_class(*, institution_id: int, code: str, name: str, actor_id: int | None) -> ClassCard:
    """Create a class of an institution.

    Raises:
        ClassCodeTaken: The institution has a class of this code.
    """
    try:
        with transaction.atomic():
            made = ClassGroup.objects.create(
                institution_id=institution_id, code=clean_code(code), name=clean_text(name)
            )
    except IntegrityError:
        raise ClassCodeTaken from None
    audit.append(
        "class.created",
        actor_id=actor_id,
        subject=f"class:{made.pk}",
        data={"code": made.code},
        institution_id=institution_id,
    )
    return class_card(made.pk)


@transaction.atomic
def create_user(
    *,
    institution_id: int | None,
    full_name: str,
    actor_id: int | None,
    email: str = "",
    registration_number: str = "",
    phone: str = "",
    region: str | None = None,
    password: str | None = None,
    locale: str = "",
    time_zone: str = "",
    is_operator: bool = False,
) -> UserCard:
    """Create a person without any role; give them one with memberships.grant_role.

    Without an e-mail address the registration number is the way in. `phone` is as typed, `region`
    the country of a number without a country code. A password of None leaves the person without
    one until it is set or reset. Empty locale and time_zone take the institution's, which is None
    for operators only.

    Raises:
        EmailTaken, RegistrationTaken, PhoneInvalid: As their names say.
    """
    user = User(
        institution_id=institution_id,
        full_name=clean_text(full_name),
        email=clean_email(email),
        registration_number=clean_code(registration_number),
        phone=checked_phone(phone, region),
        locale=locale,
        time_zone=time_zone,
        is_superuser=is_operator,
    )
    user.set_password(password)
    save_person(user)
    _record("person.created", user, actor_id)
    return user_card(user.pk)


@transaction.atomic
def create_person(
    *,
    institution_id: int,
    full_name: str,
    role: Role,
    class_id: int | None,
    actor_id: int,
    email: str = "",
    registration_number: str = "",
    phone: str = "",
) -> UserCard:
    """Create a person with a first role; see create_user and memberships.grant_role."""
    made = create_user(
        institution_id=institution_id,
        full_name=full_name,
        actor_id=actor_id,
        email=email,
        registration_number=registration_number,
        phone=phone,
    )
    memberships.grant_role(
        user_id=made.id,
        institution_id=institution_id,
        role=role,
        class_id=class_id,
        actor_id=actor_id,
    )
    return made


@transaction.atomic
def change_person(
    *,
    user_id: int,
    institution_id: int,
    full_name: str,
    email: str,
    registration_number: str,
    phone: str,
    actor_id: int,
) -> None:
    """Change what the institution keeps of a person.

    Raises:
        PersonUnknown: Not a person of this institution.
        EmailTaken: Somebody else has this address.
        RegistrationTaken: Somebody else of this institution has this number.
        PhoneInvalid: This is no phone number.
    """
    user = locked_person(user_id, institution_id)
    number = checked_phone(phone, None)
    if number != user.phone:
        user.phone_verified_at = None
    user.phone = number
    user.full_name = clean_text(full_name)
    user.email = clean_email(email)
    user.registration_number = clean_code(registration_number)
    save_person(user)
    _record("person.changed", user, actor_id)


@transaction.atomic
def deactivate_user(*, user_id: int, institution_id: int, actor_id: int, reason: str) -> None:
    """Close another person's account: no login, no session, no socket.

    Raises:
        OwnAccount: It is the actor's own.
        PersonUnknown: Not a person of this institution.
        LastAdmin: An institution would have no administrator.
    """
    if user_id == actor_id:
        raise OwnAccount
    memberships.lock_administration(memberships.administered_by(user_id))
    user = locked_person(user_id, institution_id)
    memberships.refuse_last_admin(user_id)
    user.is_active = False
    user.session_epoch += 1
    user.save(update_fields=["is_active", "session_epoch"])
    _record("person.deactivated", user, actor_id, reason)
    publish.close_user_sockets(user_id)


@transaction.atomic
def reactivate_user(*, user_id: int, institution_id: int, actor_id: int) -> None:
    """Open a closed account again.

    Raises:
        PersonUnknown: Not a person of this institution.
    """
    user = locked_person(user_id, institution_id)
    user.is_active = True
    user.save(update_fields=["is_active"])
    _record("person.reactivated", user, actor_id)


def _record(action: str, user: User, actor_id: int | None, reason: str = "") -> None:
    audit.append(
        action,
        actor_id=actor_id,
        subject=f"user:{user.pk}",
        reason=reason,
        institution_id=user.institution_id,
    )


def locked_person(user_id: int, institution_id: int) -> User:
    """Return the person's row, locked until the transaction ends.

    Raises:
        PersonUnknown: Not a person of this institution.

    Needs: an open transaction.
    """
    people = User.objects.select_for_update().filter(pk=user_id, institution_id=institution_id)
    user = people.first()
    if user is None:
        raise PersonUnknown
    return user


def checked_phone(text: str, region: str | None) -> str:
    """Return a number as E.164; empty stays empty.

    Raises:
        PhoneInvalid: This is no phone number.
    """
    if not text.strip():
        return ""
    number = to_e164(text, region)
    if number is None:
        raise PhoneInvalid
    return number


def save_person(user: User) -> None:
    """Save the row; the database's constraints decide about duplicates.

    Raises:
        EmailTaken: Somebody has this address.
        RegistrationTaken: Somebody of this institution has this number.
    """
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        if "user_email_unique" in str(error):
            raise EmailTaken from None
        if "user_registration_unique" in str(error):
            raise RegistrationTaken from None
        raise
