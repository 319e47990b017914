"""Whether a session is of the browser that holds an attempt's lease.

The browser's id is in a cookie of the attempt's own addresses (docs/adr/0017), which a socket is
not sent; so the session keeps it too, and the socket is asked by its session.
"""

from importlib import import_module

from django.conf import settings

from exams.models import Attempt


def session_entry(attempt_id: int) -> str:
    """Return the name under which a session keeps its browser's id for an attempt."""
    return f"exam_browser:{attempt_id}"


def holds_lease_in(attempt_id: int, session_key: str) -> bool:
    """Tell whether this session's browser may act for the candidate.

    Any may while nobody has the lease. Two queries.
    """
    holder = Attempt.objects.values_list("lease_browser", flat=True).get(pk=attempt_id)
    if not holder:
        return True
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    return bool(session.get(session_entry(attempt_id)) == holder)
