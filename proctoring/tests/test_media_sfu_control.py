"""A worker's side of the control channel: what it does with calls, good and bad."""

import asyncio
import time

import pytest
from redis import asyncio as aioredis

from proctoring.media.ports import SourceRef, SourceUp
from proctoring.media.sfu import protocol
from proctoring.media.sfu.control import MAX_UNSENT_EVENTS, Control, perform
from proctoring.media.sfu.loops import end
from proctoring.tests.media_stage import ask, private_valkey, until
from proctoring.tests.test_media_sfu_engine import ANA, CAMERA, ROOM, WALL, hall


def request(call: protocol.Call, *, age_ms: int = 0) -> protocol.Request:
    expires_ms = int(time.time() * 1000) + 2000 - age_ms  # noqa: TID251 the media plane's own clock
    return protocol.Request("r1", protocol.replies_key("me"), expires_ms, call)


async def test_every_call_is_performed_and_every_refusal_becomes_a_fault() -> None:
    async with hall() as place:
        sfu = place.sfu
        camera = perform(sfu, request(protocol.Publish(ROOM, ANA, CAMERA, ("q", "f")))).answer
        assert camera is not None
        wish = (SourceRef(f"{ANA}/camera"),)
        wall = perform(sfu, request(protocol.Subscribe(ROOM, "user:1", WALL, wish))).answer
        assert wall is not None
        assert perform(sfu, request(protocol.Switch(wall.peer_id, {0: None}))).fault is None
        assert perform(sfu, request(protocol.Restart(camera.peer_id))).credentials is not None
        assert perform(sfu, request(protocol.Sources(ROOM))).sources == ()
        assert perform(sfu, request(protocol.Close(camera.peer_id))).fault is None
        gone = perform(sfu, request(protocol.Restart(camera.peer_id))).fault
        assert gone == protocol.Fault("peer_unknown", {})
        bad = perform(sfu, request(protocol.Publish(ROOM, ANA, "x", ()))).fault
        assert bad == protocol.Fault("offer_refused", {"reason": "not_sdp"})


async def test_a_bug_in_one_call_is_a_fault_and_not_the_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with hall() as place:
        monkeypatch.setattr(place.sfu, "close", lambda _: 1 / 0)
        with caplog.at_level("ERROR"):
            fault = perform(place.sfu, request(protocol.Close("x"))).fault
        assert fault == protocol.Fault("media_unavailable", {})
        assert "ZeroDivisionError" in caplog.text
        monkeypatch.undo()


async def test_calls_are_answered_in_order_and_bad_or_late_ones_skipped() -> None:
    with private_valkey() as url:
        async with hall() as place, aioredis.Redis.from_url(url) as redis:
            control = Control(redis, worker="w", epoch="1", port=1, ips="")
            key = protocol.calls_key("w", "1")
            late = request(protocol.Sources(ROOM), age_ms=5000)
            calls = [b"junk", b"x" * 300_000, protocol.encode(late)]
            calls += [protocol.encode(request(protocol.Sources(ROOM)))] * 20
            await ask(redis, "RPUSH", key, *calls)
            serving = asyncio.ensure_future(control.serve(place.sfu))

            async def answered() -> bool:
                return bool(await ask(redis, "LLEN", protocol.replies_key("me")) == 20)

            await until(answered, within=5)
            await end([serving])
            raw = await ask(redis, "LPOP", protocol.replies_key("me"))
            assert protocol.decode_reply(raw) == protocol.Reply("r1")
            left = await ask(redis, "TTL", protocol.replies_key("me"))
            assert 0 < left <= protocol.LIST_TTL_SECONDS


async def test_heartbeat_has_the_figures_and_dies_with_the_worker() -> None:
    with private_valkey() as url:
        async with hall() as place, aioredis.Redis.from_url(url) as redis:
            place.sfu.publish(ROOM, ANA, CAMERA, ("q",))
            control = Control(redis, worker="w", epoch="1", port=77, ips="127.0.0.1")
            beating = asyncio.ensure_future(control.beat(place.sfu))

            async def signed_on() -> bool:
                return bool(await ask(redis, "SISMEMBER", protocol.WORKERS, "w"))

            await until(signed_on, within=5)
            found = await ask(redis, "HGETALL", protocol.worker_key("w"))
            row = (
                found
                if isinstance(found, dict)
                else dict(zip(found[::2], found[1::2], strict=True))
            )
            assert row[b"epoch"] == b"1"
            assert row[b"port"] == b"77"
            assert row[b"peers"] == b"1"
            assert row[b"rooms"] == ROOM.encode()
            assert row[b"packets_out"] == b"0"
            ttl = await ask(redis, "TTL", protocol.worker_key("w"))
            assert 0 < ttl <= protocol.HEARTBEAT_TTL_SECONDS
            await end([beating])
            await control.leave()
            assert not await ask(redis, "EXISTS", protocol.worker_key("w"))


async def test_facts_are_published_and_the_queue_is_bounded() -> None:
    with private_valkey() as url:
        async with aioredis.Redis.from_url(url) as redis:
            control = Control(redis, worker="w", epoch="1", port=1, ips="")
            for number in range(MAX_UNSENT_EVENTS + 5):
                control.emit(SourceUp(ROOM, str(number), "p"))
            async with redis.pubsub() as ears:
                await ears.subscribe(protocol.EVENTS)
                telling = asyncio.ensure_future(control.tell())
                async with asyncio.timeout(5):
                    async for message in ears.listen():
                        if message["type"] == "message":
                            break
                await end([telling])
            assert protocol.decode_event(message["data"]) == SourceUp(ROOM, "5", "p")
