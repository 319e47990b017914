"""The cast and the stores of the scanner's tests, and a real clamd where there is one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from accounts.models import Institution, User
from kernel.events import bus
from scanner.engines.base import NoEngine, bind_engine, bound_engine
from scanner.events import UploadCleared, UploadRejected
from scanner.tests.clamd_server import ClamdServer


@pytest.fixture(autouse=True)
def stores(settings: LazySettings, tmp_path: Path) -> Iterator[Path]:
    """Own folders for each test, and no scanner unless the test binds one."""
    settings.QUARANTINE_DIR = tmp_path / "quarantine"
    settings.CLEAN_DIR = tmp_path / "clean"
    before = bound_engine()
    bind_engine(NoEngine())
    yield tmp_path
    bind_engine(before)


@pytest.fixture(scope="session")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClamdServer]:
    """One clamd for all tests that leave it as it is."""
    with ClamdServer(tmp_path_factory.mktemp("clamd")) as server:
        yield server


@pytest.fixture
def own_clamd(tmp_path: Path) -> Iterator[ClamdServer]:
    """A clamd of this test's own, to freeze and to kill."""
    with ClamdServer(tmp_path / "own") as server:
        yield server


@pytest.fixture
def northgate() -> Institution:
    return Institution.objects.create(code="north", name="Northgate College")


@pytest.fixture
def ana(northgate: Institution) -> User:
    return User.objects.create(email="ana@north.test", full_name="Ana", institution=northgate)


@pytest.fixture
def ben(northgate: Institution) -> User:
    return User.objects.create(email="ben@north.test", full_name="Ben", institution=northgate)


@pytest.fixture
def olga() -> User:
    other = Institution.objects.create(code="south", name="Southgate College")
    return User.objects.create(email="olga@south.test", full_name="Olga", institution=other)


@pytest.fixture
def clamd_bound(clamd: ClamdServer) -> None:
    """Let services ask the shared clamd."""
    bind_engine(clamd.engine())


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the rest of the system was told during this test."""
    told: list[object] = []
    for event_type in (UploadCleared, UploadRejected):
        bound = [*bus.handlers_of(event_type), told.append]
        monkeypatch.setitem(bus._handlers, event_type, bound)
    return told
