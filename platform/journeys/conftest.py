from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from journeys.stack import RunningStack, chromium, running_stack


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with running_stack(tmp_path_factory.mktemp("stack") / "var") as running:
        yield running


@pytest.fixture(scope="package")  # its loop must not outlive the journeys: others start their own
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started
