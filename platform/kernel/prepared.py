"""Statements of hot paths, prepared once per connection: PostgreSQL plans them once, not each time.

Django sends every statement as text, and for a statement of several parts planning costs more than
running it: saving an answer took 1.5 ms of PostgreSQL's CPU so and 0.7 ms prepared, in one run on a
busy machine. The plan is made without looking at the values (`plan_cache_mode` in the settings), so
only use this for statements that have one good plan: every row found by a unique key.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor


def fetch_prepared(statement: str, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Run a prepared statement and return its first row; None when it gives no row.

    Values come as under Django everywhere, jsonb as text.

    Args:
        statement: Constant text with `%(name)s` for each parameter, each with a type that
            PostgreSQL can tell from its place, or a cast.
        parameters: Their values.

    Raises:
        django.db.DatabaseError: As any statement run through Django.
    """
    connection.ensure_connection()
    connection.connection.prepare_threshold = 0
    if connection.queries_logged:  # where tests count statements
        connection.queries_log.append({"sql": statement, "time": "0"})
    bare: Any = ServerBindingCursor
    with connection.make_cursor(bare(connection.connection)) as cursor:
        cursor.execute(statement, dict(parameters))
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row
