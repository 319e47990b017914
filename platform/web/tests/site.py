"""One real process with pages and socket on the test database, and Chromium to look at it.

The fixtures are used by naming them in the `conftest.py` of an app.
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from playwright.sync_api import Browser, BrowserContext, Page

from kernel.tests.browsers import chromium_beside_database, findings_of, overflow_of
from kernel.tests.ports import free_port
from kernel.tests.programs import missing

ROOT: Final = Path(__file__).resolve().parents[3]
MANIFEST: Final = ROOT / "platform/web/dist/manifest.json"
BACKEND: Final = "accounts.backends.InvigilBackend"
STARTS_WITHIN_S: Final = 30


def need_built_pages() -> None:
    if not MANIFEST.exists() or "chat/ui/room.entry.ts" not in json.loads(MANIFEST.read_text()):
        missing("The front end is not built: npm run build")


@contextmanager
def running_site() -> Iterator[str]:
    """Serve the site on the test database; gives its address."""
    need_built_pages()
    port = free_port()
    command = ["uvicorn", "invigil.asgi:application", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "--ws", "websockets-sansio", "--log-level", "warning"],
        cwd=ROOT,
        env={**os.environ, **_environment(port)},
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(15)


def _environment(port: int) -> dict[str, str]:
    database = settings.DATABASES["default"]
    return {
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
        "DJANGO_SETTINGS_MODULE": "invigil.settings",
        "DATABASE_URL": (
            f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}"
            f":{database['PORT']}/{database['NAME']}"
        ),
        "REDIS_URL": settings.REDIS_URL,
        "DJANGO_SECRET_KEY": settings.SECRET_KEY,
        "LOG_LEVEL": "WARNING",
        "PORT": str(port),
        "RT_PORT": str(port),
    }


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise AssertionError(f"the site ended with {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the site did not answer")


@dataclass
class Visitor:
    """A signed-in person at a browser, with everything the browser complained about."""

    page: Page
    base: str
    problems: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def faults(self) -> list[str]:
        """What axe finds, what overflows, what the console says."""
        return [*findings_of(self.page), *self.problems, *overflow_of(self.page)]


class Stand:
    """Chromium on the running site."""

    def __init__(self, base: str, browser: Browser) -> None:
        self.base = base
        self.browser = browser
        self.contexts: list[BrowserContext] = []

    def visitor(
        self, who: Any, *, width: int = 1280, scheme: str = "light", language: str = "en"
    ) -> Visitor:
        context = self.browser.new_context(
            viewport={"width": width, "height": 820},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        self.contexts.append(context)
        cookies = {"sessionid": session_of(who), settings.LANGUAGE_COOKIE_NAME: language}
        context.add_cookies(
            [{"name": name, "value": value, "url": self.base} for name, value in cookies.items()]
        )
        visitor = Visitor(context.new_page(), self.base)
        visitor.page.set_default_timeout(10_000)
        visitor.page.on("pageerror", lambda error: visitor.problems.append(str(error)))
        visitor.page.on(
            "console",
            lambda line: visitor.problems.append(line.text) if line.type == "error" else None,
        )
        return visitor

    def close(self) -> None:
        for context in self.contexts:
            context.close()


def session_of(who: Any) -> str:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(who.pk)
    store[BACKEND_SESSION_KEY] = BACKEND
    store[HASH_SESSION_KEY] = who.get_session_auth_hash()
    store.save()
    return str(store.session_key)


@pytest.fixture(scope="module")
def site(django_db_setup: None) -> Iterator[str]:
    """Give the address of the running site."""
    with running_site() as base:
        yield base


@pytest.fixture(scope="module")
def browser(site: str) -> Iterator[Browser]:
    with chromium_beside_database() as made:
        yield made


@pytest.fixture
def stand(site: str, browser: Browser) -> Iterator[Stand]:
    made = Stand(site, browser)
    yield made
    made.close()
