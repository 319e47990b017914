"""Chromium for tests, started once and looked through in the same few ways, and what is wrong there."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # ships no types
from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright

from kernel.tests.programs import chromium_path

Look = tuple[int, str, str]

# Width in pixels, theme, language: every pair of them, in four looks.
LOOKS: Final[list[Look]] = [
    (1280, "light", "en"), (1280, "dark", "fa"), (390, "dark", "en"), (390, "light", "fa"),
]  # fmt: skip

AXE: Final[dict[str, Any]] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # Half of its time went into describing what is right, and into loading what is loaded already.
    "resultTypes": ["violations"],
    "preload": False,
}


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


def findings_of(page: Page) -> list[str]:
    """Return what axe finds on a page, in words."""
    broken_rules = Axe().run(page, options=AXE).response["violations"]
    return [
        f"{page.url}: {rule['id']}: {node['html'][:160]}"
        for rule in broken_rules
        for node in rule["nodes"][:2]
    ]


def overflow_of(page: Page) -> list[str]:
    """Return whether a page is wider than its window."""
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{page.url}: {wide} px too wide"] if wide > 0 else []
