"""The note that the tables are up to date: void as soon as anything it depends on changes."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from invigil.devstack import Options, open_engines
from invigil.launch.place import Place
from invigil.launch.ports import Ports
from invigil.launch.tables import are_prepared, note_prepared


@pytest.fixture
def address(place: Place, ports: Ports, quiet_interrupts: list[int]) -> Iterator[str]:
    with open_engines(place, Options(ports, durable=False)) as supervisor:
        given = supervisor.env["DATABASE_URL"]
        with psycopg.connect(given) as connection:
            connection.execute(
                "CREATE TABLE django_migrations (name text, applied timestamptz DEFAULT now())"
            )
            connection.execute("INSERT INTO django_migrations VALUES ('0001_initial')")
        yield given


@pytest.fixture
def sources(place: Place, tmp_path: Path) -> Place:
    """A working copy with one migration."""
    folder = tmp_path / "copy" / "exams" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_initial.py").write_text("first", encoding="utf-8")
    (tmp_path / "copy" / "requirements.lock").write_text("", encoding="utf-8")
    return Place(tmp_path / "copy", place.var)


def test_the_note_holds_until_something_changes(sources: Place, address: str) -> None:
    assert not are_prepared(sources, address)
    note_prepared(sources, address)
    assert are_prepared(sources, address)


def test_a_changed_migration_makes_it_void(sources: Place, address: str) -> None:
    note_prepared(sources, address)
    (sources.root / "exams/migrations/0002_more.py").write_text("second", encoding="utf-8")
    assert not are_prepared(sources, address)


def test_a_changed_lock_makes_it_void(sources: Place, address: str) -> None:
    note_prepared(sources, address)
    (sources.root / "requirements.lock").write_text("newer", encoding="utf-8")
    assert not are_prepared(sources, address)


@pytest.mark.parametrize(
    "change", ["DELETE FROM django_migrations", "DROP TABLE django_migrations"]
)
def test_another_history_makes_it_void(sources: Place, address: str, change: str) -> None:
    note_prepared(sources, address)
    with psycopg.connect(address) as connection:
        connection.execute(change.encode())
    assert not are_prepared(sources, address)
