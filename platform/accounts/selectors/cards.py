"""Cards: what others see of people, classes and institutions, and how to reach people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.errors import ClassUnknown, InstitutionUnknown, PersonUnknown
from accounts.models import ClassGroup, Institution, User

# Joins letters of scripts that would otherwise connect (Persian initials).
NON_JOINER = "\u200c"


@dataclass(frozen=True, slots=True)
class UserCard:
    """What other people see of a person, and how to speak to them."""

    id: int
    name: str
    initials: str
    locale: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a person.

    Attributes:
        phone: E.164, or empty.
        phone_verified_at: None when nobody proved that the number is theirs.
        locale: Their own, else their institution's.
        time_zone: Their own, else their institution's.
    """

    id: int
    name: str
    email: str
    phone: str
    phone_verified_at: datetime | None
    locale: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person sees of their own account; locale and zone empty = the institution's."""

    full_name: str
    registration_number: str
    email: str
    institution: str
    locale: str
    time_zone: str
    phone: str
    phone_verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class InstitutionCard:
    """An institution."""

    id: int
    code: str
    name: str
    time_zone: str
    locale: str


@dataclass(frozen=True, slots=True)
class ClassCard:
    """A class of an institution."""

    id: int
    institution_id: int
    code: str
    name: str


def initials_of(name: str) -> str:
    """Return the first letters of the first two words, kept apart in joining scripts."""
    letters = [word[0].upper() for word in name.split()[:2]]
    return NON_JOINER.join(letters)


def card_of(user: User) -> UserCard:
    """Return the card of a row that has its institution loaded."""
    institution = user.institution
    return UserCard(
        id=user.pk,
        name=user.full_name,
        initials=initials_of(user.full_name),
        locale=user.locale or (institution.locale if institution else "en"),
        time_zone=user.time_zone or (institution.time_zone if institution else "UTC"),
    )


def user_card(user_id: int) -> UserCard:
    """Return one person's card, of inactive people too: history names them.

    Raises:
        PersonUnknown: There is nobody with this id.
    """
    user = User.objects.select_related("institution").filter(pk=user_id).first()
    if user is None:
        raise PersonUnknown
    return card_of(user)


def user_cards(user_ids: Iterable[int]) -> dict[int, UserCard]:
    """Return cards by user id; ids without a person are left out. One query."""
    users = User.objects.select_related("institution").filter(pk__in=set(user_ids))
    return {user.pk: card_of(user) for user in users}


def contacts_of(user_ids: Iterable[int]) -> dict[int, Contact]:
    """Return how to reach active people, by user id. One query."""
    users = User.objects.select_related("institution").filter(pk__in=set(user_ids), is_active=True)
    return {
        user.pk: Contact(
            id=card.id,
            name=card.name,
            email=user.email,
            phone=user.phone,
            phone_verified_at=user.phone_verified_at,
            locale=card.locale,
            time_zone=card.time_zone,
        )
        for user in users
        for card in [card_of(user)]
    }


def own_profile(user_id: int) -> Profile:
    """Return a person's own account.

    Raises:
        PersonUnknown: There is nobody with this id.
    """
    user = User.objects.select_related("institution").filter(pk=user_id).first()
    if user is None:
        raise PersonUnknown
    return Profile(
        full_name=user.full_name,
        registration_number=user.registration_number,
        email=user.email,
        institution=user.institution.name if user.institution else "",
        locale=user.locale,
        time_zone=user.time_zone,
        phone=user.phone,
        phone_verified_at=user.phone_verified_at,
    )


def class_card(class_id: int) -> ClassCard:
    """Return one class.

    Raises:
        ClassUnknown: There is no class with this id.
    """
    group = ClassGroup.objects.filter(pk=class_id).first()
    if group is None:
        raise ClassUnknown
    return class_card_of(group)


def class_cards(class_ids: Iterable[int]) -> dict[int, ClassCard]:
    """Return classes by id. One query."""
    groups = ClassGroup.objects.filter(pk__in=set(class_ids))
    return {group.pk: class_card_of(group) for group in groups}


def classes_of_institution(institution_id: int) -> list[ClassCard]:
    """Return the active classes of an institution, by name."""
    groups = ClassGroup.objects.filter(institution_id=institution_id, is_active=True)
    return [class_card_of(group) for group in groups.order_by("name", "pk")]


def class_card_of(group: ClassGroup) -> ClassCard:
    """Return the card of a row."""
    return ClassCard(
        id=group.pk, institution_id=group.institution_id, code=group.code, name=group.name
    )


def institution_by_code(code: str) -> InstitutionCard | None:
    """Return the institution with this code, in any case of letters."""
    found = Institution.objects.filter(code=code.lower()).values_list("pk", flat=True).first()
    return None if found is None else institution_card(found)


def institution_card(institution_id: int) -> InstitutionCard:
    """Return one institution.

    Raises:
        InstitutionUnknown: There is no institution with this id.
    """
    institution = Institution.objects.filter(pk=institution_id).first()
    if institution is None:
        raise InstitutionUnknown
    return institution_card_of(institution)


def institution_card_of(institution: Institution) -> InstitutionCard:
    """Return the card of a loaded row."""
    return InstitutionCard(
        id=institution.pk,
        code=institution.code,
        name=institution.name,
        time_zone=institution.time_zone,
        locale=institution.locale,
    )
