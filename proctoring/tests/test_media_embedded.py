"""The adapter against a real worker process and a real Valkey: calls, placement, dead workers."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from proctoring.media.embedded import EmbeddedEngine
from proctoring.media.errors import MediaUnavailable, OfferRefused, PeerUnknown
from proctoring.media.ports import Answer, MediaEvent, SourceRef, WorkerLost
from proctoring.media.sfu import protocol
from proctoring.tests.media_stage import SfuProcess, ask, private_valkey, until

OFFERS = Path(__file__).parent / "offers"
CAMERA = (OFFERS / "chromium_camera.sdp").read_bytes().decode()
WALL = (OFFERS / "chromium_wall.sdp").read_bytes().decode()


@pytest.fixture  # one each: a worker that was killed is still in the directory for two seconds
def valkey() -> Iterator[str]:
    with private_valkey() as url:
        yield url


@contextlib.asynccontextmanager
async def adapter(url: str) -> AsyncIterator[EmbeddedEngine]:
    engine = EmbeddedEngine(url)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.stop()


@contextlib.asynccontextmanager
async def worker(url: str, name: str) -> AsyncIterator[SfuProcess]:
    process = SfuProcess(url, name=name)
    await process.start()
    try:
        yield process
    finally:
        if process.process is not None and process.process.poll() is None:
            assert process.stop() == 0


async def first(engine: EmbeddedEngine, kind: type[MediaEvent]) -> MediaEvent:
    async for event in engine.events():
        if isinstance(event, kind):
            return event
    raise AssertionError


async def test_every_call_makes_the_round_trip(valkey: str) -> None:
    async with worker(valkey, "a"), adapter(valkey) as engine:
        camera = await engine.publish("sitting:1", "attempt:1", CAMERA)
        assert camera.sdp.startswith("v=0\r\n")
        assert "a=simulcast:recv q;f" in camera.sdp
        wall = await engine.subscribe("sitting:1", "user:1", WALL, [SourceRef("attempt:1/camera")])
        await engine.switch(wall.peer_id, {1: SourceRef("attempt:1/camera", "f"), 0: None})
        fresh = await engine.restart_ice(camera.peer_id)
        assert f"a=ice-ufrag:{fresh.ufrag}" not in camera.sdp
        assert await engine.sources("sitting:1") == ()
        await engine.close(camera.peer_id)
        await engine.close(camera.peer_id)
        with pytest.raises(PeerUnknown):
            await engine.restart_ice(camera.peer_id)
        with pytest.raises(PeerUnknown):
            await engine.switch(wall.peer_id, {99: None})
        with pytest.raises(OfferRefused) as refusal:
            await engine.publish("sitting:1", "attempt:1", "nonsense")
        assert refusal.value.data == {"reason": "not_sdp"}


async def test_fifty_calls_at_once_need_one_reader(valkey: str) -> None:
    async with worker(valkey, "b"), adapter(valkey) as engine:
        joins = [engine.publish("sitting:2", f"attempt:{n}", CAMERA) for n in range(50)]
        answers = await asyncio.gather(*joins)
        assert len({answer.peer_id for answer in answers}) == 50


async def test_everybody_in_a_room_is_on_one_worker_in_every_process(valkey: str) -> None:
    async with (
        worker(valkey, "c"),
        worker(valkey, "d"),
        adapter(valkey) as one,
        adapter(valkey) as two,
    ):
        calls = [
            engine.publish("sitting:3", f"attempt:{n}", CAMERA)
            for n, engine in enumerate([one, two] * 4)
        ]
        answers = await asyncio.gather(*calls)
        assert len({answer.peer_id.partition("@")[2] for answer in answers}) == 1


async def test_without_a_worker_the_call_is_refused(valkey: str) -> None:
    async with adapter(valkey) as engine:
        await asyncio.sleep(0)
        with pytest.raises(MediaUnavailable):
            await engine.publish("sitting:4", "attempt:1", CAMERA)
        with pytest.raises(PeerUnknown):
            await engine.restart_ice("x@nobody/1")


async def test_a_killed_worker_is_announced_and_its_calls_time_out(
    valkey: str,
) -> None:
    async with worker(valkey, "e") as process, adapter(valkey) as engine:
        epoch = await process.epoch()
        camera = await engine.publish("sitting:5", "attempt:1", CAMERA)
        lost = asyncio.ensure_future(first(engine, WorkerLost))
        await asyncio.sleep(0)
        process.stop(signal.SIGKILL)
        with pytest.raises(MediaUnavailable):
            await engine.restart_ice(camera.peer_id)
        async with asyncio.timeout(10):
            assert await lost == WorkerLost("e", epoch or "")
        with pytest.raises(PeerUnknown):
            await engine.restart_ice(camera.peer_id)


async def test_a_restarted_worker_is_a_new_life_and_takes_over_its_rooms(valkey: str) -> None:
    async with worker(valkey, "f") as process, adapter(valkey) as engine:
        before = await engine.publish("sitting:6", "attempt:1", CAMERA)
        lost = asyncio.ensure_future(first(engine, WorkerLost))
        await asyncio.sleep(0)
        process.stop(signal.SIGKILL)
        await process.start()
        async with asyncio.timeout(10):
            await lost
        answers: list[Answer] = []

        async def published() -> bool:
            with contextlib.suppress(MediaUnavailable):
                answers.append(await engine.publish("sitting:6", "attempt:1", CAMERA))
            return bool(answers)

        await until(published, within=10)
        after = answers[0]
        assert before.peer_id.partition("@")[2] != after.peer_id.partition("@")[2]
        with pytest.raises(PeerUnknown):
            await engine.restart_ice(before.peer_id)


async def test_a_worker_that_is_stopped_signs_off_at_once(valkey: str) -> None:
    async with worker(valkey, "h") as process, adapter(valkey) as engine:
        camera = await engine.publish("sitting:8", "attempt:1", CAMERA)
        lost = asyncio.ensure_future(first(engine, WorkerLost))
        await asyncio.sleep(0)
        assert process.stop() == 0
        assert await ask(engine._redis, "EXISTS", protocol.worker_key("h")) == 0
        async with asyncio.timeout(10):
            await lost
        with pytest.raises(PeerUnknown):
            await engine.restart_ice(camera.peer_id)


async def test_malformed_replies_and_events_are_ignored(valkey: str) -> None:
    async with worker(valkey, "g"), adapter(valkey) as engine:
        redis = engine._redis
        await ask(redis, "RPUSH", protocol.replies_key(engine._client), b"junk")
        await redis.publish(protocol.EVENTS, b"junk")
        await ask(redis, "RPUSH", protocol.replies_key(engine._client), b'{"id":"?"}')
        answer = await engine.publish("sitting:7", "attempt:1", CAMERA)
        assert answer.peer_id
