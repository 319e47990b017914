"""The process's signalling is made once, on first use, and only when it is bound."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from proctoring.media import binding
from proctoring.media.embedded import EmbeddedEngine
from proctoring.media.looks import LookLog
from proctoring.media.peerbook import PeerBook
from proctoring.media.sfu.loops import end
from proctoring.tests.media_stage import private_valkey


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Put the binding of the process back."""
    before = (binding._binding.make_engine, binding._binding.push)
    yield
    binding._binding.make_engine, binding._binding.push = before
    binding._binding.started = binding._binding.facts = binding._binding.renewal = None


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
        tasks = [binding._binding.facts, binding._binding.renewal]
        await end([task for task in tasks if task is not None])
        assert None not in tasks
        await engines[0].stop()


async def test_a_forgotten_binding_is_named() -> None:
    binding._binding.make_engine = binding._binding.started = None
    with pytest.raises(RuntimeError, match="bind was not called"):
        await binding.current()


async def test_looks_are_renewed_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "VIEW_LIFE", timedelta(milliseconds=3))
    renewed = asyncio.Semaphore(0)

    class Looks(LookLog):
        async def renew(self) -> None:
            renewed.release()

    running = asyncio.ensure_future(binding.renew_looks(Looks(PeerBook(), binding.note_looks)))
    for _ in range(3):
        await renewed.acquire()
    await end([running])
