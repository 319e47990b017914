"""Authentication backend: institution code with registration number, or e-mail."""

from django.contrib.auth.backends import BaseBackend

from accounts.models import User


class InvigilBackend(BaseBackend):
    """Finds the person behind a session; see authenticate for the login rules."""

    def get_user(self, user_id: int) -> User | None:
        """Return the active person with this id."""
        return User.objects.filter(pk=user_id, is_active=True).first()
