"""Authentication backend: institution code with registration number, or e-mail."""

from dataclasses import dataclass

from django.contrib.auth.backends import BaseBackend
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest

from accounts.domain.words import clean_code, clean_email
from accounts.models import User
from accounts.selectors import live_memberships


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
    memberships = live_memberships().filter(user_id=OuterRef("pk"))
    people = User.objects.select_related("institution").annotate(has_role=Exists(memberships))
    return people.filter(wanted).first()


def may_sign_in(user: User) -> bool:
    """Whether the domain lets this person in: active, with a live role somewhere, or an operator."""
    if not user.is_active:
        return False
    if user.institution is not None and not user.institution.is_active:
        return False
    return user.is_superuser or live_memberships().filter(user_id=user.pk).exists()


class InvigilBackend(BaseBackend):
    """Checks who signs in, and finds the person behind a session.

    Every refusal looks the same and takes the same time: unknown people cost one password hash
    like known ones, and the domain's rules are asked for everybody after it.
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
        if user is None:
            User().set_password(password)  # costs what checking one costs
            return None
        fits = user.check_password(password)
        return user if may_sign_in(user) and fits else None

    def get_user(self, user_id: int) -> User | None:
        """Return the active person with this id."""
        users = User.objects.select_related("institution")
        return users.filter(pk=user_id, is_active=True).first()
