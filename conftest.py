"""Shared by every test: cheap password hashing, before the settings are read."""

import os
from collections.abc import Iterator

import pytest
from django.db import connection
from django.utils import timezone, translation
from pytest_django.plugin import DjangoDbBlocker

os.environ.setdefault("INVIGIL_TESTING", "1")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what starts whole stacks one after another: the launcher's here, the journeys there.

    Tests that share servers of their file stay together, or each process would start its own. The
    longest rows begin first.
    """
    items.sort(key=_row)
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("journeys"))
        elif "whole_stack" in item.keywords:
            item.add_marker(pytest.mark.xdist_group("whole stack"))
        elif "own_servers" in item.keywords:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def _row(item: pytest.Item) -> int:
    if "journeys" in item.path.parts:
        return 0
    return 1 if {"whole_stack", "own_servers"} & set(item.keywords) else 2


@pytest.fixture(autouse=True)
def _in_nobodys_language() -> None:
    """Leave no test the language and time zone of the last request that an earlier one made."""
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,  # noqa: ARG001 - the one that this wraps
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """End the sessions that threads left open, so that the test database can be dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
