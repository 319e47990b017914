"""Writes about people: create, password, suspend, profile."""

from accounts.models import User


def set_locale(*, user_id: int, locale: str) -> None:
    """Remember the language a person chose."""
    User.objects.filter(pk=user_id).update(locale=locale)
