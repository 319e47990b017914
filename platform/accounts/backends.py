"""Authentication backend: institution code with registration number, or e-mail."""

from dataclasses import dataclass
from typing import Final

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import get_hasher, identify_hasher, make_password
from django.db.models import Q
from django.http import HttpRequest

from accounts.domain.words import clean_code, clean_email
from accounts.models import Institution, User
from accounts.selectors import live_memberships
from kernel.prepared import Reading, Table

_PERSON: Final = Reading(
    [Table("u", User), Table("i", Institution)],
    """
  FROM accounts_user u LEFT JOIN accounts_institution i ON i.id = u.institution_id
 WHERE u.id = %(user)s AND u.is_active
""",
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody says to be.

    Attributes:
        login: E-mail address, or registration number within the institution.
        institution: Code of the institution; not needed with an e-mail address.
    """

    login: str
    institution: str = ""

    @property
    def is_email(self) -> bool:
        """Whether an address was typed; a registration number holds no @."""
        return "@" in self.login

    @property
    def typed_key(self) -> str:
        """Return one form of what was typed, for counting tries on people who do not exist."""
        if self.is_email:
            return clean_email(self.login)
        return f"{clean_code(self.institution).lower()}/{clean_code(self.login).lower()}"


def find_person(identity: Identity) -> User | None:
    """Return who is meant, active or not; None when nobody is. One query either way."""
    if identity.is_email:
        wanted = Q(email__iexact=clean_email(identity.login))
    else:
        number = clean_code(identity.login)
        wanted = Q(
            institution__code__iexact=clean_code(identity.institution),
            registration_number__iexact=number,
        ) & ~Q(registration_number="")
    return User.objects.select_related("institution").filter(wanted).first()


def may_sign_in(user: User | None) -> bool:
    """Whether the domain lets this person in: active, with a live role somewhere, or an operator.

    One query, for nobody too: how long the answer takes does not tell who exists.
    """
    has_role = live_memberships().filter(user_id=user.pk if user else 0).exists()
    if user is None or not user.is_active:
        return False
    if user.institution is not None and not user.institution.is_active:
        return False
    return user.is_superuser or has_role


def _fits(user: User | None, password: str) -> bool:
    """Whether this is the person's password; whatever the answer, it costs one full hash.

    A first password on paper is stored with a cheap hash (services/passwords.py) until its first
    use. Without the full hash after it, a list of names could be sorted by the time of refusals
    into those who have an account here and those who do not.
    """
    if user is None:
        make_password(password)
        return False
    stored = user.password
    fits = user.check_password(password)  # a cheap one that fits is stored anew with the full cost
    if not fits and _is_cheap(stored):
        make_password(password)
    return fits


def _is_cheap(stored: str) -> bool:
    try:
        return identify_hasher(stored).algorithm != get_hasher().algorithm
    except ValueError:  # no usable password: Django has spent a full hash on it
        return False


class InvigilBackend(BaseBackend):
    """Checks who signs in, and finds the person behind a session.

    Every refusal looks the same and takes as long: one look-up, one full password hash and one
    question about roles, for unknown people like for known ones.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        login: str | None = None,
        password: str | None = None,
        institution: str = "",
        **other: object,
    ) -> User | None:
        """Return the person if the password fits and the domain lets them in."""
        del request, other
        if not login or password is None:
            return None
        user = find_person(Identity(login=login, institution=institution))
        fits = _fits(user, password)
        return user if may_sign_in(user) and fits else None

    def get_user(self, user_id: int) -> User | None:
        """Return the active person with this id. One query."""
        row = _PERSON.first({"user": user_id})
        if row is None:
            return None
        user: User = row[0]
        user.institution = row[1]
        return user
