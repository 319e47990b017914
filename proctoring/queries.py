"""Hand-written SQL of proctoring: one line per loss and return, whoever notices it."""

from datetime import datetime
from typing import Final

from django.db import connection

from proctoring.domain.link import Link

# Losses have odd numbers, returns even ones. A loss fits only after an even number and a return
# only after an odd one, and each number exists once: of two processes that notice the same change
# one writes nothing, whichever comes second.
_INSERT: Final = """
INSERT INTO proctoring_linkchange (attempt_id, link, number, at)
SELECT %(attempt)s, %(link)s, COALESCE(max(number), 0) + 1, %(at)s
  FROM proctoring_linkchange
 WHERE attempt_id = %(attempt)s AND link = %(link)s
HAVING COALESCE(max(number), 0) %% 2 = %(parity)s
    ON CONFLICT (attempt_id, link, number) DO NOTHING
RETURNING id
"""


def insert_link_change(attempt_id: int, link: Link, *, is_back: bool, at: datetime) -> int | None:
    """Write that a link went or came back and return the row's id; None when it is known already."""
    values = {"attempt": attempt_id, "link": link.value, "at": at, "parity": int(is_back)}
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        row = cursor.fetchone()
    return None if row is None else int(row[0])
