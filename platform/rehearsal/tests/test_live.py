"""One browser's socket: topics, calls and their ends, and coming back after a loss."""

import asyncio
from typing import Any

import pytest

from rehearsal import live as module
from rehearsal.live import CallRefused, Live
from rehearsal.tests.site import Site, refuse, silent, until


async def test_a_followed_topic_gives_its_snapshot_and_its_events(site: Site, live: Live) -> None:
    heard: list[dict[str, Any]] = []
    site.snapshots["wall:3"] = {"rows": {}}
    live.follow("wall:3", heard.append)
    await until(lambda: heard)
    assert (heard[0]["t"], heard[0]["d"]) == ("subd", {"rows": {}})
    await site.push(
        {"t": "wall.changed", "top": "wall:3", "d": {"7": {}}},
        {"t": "chat.posted", "top": "chat:1", "d": {}},
        {"t": "wall.closed", "top": "wall:3", "d": {}},
    )
    await until(lambda: len(heard) == 3)
    assert [frame["t"] for frame in heard[1:]] == ["wall.changed", "wall.closed"]
    assert site.origins == [site.base_url]


async def test_a_call_returns_the_data_of_its_own_ack(site: Site, live: Live) -> None:
    assert await live.call("watch:7", "watch.ack", {"outcome": "applied"}) == {"name": "watch.ack"}
    (frame,) = site.heard("watch.ack")
    assert (frame["top"], frame["d"]) == ("watch:7", {"outcome": "applied"})


async def test_answers_find_their_calls_by_id(site: Site, live: Live) -> None:
    site.calls["media.publish"] = refuse("media_busy")
    with pytest.raises(CallRefused, match="media_busy"):
        await live.call("media:3", "media.publish", {})
    assert await live.call("watch:7", "watch.ack", {}) == {"name": "watch.ack"}
    await site.push({"t": "ack", "re": "nobody", "d": {}})
    assert await live.call("watch:7", "watch.look", {}) == {"name": "watch.look"}


async def test_a_call_on_a_topic_that_is_not_followed_is_refused(live: Live) -> None:
    """The small site once took it, which the real one does not."""
    with pytest.raises(CallRefused, match="not_subscribed"):
        await live.call("watch:8", "watch.ack", {})


async def test_a_call_without_an_answer_ends(
    site: Site, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CALL_TIMEOUT_S", 0.4)
    site.calls["media.publish"] = silent
    await live.is_open.wait()
    with pytest.raises(CallRefused, match="timeout"):
        await live.call("media:3", "media.publish", {})


async def test_a_call_that_is_called_off_while_its_answer_comes_in_is_called_off(
    site: Site, live: Live
) -> None:
    """Whoever calls in a loop would go on for ever, and whoever waits for its end with it."""
    site.calls["watch.ack"] = silent
    await live.is_open.wait()
    calling = asyncio.ensure_future(live.call("watch:7", "watch.ack", {}))
    await until(lambda: site.heard("watch.ack"))
    live._settle({"t": "ack", "d": {}}, site.heard("watch.ack")[0]["id"])
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling


async def test_a_lost_connection_ends_the_calls_and_comes_back_with_its_topics(
    site: Site, live: Live
) -> None:
    ups: list[int] = []
    live.when_open(lambda: ups.append(live.opened))
    live.follow("wall:3", lambda _frame: None)
    site.calls["media.publish"] = lambda frame: site.sockets[-1]._req.transport.abort() or {}  # type: ignore[union-attr]
    with pytest.raises(CallRefused, match="disconnected"):
        await live.call("media:3", "media.publish", {})
    await until(lambda: [sub["top"] for sub in site.heard("sub")].count("wall:3") == 2)
    assert ups == [1, 2]
    assert await live.call("watch:7", "watch.ack", {}) == {"name": "watch.ack"}


async def test_a_socket_that_is_lost_right_after_hello_comes_back(
    site: Site, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Finding 30: the loss before the subscriptions ended the socket for good."""
    heard: list[dict[str, Any]] = []
    live.follow("wall:3", heard.append)
    greet = live._greeted

    async def lose_it_first() -> None:
        monkeypatch.setattr(live, "_greeted", greet)
        assert live._socket is not None
        await live._socket.close()
        await greet()

    monkeypatch.setattr(live, "_greeted", lose_it_first)
    await until(lambda: heard)
    assert len(site.sockets) == 2
    assert await live.call("watch:7", "watch.ack", {}) == {"name": "watch.ack"}


async def test_a_call_on_a_socket_that_has_just_closed_is_refused_as_disconnected(
    site: Site, live: Live
) -> None:
    await live.is_open.wait()
    assert live._socket is not None
    await live._socket.close()
    with pytest.raises(CallRefused, match="disconnected"):
        await live.call("watch:7", "watch.ack", {})
    await until(lambda: live.opened == 2)


async def test_a_farewell_of_the_server_is_followed_by_a_new_socket(site: Site, live: Live) -> None:
    await live.is_open.wait()
    await site.sockets[-1].close(code=1012)
    await until(lambda: live.opened == 2)


async def test_the_socket_beats(site: Site, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEAT_S", 0.05)
    await live.is_open.wait()
    await site.cut()
    await until(lambda: len(site.heard("hb")) >= 2)
    assert len({frame["id"] for frame in site.heard("hb")}) >= 2
