"""Shared by every test: cheap password hashing, before the settings are read."""

import os

import pytest

os.environ.setdefault("INVIGIL_TESTING", "1")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what starts whole stacks on one of the processes that test side by side."""
    for item in items:
        if "journeys" in item.path.parts or "whole_stack" in item.keywords:
            item.add_marker(pytest.mark.xdist_group("whole stack"))
