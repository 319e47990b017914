"""Statements of hot paths, prepared once per connection: PostgreSQL plans them once, not each time.

Django sends every statement as text, and for a statement of several parts planning costs more than
running it: saving an answer took 1.5 ms of PostgreSQL's CPU so and 0.7 ms prepared, in one run on a
busy machine. The plan is made without looking at the values (`plan_cache_mode` in the settings), so
only use this for statements that have one good plan: every row found by a unique key.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import JSONField, Model


def fetch_prepared(statement: str, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Run a prepared statement and return its first row; None when it gives no row."""
    rows = fetch_all_prepared(statement, parameters)
    return rows[0] if rows else None


def fetch_all_prepared(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a prepared statement and return its rows.

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
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@dataclass(frozen=True)
class Table:
    """A model in a statement that reads several.

    Attributes:
        alias: Its name in the statement.
        unread: Columns that are left out; reading one of them later asks for it.
    """

    alias: str
    model: type[Model]
    unread: frozenset[str] = frozenset()

    @cached_property
    def names(self) -> list[str]:
        """Names of what is read, in the model's order, which `from_db` relies on."""
        fields = self.model._meta.concrete_fields  # noqa: SLF001 Django's documented way
        return [one.attname for one in fields if one.attname not in self.unread]

    @cached_property
    def columns(self) -> str:
        """Return the part of the SELECT."""
        return ", ".join(f'{self.alias}."{name}"' for name in self.names)

    @cached_property
    def _documents(self) -> list[int]:
        fields = [self.model._meta.get_field(name) for name in self.names]  # noqa: SLF001 as above
        return [place for place, one in enumerate(fields) if isinstance(one, JSONField)]

    def make(self, values: Sequence[Any]) -> Any:  # noqa: ANN401 whichever model it is
        """Return the row as its model; None where an outer join found none."""
        if values[0] is None:
            return None
        read = list(values)
        for place in self._documents:
            read[place] = None if read[place] is None else json.loads(read[place])
        return self.model.from_db("default", self.names, read)


class Reading:
    """A prepared SELECT of whole models, joined; what a row holds comes out as their instances.

    Args:
        tables: What is read, in this order; the first column of each is its key.
        rest: FROM and WHERE.
        extra: One more expression, the last column.
    """

    def __init__(self, tables: Sequence[Table], rest: str, extra: str = "NULL") -> None:
        self._tables, self._rest, self._extra = tables, rest, extra

    @cached_property
    def statement(self) -> str:
        """Return the text, made when the models are known."""
        columns = ", ".join(table.columns for table in self._tables)
        return f"SELECT {columns}, {self._extra} {self._rest}"

    def all(self, parameters: Mapping[str, Any]) -> list[list[Any]]:
        """Return for each row the instances, and what is extra."""
        return [self._split(row) for row in fetch_all_prepared(self.statement, parameters)]

    def first(self, parameters: Mapping[str, Any]) -> list[Any] | None:
        """Return the same of the first row; None without any."""
        row = fetch_prepared(self.statement, parameters)
        return self._split(row) if row else None

    def _split(self, row: tuple[Any, ...]) -> list[Any]:
        made, start = [], 0
        for table in self._tables:
            end = start + len(table.names)
            made.append(table.make(row[start:end]))
            start = end
        return [*made, row[-1]]
