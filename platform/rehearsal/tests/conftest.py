"""The small site that the simulated people are tested against."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from rehearsal.browser import Browser
from rehearsal.live import Live
from rehearsal.tests.site import Site, running_site


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with running_site() as running:
        yield running


@pytest.fixture
async def browser(site: Site) -> AsyncIterator[Browser]:
    async with Browser(site.base_url) as opened:
        yield opened


@pytest.fixture
async def live(site: Site, browser: Browser) -> AsyncIterator[Live]:
    """A socket that is kept open for the time of the test and follows two topics."""
    socket = Live(browser, site.ws_url)
    for topic in ("watch:7", "media:3"):
        socket.follow(topic, lambda _frame: None)
    running = asyncio.ensure_future(socket.run())
    yield socket
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
