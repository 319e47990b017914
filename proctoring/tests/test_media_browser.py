"""End to end in Chromium: camera → worker process → wall, focus, and a worker killed and replaced.

The browser modules, signalling, adapter, worker and Valkey are the real ones; the page and its
plain socket stand in for the pages of the product.
"""

import asyncio
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from proctoring.tests.media_stage import SfuProcess, Stage, browser, open_page, playing, until

pytestmark = [
    pytest.mark.own_servers,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene() -> AsyncIterator[tuple[Stage, SfuProcess, Browser]]:
    """One stage, worker and browser for all tests here."""
    async with browser() as chromium, playing() as (stage, worker, _):
        yield stage, worker, chromium


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def empty(scene: tuple[Stage, SfuProcess, Browser]) -> AsyncIterator[None]:
    """Leave no page behind."""
    stage, _, chromium = scene
    stage.pushed.clear()
    yield
    for context in chromium.contexts:
        await context.close()


async def picture(wall: Page, slot: int) -> dict[str, Any]:
    found: dict[str, Any] = await wall.evaluate("picture", slot)
    return found


async def wait_for_picture(
    wall: Page, slot: int, *, decoded: int = 1, width: int = 1, within: float = 30.0
) -> dict[str, Any]:
    """Return what the slot shows once it shows enough."""
    found: dict[str, Any] = {}
    async with asyncio.timeout(within):
        while True:
            found = await picture(wall, slot)
            if found["decoded"] >= decoded and found["width"] >= width:
                return found
            await asyncio.sleep(0.05)


async def opened(stage: Stage, chromium: Browser) -> tuple[Page, Page]:
    camera = await open_page(chromium, stage.url)
    await camera.evaluate("startCamera('ana', 1)")
    wall = await open_page(chromium, stage.url)
    await wall.evaluate("startWall(4)")
    await wall.evaluate("show([2, 1])")
    return camera, wall


async def test_the_wall_shows_a_candidate_and_focus_brings_the_high_layer(
    scene: tuple[Stage, SfuProcess, Browser],
) -> None:
    stage, _, chromium = scene
    camera, wall = await opened(stage, chromium)
    low = await wait_for_picture(wall, 1)
    assert 160 <= low["width"] <= 320
    await wait_for_picture(wall, 1, decoded=low["decoded"] + 3)
    assert (await picture(wall, 0))["decoded"] == 0
    assert (await camera.evaluate("sent()"))["f"] == 0

    await wall.evaluate("focusOn(1)")
    await wait_for_picture(wall, 4, width=640)
    thumbnail = await picture(wall, 1)
    await wait_for_picture(wall, 4, width=640, decoded=5)
    small = await wait_for_picture(wall, 1, decoded=thumbnail["decoded"] + 1)
    assert 160 <= small["width"] <= 320

    await wall.evaluate("focusOn(null)")
    await asyncio.sleep(1)
    before = (await camera.evaluate("sent()"))["f"]
    await asyncio.sleep(1)
    assert (await camera.evaluate("sent()"))["f"] == before


async def test_pages_are_turned_without_another_offer(
    scene: tuple[Stage, SfuProcess, Browser],
) -> None:
    stage, _, chromium = scene
    _, wall = await opened(stage, chromium)
    other = await open_page(chromium, stage.url)
    await other.evaluate("startCamera('ben', 2)")
    await wait_for_picture(wall, 0)
    await wait_for_picture(wall, 1)
    offer = await wall.evaluate("offer")
    await wall.evaluate("show([1, null])")
    before = (await picture(wall, 0))["decoded"]
    await wait_for_picture(wall, 0, decoded=before + 10)
    still = (await picture(wall, 1))["decoded"]
    await asyncio.sleep(0.5)
    assert (await picture(wall, 1))["decoded"] <= still + 1
    assert await wall.evaluate("offer") == offer


async def test_pictures_return_by_themselves_after_the_worker_was_killed(
    scene: tuple[Stage, SfuProcess, Browser],
) -> None:
    stage, worker, chromium = scene
    camera, wall = await opened(stage, chromium)
    await wait_for_picture(wall, 1, decoded=5)
    await wall.evaluate("focusOn(1)")
    await wait_for_picture(wall, 4, width=640)
    worker.stop(signal.SIGKILL)
    await asyncio.sleep(0.5)
    await worker.start()

    async def wall_told() -> bool:
        return ("media:1", "media.reassign") in stage.pushed

    await until(wall_told, within=30)
    await wait_for_picture(wall, 1)
    await wait_for_picture(wall, 4, width=640)
    assert ("media:a1", "media.reassign") in stage.pushed
    assert await camera.evaluate("camera.state.status") == "live"
    assert await wall.evaluate("wall.status") == "live"


async def test_a_reloaded_candidate_is_seen_again_in_the_same_slot(
    scene: tuple[Stage, SfuProcess, Browser],
) -> None:
    stage, _, chromium = scene
    camera, wall = await opened(stage, chromium)
    await wait_for_picture(wall, 1, decoded=5)
    await camera.reload()
    await camera.wait_for_function("window.startCamera !== undefined")
    before = (await picture(wall, 1))["decoded"]
    await camera.evaluate("startCamera('ana', 1)")
    await wait_for_picture(wall, 1, decoded=before + 5, within=5)


async def test_a_candidate_can_neither_watch_nor_send_as_another(
    scene: tuple[Stage, SfuProcess, Browser],
) -> None:
    stage, _, chromium = scene
    page = await open_page(chromium, stage.url)
    await page.evaluate("startCamera('ben', 1)")
    await page.wait_for_function("camera.state.status === 'refused'")
    await page.evaluate("startCamera('ben', 2)")
    await page.wait_for_function("camera.state.status === 'live'")
    offer = await page.evaluate("offer")
    ask = "offer => socket.call('media:1', 'media.subscribe', {offer}).catch(e => e.code)"
    assert await page.evaluate(ask, offer) == "media_forbidden"
