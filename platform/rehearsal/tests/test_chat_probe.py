"""One candidate's posts to the class's room: which of them prove something about the lock."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from rehearsal.browser import Browser
from rehearsal.chat_probe import ChatProbe
from rehearsal.live import Live
from rehearsal.tests.site import CHAT, SITTING, Site, refuse, until


@pytest.fixture
async def probe(site: Site, browser: Browser) -> AsyncIterator[ChatProbe]:
    """A candidate who follows the room, before the lobby."""
    live = Live(browser, site.ws_url)
    rng = random.Random(1)
    made = ChatProbe(live, room=CHAT.partition(":")[2], sitting=SITTING, rng=rng)
    made.follow()
    running = asyncio.ensure_future(live.run())
    await live.is_open.wait()
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def lock(site: Site, probe: ChatProbe) -> None:
    site.room.is_locked = True
    probe.expect_lock()


async def test_a_post_before_the_lobby_is_the_control(probe: ChatProbe) -> None:
    await probe.post()
    assert (probe.log.opened, probe.log.tried) == (1, 0)


async def test_a_refusal_before_the_lobby_was_heard_of_proves_nothing(
    site: Site, probe: ChatProbe
) -> None:
    site.room.is_locked = True
    await probe.post()
    assert (probe.log.opened, probe.log.tried, probe.log.problems) == (0, 0, [])


async def test_a_locked_room_refuses_and_a_broken_lock_is_late(
    site: Site, probe: ChatProbe
) -> None:
    lock(site, probe)
    await probe.post()
    assert (probe.log.refused, probe.log.late) == (1, 0)
    site.room.is_broken = True
    await probe.post()
    assert (probe.log.tried, probe.log.late) == (2, 1)


@pytest.mark.parametrize("code", ["not_subscribed", "room_not_found", "rate_limited"])
async def test_a_refusal_for_another_reason_is_a_problem_and_no_try(
    site: Site, probe: ChatProbe, code: str
) -> None:
    """A post that does not reach the lock says nothing about it."""
    lock(site, probe)
    site.calls["chat.post"] = refuse(code)
    await probe.post()
    assert probe.log.problems == [f"chat refused (locked): {code}"]
    assert probe.log.tried == 0


async def test_a_room_that_cannot_be_followed_is_a_problem(site: Site, probe: ChatProbe) -> None:
    await site.push({"t": "err", "re": f"s:{CHAT}", "code": "room_not_found", "d": {}})
    await until(lambda: probe.log.problems)
    assert probe.log.problems == ["chat refused: room_not_found"]


async def test_a_lost_connection_tells_nothing(
    site: Site, probe: ChatProbe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rehearsal.live.CALL_TIMEOUT_S", 0.05)
    lock(site, probe)
    site.calls["chat.post"] = lambda _frame: {}
    await probe.post()
    assert (probe.log.tried, probe.log.problems) == (0, [])


async def test_the_room_of_a_closed_sitting_takes_posts_again(site: Site, probe: ChatProbe) -> None:
    lock(site, probe)
    await site.push(site.room.give_up())
    await until(lambda: probe.log.unlocked_at)
    await probe.post()
    assert (probe.log.reopened, probe.log.late) == (1, 0)


async def test_a_room_that_stays_locked_after_the_close_is_a_problem(
    site: Site, probe: ChatProbe
) -> None:
    lock(site, probe)
    await site.push(site.room.give_up())
    await until(lambda: probe.log.unlocked_at)
    site.room.is_locked = True
    await probe.post()
    assert probe.log.problems == ["chat refused (reopened): chat_locked"]


async def test_the_end_of_another_sittings_lock_changes_nothing(
    site: Site, probe: ChatProbe
) -> None:
    lock(site, probe)
    other, own = site.room.give_up(), site.room.give_up()
    other["d"]["sitting"] = SITTING + 1
    await site.push(other, own)
    await until(lambda: probe.log.unlocked_at)
    assert probe.log.unlocked_at == own["seq"]


async def test_an_end_that_was_missed_is_read_on_coming_back(site: Site, probe: ChatProbe) -> None:
    lock(site, probe)
    missed = site.room.give_up()
    await site.cut()
    await until(lambda: probe.log.unlocked_at)
    assert probe.log.unlocked_at == missed["seq"]


async def test_the_end_of_an_earlier_lock_is_not_read_as_ones_own(
    site: Site, probe: ChatProbe
) -> None:
    await probe.post()
    await site.cut()
    await until(lambda: len(site.heard("sub")) == 2)
    await probe.post()
    assert (probe.log.opened, probe.log.unlocked_at) == (2, 0)


async def test_every_change_is_tried_at_once(site: Site, probe: ChatProbe) -> None:
    posting = asyncio.ensure_future(probe.keep_posting())
    await until(lambda: probe.log.opened)
    lock(site, probe)
    await until(lambda: probe.log.refused)
    await site.push(site.room.give_up())
    async with asyncio.timeout(5):
        await posting
    assert (probe.log.opened, probe.log.refused, probe.log.reopened) == (1, 1, 1)
