"""The whole stack in a directory of its own, as `run.py up` starts it, and browsers to look at it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from invigil.launch.ports import free_ports
from kernel.tests import browsers

ROOT: Final = Path(__file__).resolve().parents[2]
READY_WITHIN_S: Final = 240.0
# The stack of a journey is its own: nothing of the test run's engines may reach it.
FOREIGN: Final = ("DATABASE_URL", "REDIS_URL", "INVIGIL_TESTING", "DJANGO_SECRET_KEY", "PORT")
CAMERA: Final = (
    "--disable-gpu",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)


@dataclass(frozen=True, slots=True)
class RunningStack:
    """One running stack: its address, and its commands."""

    var: Path
    base_url: str

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `run.py` against this stack."""
        return subprocess.run(
            [sys.executable, "run.py", *arguments],
            cwd=ROOT,
            env=environment(self.var),
            check=check,
            capture_output=True,
            text=True,
            timeout=400,
        )

    def manage_json(self, *arguments: str) -> Any:
        """Run a management command and return the JSON it prints last."""
        return json.loads(self.run("manage", *arguments).stdout.strip().splitlines()[-1])


def environment(var: Path) -> Mapping[str, str]:
    """Return this environment without what belongs to the test run."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**kept, "VAR_DIR": str(var)}


@contextmanager
def running_stack(var: Path) -> Iterator[RunningStack]:
    """Start the whole stack with the demo school; ends it at the end.

    INVIGIL_STACK_VAR names the data directory of a stack that runs already, to be used instead.
    """
    running = os.environ.get("INVIGIL_STACK_VAR")
    if running:
        state = json.loads((Path(running) / "run" / "stack.json").read_text())
        yield RunningStack(Path(running), f"http://127.0.0.1:{state['port']}")
        return
    port = free_ports().web
    command = [sys.executable, "run.py", "up", "--port", str(port)]
    with (var.parent / "up.log").open("w+") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(var), stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_until_ready(process, var)
            yield RunningStack(var, f"http://127.0.0.1:{port}")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def wait_until_ready(process: subprocess.Popen[bytes], var: Path) -> None:
    """Wait until every role serves.

    Raises:
        AssertionError: It ended, or took too long; what it said is in the text.
    """
    end = time.monotonic() + READY_WITHIN_S
    state = var / "run" / "stack.json"
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        if state.exists() and json.loads(state.read_text())["phase"] == "ready":
            return
        time.sleep(0.2)
    said = (var.parent / "up.log").read_text()
    raise AssertionError(f"the stack did not get ready:\n{said}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a headless Chromium with a fake camera."""
    with browsers.chromium(*CAMERA) as browser:
        yield browser


class Person:
    """Somebody with a browser; everything the console complains about is kept."""

    def __init__(self, browser: Browser, base_url: str, **options: Any) -> None:
        size = {"width": 1280, "height": 800}
        self.base_url = base_url
        self.complaints: list[str] = []
        self.context: BrowserContext = browser.new_context(
            **{"viewport": size, "permissions": ["camera"], **options}
        )
        self.page: Page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        offline = "ERR_INTERNET_DISCONNECTED" in message.text or "ERR_FAILED" in message.text
        if message.type == "error" and not offline:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def go(self, path: str) -> None:
        """Open a page of the site."""
        self.page.goto(f"{self.base_url}{path}")

    def sign_in(self, *, identifier: str, password: str, institution: str = "") -> None:
        """Fill in and send the sign-in form."""
        self.go("/accounts/login/")
        if institution:
            self.page.fill("[name=institution]", institution)
        self.page.fill("[name=login]", identifier)
        self.page.fill("[name=password]", password)
        self.page.click("main form button.primary")
        self.page.wait_for_url(f"{self.base_url}/")

    def speak(self, language: str) -> None:
        """Switch the pages to a language; it stays with the account."""
        if self.page.locator("html").get_attribute("lang") != language:
            self.page.locator(f"button[name=language][value={language}]").first.click()
            self.page.wait_for_selector(f"html[lang={language}]")
