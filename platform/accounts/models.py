"""Institutions, people, classes and who is what where. Rules are in policies.py."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role


class Institution(models.Model):
    """A school, university or company. `code` is what its people type at login."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=50, default="UTC")
    locale = models.CharField(max_length=10, default="en")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

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
    email = models.EmailField(_("e-mail"), max_length=254)
    full_name = models.CharField(_("full name"), max_length=200)
    locale = models.CharField(_("language"), max_length=10, blank=True, default="")
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=20, blank=True, default="", help_text="E.164")
    phone_verified_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_superuser = models.BooleanField(default=False, help_text=_("Operator of the whole site."))
    date_joined = models.DateTimeField(db_default=Now())

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique"),
            models.UniqueConstraint(
                "institution",
                Lower("registration_number"),
                name="user_registration_unique",
                condition=~Q(registration_number=""),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

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
