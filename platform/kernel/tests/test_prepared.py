"""Prepared statements: planned once, counted like any other, errors as Django's."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from kernel import audit
from kernel.models import AuditEntry, OutboxEntry
from kernel.prepared import Reading, Table, fetch_prepared

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


PEOPLE = Reading(
    [Table("e", OutboxEntry, frozenset({"last_error"})), Table("a", AuditEntry)],
    """
  FROM kernel_outboxentry e LEFT JOIN kernel_auditentry a ON a.subject = e.task
 WHERE e.queue = %(queue)s ORDER BY e.task
""",
    "e.attempts + 1",
)


def test_whole_models_are_read_with_their_documents_and_what_is_extra() -> None:
    audit.append("tested", actor_id=None, subject="t.one", data={"n": [1, None]})
    for task in ("t.one", "t.two"):
        OutboxEntry.objects.create(task=task, queue="q", kwargs={"a": "ب"}, last_error="long")
    with CaptureQueriesContext(connection) as seen:
        one, two = PEOPLE.all({"queue": "q"})
    assert len(seen) == 1
    assert (one[0].task, one[0].kwargs, one[1].data, one[2]) == (
        "t.one",
        {"a": "ب"},
        {"n": [1, None]},
        1,
    )
    assert two[1] is None, "an outer join that found nothing"
    assert one[0] == OutboxEntry.objects.get(task="t.one")
    assert one[0].get_deferred_fields() == {"last_error"}
    assert one[0].last_error == "long"
    first = PEOPLE.first({"queue": "q"})
    assert first is not None
    assert first[0] == one[0]
    assert PEOPLE.first({"queue": "none"}) is None
