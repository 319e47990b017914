"""Passwords, wrong tries on them, and the end of sessions."""

import secrets
from collections.abc import Sequence
from typing import Final

from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import tries
from accounts.errors import PasswordWeak, PersonUnknown
from accounts.models import User
from accounts.services.people import locked_person
from kernel import audit
from realtime import publish

# No 0/o, 1/l/i: what a student copies from paper.
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS: Final = 3
GROUP_LENGTH: Final = 4
# 31^12 is 59 random bits, so few rounds are enough; Django rehashes with the full cost at the
# first login. With the full cost, a class list of 500 would take half a minute.
FIRST_PASSWORD_ROUNDS: Final = 2_000


@transaction.atomic
def set_password(*, user_id: int, password: str, actor_id: int | None) -> None:
    """Set a person's password; every session and socket of the person ends.

    Raises:
        PersonUnknown: There is no such person.
        PasswordWeak: The validators refuse it; `reasons` names them.
    """
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise PersonUnknown
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordWeak(reasons=" ".join(error.messages)) from None
    _store(user, password, "password.set", actor_id)


@transaction.atomic
def change_own_password(*, user_id: int, password: str) -> str:
    """Store a password its owner chose and the form has checked; return it as stored.

    Every session ends; the caller may give the owner's present one the new session hash.

    Raises:
        PersonUnknown: There is no such person.
    """
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise PersonUnknown
    _store(user, password, "password.changed", user_id)
    return user.password


def _store(user: User, password: str, action: str, actor_id: int | None) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.append(
        action,
        actor_id=actor_id,
        subject=f"user:{user.pk}",
        institution_id=user.institution_id,
    )
    publish.close_user_sockets(user.pk)


@transaction.atomic
def issue_password(*, user_id: int, institution_id: int, actor_id: int) -> str:
    """Give a person a new random password and return it: shown once, stored nowhere.

    Wrong tries on the old one do not keep the person out any more.

    Raises:
        PersonUnknown: Not a person of this institution.
    """
    user = locked_person(user_id, institution_id)
    password = new_password()
    user.password = hash_first_password(password)
    user.save(update_fields=["password"])
    audit.append(
        "password.issued",
        actor_id=actor_id,
        subject=f"user:{user_id}",
        institution_id=institution_id,
    )
    publish.close_user_sockets(user_id)
    transaction.on_commit(lambda: tries.lift(user_id))
    return password


@transaction.atomic
def lift_tries(*, user_id: int, institution_id: int, actor_id: int) -> None:
    """Let a person sign in from anywhere although the day's wrong tries are used up.

    Raises:
        PersonUnknown: Not a person of this institution.
    """
    locked_person(user_id, institution_id)
    audit.append(
        "signin.limit_lifted",
        actor_id=actor_id,
        subject=f"user:{user_id}",
        institution_id=institution_id,
    )
    transaction.on_commit(lambda: tries.lift(user_id))


@transaction.atomic
def end_sessions(*, user_id: int, actor_id: int | None) -> None:
    """End every session and socket of a person, on every device.

    Raises:
        PersonUnknown: There is no such person.
    """
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise PersonUnknown
    user.session_epoch += 1
    user.save(update_fields=["session_epoch"])
    audit.append(
        "sessions.ended",
        actor_id=actor_id,
        subject=f"user:{user_id}",
        institution_id=user.institution_id,
    )
    publish.close_user_sockets(user_id)


@transaction.atomic
def share_password(*, user_ids: Sequence[int], password: str) -> None:
    """Give many people one password, hashed once: for demo accounts, whose password is public."""
    people = User.objects.filter(pk__in=user_ids)
    people.update(password=make_password(password))
    for user_id, institution_id in people.values_list("pk", "institution_id"):
        audit.append(
            "password.set",
            actor_id=None,
            subject=f"user:{user_id}",
            institution_id=institution_id,
        )


def new_password() -> str:
    """Return a random password that is easy to copy from paper, for example `k4vd-9xpm-e7ra`."""
    groups = ["".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS)]
    return "-".join(groups)


def hash_first_password(password: str) -> str:
    """Return the stored form of a random password; never use it for one a person chose."""
    hasher = PBKDF2PasswordHasher()
    return hasher.encode(password, hasher.salt(), iterations=FIRST_PASSWORD_ROUNDS)
