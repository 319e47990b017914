"""Rows and what the database itself guarantees about them."""

import pytest
from django.db import IntegrityError, connection, transaction

from kernel.models import AuditEntry, OutboxEntry

pytestmark = pytest.mark.django_db


def test_a_dedupe_key_exists_once_but_many_jobs_may_have_none() -> None:
    OutboxEntry.objects.create(task="a", dedupe_key="k")
    OutboxEntry.objects.create(task="a")
    OutboxEntry.objects.create(task="a")
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxEntry.objects.create(task="b", dedupe_key="k")


def test_a_place_in_a_chain_exists_once() -> None:
    facts = {"chain": "system", "position": 1, "action": "a.b", "subject": "a:1"}
    AuditEntry.objects.create(**facts, at="2026-01-01T00:00:00Z", prev_hash="", hash="")
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.create(**facts, at="2026-01-01T00:00:00Z", prev_hash="", hash="")


def test_rows_read_well_in_lists() -> None:
    assert str(OutboxEntry(task="exams.grade", state="sent")) == "exams.grade sent"
    assert str(AuditEntry(chain="system", position=4, action="a.b")) == "system#4 a.b"


def test_a_commit_is_on_disk_before_it_is_acknowledged() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
