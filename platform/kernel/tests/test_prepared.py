"""Prepared statements: planned once, counted like any other, errors as Django's."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from kernel.prepared import fetch_prepared

pytestmark = pytest.mark.django_db

SUM = "SELECT %(a)s::int + %(b)s::int WHERE %(a)s::int > 0"


def test_a_statement_gives_its_first_row_or_none() -> None:
    assert fetch_prepared(SUM, {"a": 1, "b": 2}) == (3,)
    assert fetch_prepared(SUM, {"a": 0, "b": 2}) is None


def test_it_is_planned_once_whatever_the_values() -> None:
    for number in range(1, 9):
        fetch_prepared("SELECT %(n)s::bigint, 'planned once'", {"n": number})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements"
            " WHERE statement LIKE '%%planned once%%'"
        )
        assert cursor.fetchall() == [(8, 0)]


def test_it_counts_as_one_query() -> None:
    with CaptureQueriesContext(connection) as seen:
        fetch_prepared(SUM, {"a": 1, "b": 2})
    assert [one["sql"] for one in seen] == [SUM]


def test_an_error_is_one_of_django() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        fetch_prepared("SELECT 1 / %(n)s::int", {"n": 0})
