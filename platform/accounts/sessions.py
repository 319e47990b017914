"""Django's sessions in the database, read by a prepared statement: each request reads one."""

from typing import Any, Final

from django.contrib.sessions.backends import db

from kernel import clock
from kernel.prepared import fetch_prepared

_READ: Final = """
SELECT session_data FROM django_session
 WHERE session_key = %(key)s AND expire_date > %(now)s
"""


class SessionStore(db.SessionStore):
    """As Django's, and read faster."""

    def load(self) -> dict[str, Any]:
        """Return what is kept; nothing, and no key any more, when the session has ended."""
        row = fetch_prepared(_READ, {"key": self.session_key, "now": clock.now()})
        if row is None:
            self._session_key = None
            return {}
        content: dict[str, Any] = self.decode(row[0])
        return content
