"""How allauth behaves here: no open sign-up, one refusal for all reasons, own texts."""

import base64
import hashlib
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import tries
from accounts.backends import Identity, find_person, may_sign_in
from accounts.models import User
from accounts.services import passwords
from accounts.texts import wait_text
from realtime import publish

REFUSED: Promise = _(
    "These details do not fit an account that may sign in. Check them, or ask your institution."
)
TOO_MANY: Promise = _("Too many wrong tries. Wait a quarter of an hour, or reset your password.")
TOO_MANY_WAIT: Promise = _("Too many wrong tries. Wait %(wait)s, or reset your password.")


KNOWN_COOKIE: Final = "invigil_known"
KNOWN_SALT: Final = "accounts.known-browser"
KNOWN_FOR_S: Final = 180 * 24 * 3600


def knows(request: HttpRequest, user_id: int) -> bool:
    """Whether this person has signed in with this browser before."""
    value = request.get_signed_cookie(
        KNOWN_COOKIE, default="", salt=KNOWN_SALT, max_age=KNOWN_FOR_S
    )
    return value == str(user_id)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """Accounts are made by an institution's admin, never by a visitor."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": REFUSED,
        "email_password_mismatch": REFUSED,
        "username_password_mismatch": REFUSED,
        "invalid_login": REFUSED,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": _("Too many tries. Wait a moment, then try again."),
        "incorrect_password": _("This is not your password."),
        "incorrect_code": _(
            "This code does not fit. Codes change every 30 seconds; try the next one."
        ),
        "enter_current_password": _("This is not your current password."),
        "invalid_password_reset": _("This link is not valid any more."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse open sign-up."""
        del request
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: object) -> None:
        """Count a try by address, by person and place, and by person and day.

        Ours instead of allauth's limits: those take a lock for each count, which a hall that signs
        in at once shares; who does not get it in time is refused.

        Raises:
            ValidationError: Too many; it says how long to wait and nothing about who exists.
        """
        place, who = self._counted_by(request, credentials)
        address = ratelimit.get_ip(request)
        self._counted: list[tries.CountedTry] = []
        for count in (
            partial(tries.count_from, address),
            partial(tries.count_at, place, who),
            partial(tries.count_try, who),
        ):
            counted = count()
            if counted.wait is not None:
                self._rollback_login_failed_rl_usage()  # no password was looked at
                raise _too_many(counted.wait)
            self._counted.append(counted)

    def _rollback_login_failed_rl_usage(self) -> None:
        """Take every count back: the password was right."""
        for counted in self._counted:
            tries.give_back(counted)

    def _delete_login_attempts_cached_email(
        self, request: HttpRequest, **credentials: object
    ) -> None:
        """Let in who has just set a new password by a link sent to their address."""
        del request
        person = find_person(_identity_in(credentials))
        if person is not None:
            tries.lift(person.pk)

    def _counted_by(self, request: HttpRequest, credentials: dict[str, object]) -> tuple[str, str]:
        """Return what wrong tries are counted by: the place, and the person a day.

        Counted by what was typed, an attacker would get the tries twice: once with the e-mail
        and once with the registration number. Counted by the person alone, anybody could keep a
        student out of an exam by guessing; so a browser in which the person has signed in before
        has tries of its own, and every address has its own.
        """
        identity = _identity_in(credentials)
        person = find_person(identity)
        who = tries.person_key(person.pk) if person else f"typed:{identity.typed_key}"
        if person and knows(request, person.pk):
            return "", tries.known(who)
        return ratelimit.get_ip(request), who

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:  # noqa: ANN401 passed on as allauth gives them
        """Remember that this person has signed in with this browser."""
        response: HttpResponse = super().post_login(request, user, **options)
        response.set_signed_cookie(
            KNOWN_COOKIE,
            str(user.pk),
            salt=KNOWN_SALT,
            max_age=KNOWN_FOR_S,
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
        return response

    def reauthenticate(self, user: User, password: str) -> bool:
        """Check the password of somebody who is signed in, under the same limit as a login."""
        credentials = {"login": user.email or user.registration_number}
        if user.institution is not None:
            credentials["institution"] = user.institution.code
        self.pre_authenticate(self.request, **credentials)
        fits = user.check_password(password) and may_sign_in(user)
        if fits:
            self._rollback_login_failed_rl_usage()
        return fits

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Store a password its owner chose; other devices' sockets end with their sessions."""
        user.password = passwords.change_own_password(user_id=user.pk, password=password)

    def logout(self, request: HttpRequest) -> None:
        """End the session and the sockets opened under it."""
        user_id = request.user.pk
        super().logout(request)
        if user_id is not None:
            publish.close_user_sockets(user_id)

    def format_email_subject(self, subject: str) -> str:
        """Return the subject as written in the template."""
        return str(subject)


def _identity_in(credentials: dict[str, object]) -> Identity:
    login = str(credentials.get("login") or credentials.get("email") or "")
    return Identity(login=login, institution=str(credentials.get("institution", "")))


def _too_many(wait: timedelta) -> ValidationError:
    text = str(TOO_MANY_WAIT) % {"wait": wait_text(wait)}
    return ValidationError(text, code="too_many_login_attempts")


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth ships no types
    """Keeps authenticator secrets encrypted and names the account in authenticator apps."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _(
            "This code does not fit. Codes change every 30 seconds; try the next one."
        ),
        "cannot_delete_authenticator": _("Two-step sign-in cannot be switched off now."),
        "cannot_generate_recovery_codes": _("Switch on two-step sign-in first."),
    }

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """Return the name an authenticator app shows for this account."""
        if isinstance(user, User) and not user.email and user.institution is not None:
            return f"{user.institution.code}/{user.registration_number}"
        return str(super().get_totp_label(user))

    def encrypt(self, text: str) -> str:
        """Return the secret as stored: readable only with the site's key."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret; keys in use before still open it."""
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(str(key))) for key in keys])


def _derived(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"accounts.totp:" + secret.encode()).digest())
