"""Whether the tables are known to be up to date, so that an ordinary start need not ask Django.

The note under var/ names the migrations of the working copy and the history of the database. A
changed migration, a changed lock, or another or emptied database makes it void.
"""

import hashlib
from pathlib import Path

import psycopg

from invigil.launch.place import Place
from invigil.launch.python_env import LOCK

HISTORY = "SELECT count(*)::text || ' ' || max(applied)::text FROM django_migrations"


def are_prepared(place: Place, address: str) -> bool:
    """Tell whether the note is there and still true."""
    try:
        return note(place).read_text(encoding="utf-8") == fingerprint(place, address)
    except OSError:
        return False


def note_prepared(place: Place, address: str) -> None:
    """Write the note."""
    note(place).write_text(fingerprint(place, address), encoding="utf-8")


def note(place: Place) -> Path:
    """Return where the note is kept."""
    return place.var / "prepared"


def fingerprint(place: Place, address: str) -> str:
    """Return one line for these migrations in this database."""
    return f"{_hash_of_migrations(place.root)} {_history(address)}"


def _hash_of_migrations(root: Path) -> str:
    total = hashlib.sha256((root / LOCK).read_bytes())
    files = [*root.glob("*/migrations/*.py"), *root.glob("platform/*/migrations/*.py")]
    for path in sorted(files):
        total.update(path.as_posix().encode() + path.read_bytes())
    return total.hexdigest()


def _history(address: str) -> str:
    try:
        with psycopg.connect(address, connect_timeout=5) as connection:
            row = connection.execute(HISTORY).fetchone()
    except psycopg.Error as error:
        return f"unknown: {error}"
    return str(row[0]) if row else "empty"
