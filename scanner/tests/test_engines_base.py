"""The port, and the engine of a site without a scanner."""

import io

import pytest

from scanner.engines.base import EngineUnavailable, NoEngine, bind_engine, bound_engine


def test_without_a_scanner_nothing_is_ever_clean() -> None:
    engine = NoEngine()
    with pytest.raises(EngineUnavailable):
        engine.version()
    with pytest.raises(EngineUnavailable):
        engine.scan(io.BytesIO(b"x"), 1)


def test_the_engine_is_bound_once_for_the_process() -> None:
    engine = NoEngine()
    bind_engine(engine)
    assert bound_engine() is engine
