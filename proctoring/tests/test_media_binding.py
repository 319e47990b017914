"""The process's signalling is made once, on first use, and only when it is bound."""

import asyncio
from collections.abc import Iterator

import pytest

from proctoring.media import binding
from proctoring.media.embedded import EmbeddedEngine
from proctoring.media.sfu.loops import end
from proctoring.tests.media_stage import private_valkey


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Put the binding of the process back."""
    before = (binding._binding.make_engine, binding._binding.push)
    yield
    binding._binding.make_engine, binding._binding.push = before
    binding._binding.started = binding._binding.facts = None


async def test_signalling_is_made_once_however_many_ask() -> None:
    engines: list[EmbeddedEngine] = []
    with private_valkey() as url:

        def make() -> EmbeddedEngine:
            engines.append(EmbeddedEngine(url))
            return engines[-1]

        binding.bind(make, lambda topic, message: None)
        assert engines == []
        one, two = await asyncio.gather(binding.current(), binding.current())
        assert one is two is await binding.current()
        assert len(engines) == 1
        assert binding._binding.facts is not None
        await end([binding._binding.facts])
        await engines[0].stop()


async def test_a_forgotten_binding_is_named() -> None:
    binding._binding.make_engine = binding._binding.started = None
    with pytest.raises(RuntimeError, match="bind was not called"):
        await binding.current()
