"""Chromium for tests, started once and looked through in the same few ways."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from django.db import connections
from playwright.sync_api import Browser, sync_playwright

from kernel.tests.programs import chromium_path

Look = tuple[int, str, str]

# Width in pixels, theme, language: every pair of them, in four looks.
LOOKS: Final[list[Look]] = [
    (1280, "light", "en"), (1280, "dark", "fa"), (390, "dark", "en"), (390, "light", "fa"),
]  # fmt: skip


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Start a headless Chromium."""
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *flags])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def chromium_beside_database() -> Iterator[Browser]:
    """Start a Chromium for tests that also ask the database from their own thread."""
    with pytest.MonkeyPatch.context() as patch, chromium() as browser:
        # Playwright's loop runs in this thread; the database is not used from inside of it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield browser
        connections.close_all()  # those that Django keeps apart while a loop runs
