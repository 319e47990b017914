"""The chain: it holds for what was written, finds what was tampered with, and cannot be rewritten."""

import random
import threading
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings, strategies as st

from kernel import audit
from kernel.audit import GENESIS, first_broken, hash_of
from kernel.models import AuditEntry

pytestmark = pytest.mark.django_db

SYSTEM = "system"


def written(count: int, institution_id: int | None = None) -> list[AuditEntry]:
    return [
        audit.append(
            "attempt.extended",
            actor_id=9,
            subject=f"attempt:{number}",
            reason="fire drill",
            data={"before": number, "after": number + 5, "ratio": 0.5, "tags": ["a", None, True]},
            institution_id=institution_id,
        )
        for number in range(count)
    ]


def tamper(sql: str, *values: str | int) -> None:
    """Change rows behind the trigger's back, as somebody with all rights could."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_auditentry DISABLE TRIGGER audit_append_only")
        cursor.execute(sql, values)
        cursor.execute("ALTER TABLE kernel_auditentry ENABLE TRIGGER audit_append_only")


def test_entries_are_numbered_and_chained_and_the_chain_holds() -> None:
    entries = written(5)
    assert [entry.position for entry in entries] == [1, 2, 3, 4, 5]
    assert entries[0].prev_hash == GENESIS
    assert all(later.prev_hash == earlier.hash for earlier, later in pairwise(entries))
    assert first_broken(SYSTEM) is None


def test_each_institution_has_a_chain_of_its_own() -> None:
    written(2)
    ours = written(3, institution_id=4)
    assert [(entry.chain, entry.position) for entry in ours] == [
        ("institution:4", 1),
        ("institution:4", 2),
        ("institution:4", 3),
    ]
    assert first_broken("institution:4") is None
    assert first_broken("institution:5") is None


def test_the_line_disappears_with_the_act_that_failed() -> None:
    with transaction.atomic():
        written(1)
        transaction.set_rollback(True)
    assert AuditEntry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_line_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError, match=r"attempt\.extended"):
        written(1)
    assert AuditEntry.objects.count() == 0


CHANGES: dict[str, Callable[[AuditEntry], object]] = {
    "update": lambda _: AuditEntry.objects.update(reason=""),
    "delete": lambda _: AuditEntry.objects.all().delete(),
    "save": lambda entry: entry.save(),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_database_refuses_to_change_or_delete_a_line(name: str) -> None:
    entry = written(1)[0]
    entry.reason = ""
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        CHANGES[name](entry)
    assert AuditEntry.objects.get().reason == "fire drill"


@pytest.mark.parametrize(
    "change",
    [
        "action = 'attempt.paused'",
        "actor_id = 8",
        "actor_id = NULL",
        "subject = 'attempt:77'",
        "reason = ''",
        "data = '{}'",
        "data = jsonb_set(data, '{after}', '99')",
        "at = at + interval '1 microsecond'",
        "hash = repeat('0', 64)",
        "prev_hash = repeat('1', 64)",
        "position = 30",
        "chain = 'institution:1'",
    ],
)
def test_a_change_of_any_column_is_found_at_its_place(change: str) -> None:
    written(5)
    tamper(f"UPDATE kernel_auditentry SET {change} WHERE position = 3")
    assert first_broken(SYSTEM) == 3


def test_a_missing_line_is_found_and_so_are_two_that_changed_places() -> None:
    written(5)
    tamper("DELETE FROM kernel_auditentry WHERE position = 2")
    assert first_broken(SYSTEM) == 2
    written(1, institution_id=1)
    written(3, institution_id=2)
    for old, new in ((2, 9), (3, 2), (9, 3)):
        tamper(
            "UPDATE kernel_auditentry SET position = %s "
            "WHERE chain = 'institution:2' AND position = %s",
            new,
            old,
        )
    assert first_broken("institution:2") == 2
    assert first_broken("institution:1") is None


def test_a_forged_line_with_a_right_hash_breaks_at_its_successor() -> None:
    written(4)
    forged = AuditEntry.objects.get(position=2)
    forged.reason = "nothing happened"
    tamper(
        "UPDATE kernel_auditentry SET reason = %s, hash = %s WHERE position = 2",
        forged.reason,
        hash_of(forged),
    )
    assert first_broken(SYSTEM) == 3


def test_random_tampering_is_always_found() -> None:
    written(30)
    source = random.Random(4)
    for _ in range(40):
        place = source.randint(1, 30)
        change = source.choice(["reason = reason || 'x'", "actor_id = actor_id + 1", "data = '[]'"])
        with transaction.atomic():
            tamper(f"UPDATE kernel_auditentry SET {change} WHERE position = {place}")
            assert first_broken(SYSTEM) == place
            transaction.set_rollback(True)
    assert first_broken(SYSTEM) is None


_facts = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abcé", max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(st.text("abcé", max_size=4), _facts, max_size=4))
def test_whatever_facts_come_back_from_the_database_still_fit_their_hash(
    facts: dict[str, Any],
) -> None:
    with transaction.atomic():
        entry = audit.append("fact.noted", actor_id=None, subject="fact:1", data=facts)
        assert hash_of(AuditEntry.objects.get(pk=entry.pk)) == entry.hash
        transaction.set_rollback(True)


def test_what_json_cannot_carry_is_refused() -> None:
    with pytest.raises(TypeError, match="not JSON: set"):
        audit.append("fact.noted", actor_id=None, subject="fact:1", data={"a": {1, 2}})


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_make_one_unbroken_chain() -> None:
    def write() -> None:
        try:
            for _ in range(10):
                with transaction.atomic():
                    written(1, institution_id=7)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert AuditEntry.objects.filter(chain="institution:7").count() == 60
    assert first_broken("institution:7") is None
