"""Shared by every test: cheap password hashing, before the settings are read."""

import os

import pytest

os.environ.setdefault("INVIGIL_TESTING", "1")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what starts whole stacks one after another: the launcher's here, the journeys there."""
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("journeys"))
        elif "whole_stack" in item.keywords:
            item.add_marker(pytest.mark.xdist_group("whole stack"))
