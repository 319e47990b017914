import pytest

from proctoring.tests.stage import Stage, make_stage


@pytest.fixture
def stage(db: None, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return make_stage(monkeypatch)
