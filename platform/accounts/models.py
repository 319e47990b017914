"""Institutions, people, classes and who is what where. Rules are in policies.py."""

import uuid
from collections.abc import Iterator
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role


class Institution(models.Model):
    """A school, university or company. `code` is what its people type at login."""

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=50, default="UTC")
    locale = models.CharField(max_length=10, default="en")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("code"),
                name="institution_code_unique",
                violation_error_message=_("Another institution has this code."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Only what Django and allauth ask for; creating people is accounts.services' work."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person with this e-mail, whatever its case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """One person. Roles are memberships; a profile is part of the row."""

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, null=True, related_name="people"
    )
    registration_number = models.CharField(max_length=40, blank=True, default="")
    email = models.EmailField(_("e-mail"), max_length=254, blank=True, default="")
    full_name = models.CharField(_("full name"), max_length=200)
    locale = models.CharField(_("language"), max_length=10, blank=True, default="")
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=20, blank=True, default="", help_text="E.164")
    phone_verified_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_superuser = models.BooleanField(default=False, help_text=_("Operator of the whole site."))
    date_joined = models.DateTimeField(db_default=Now())
    session_epoch = models.PositiveIntegerField(
        default=0, help_text="Part of the session's hash: raising it ends every session."
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("email"), name="user_email_unique", condition=~Q(email="")
            ),
            models.UniqueConstraint(
                "institution",
                Lower("registration_number"),
                name="user_registration_unique",
                condition=~Q(registration_number=""),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def get_session_auth_hash(self) -> str:
        """Return what a session must carry: a new password or epoch makes old ones void."""
        return self._session_hash(None)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Return the same for keys that were in use before."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(secret)

    def _session_hash(self, secret: str | bytes | None) -> str:
        facts = f"{self.password}:{self.session_epoch}"
        return salted_hmac("accounts.session", facts, secret=secret, algorithm="sha256").hexdigest()

    @property
    def is_staff(self) -> bool:
        """Whether the stock admin lets this person in: operators only."""
        return self.is_superuser

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Answer for the stock admin; the product itself asks accounts.policies."""
        del perm, obj
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        """Answer for the stock admin."""
        del app_label
        return self.is_active and self.is_superuser


class ClassGroup(models.Model):
    """A class of an institution; its chat room is derived from the two."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="classes")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("institution", Lower("code"), name="class_code_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A role of a person in an institution, or in one of its classes only."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, related_name="memberships"
    )
    class_group = models.ForeignKey(
        ClassGroup, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=[(role, role) for role in Role])
    suspended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "institution", "class_group", "role"],
                name="membership_unique",
                nulls_distinct=False,
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["class_group", "role"], name="membership_class_role")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class RosterDraft(models.Model):
    """An uploaded class list between its preview and its import; its rows are erased after it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="+")
    uploaded_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    rows = models.JSONField(
        default=list, help_text="Cells as read, with their line; see domain/roster.py"
    )
    region = models.CharField(
        max_length=2, help_text="Country of phone numbers without a country code"
    )
    creates_classes = models.BooleanField(default=False)
    gives_passwords = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())
    imported_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.file_name
