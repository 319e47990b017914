"""Typed readers of environment variables and of the secret files they may point to."""

import os
from pathlib import Path


def text(name: str, default: str = "") -> str:
    """Return the variable `name`, or the content of the file named by `<name>_FILE`.

    An empty variable counts as not set, so that a copied `.env.example` changes nothing.
    """
    secret_file = os.environ.get(f"{name}_FILE")
    if secret_file:
        return Path(secret_file).read_text(encoding="utf-8").strip()
    return os.environ.get(name) or default


def flag(name: str, *, default: bool = False) -> bool:
    """Return True for 1, true, yes or on.

    Raises:
        ValueError: Another word; the name and the allowed words are in the text.
    """
    raw = text(name, "1" if default else "0").strip().lower()
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError(f"{name}={raw!r}: use one of 1, true, yes, on, 0, false, no, off")


def number(name: str, default: int) -> int:
    """Return the variable as a whole number.

    Raises:
        ValueError: It is not a whole number; the name is in the text.
    """
    raw = text(name, str(default))
    try:
        return int(raw)
    except ValueError:
        raise ValueError(f"{name}={raw!r}: use a whole number") from None


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated variable as a list without empty items."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def of_test_process(redis_url: str) -> str:
    """Return the address of the Redis database that belongs to this process of a test run.

    Processes that test side by side each get a database of their own, as in PostgreSQL. A stack
    that a test starts is no test process, whatever it inherits.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker or not flag("INVIGIL_TESTING"):
        return redis_url
    server, _, _ = redis_url.rpartition("/")
    return f"{server}/{int(worker.removeprefix('gw')) + 1}"
