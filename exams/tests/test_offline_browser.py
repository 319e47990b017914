"""The exam room in Chromium without a network: reload, work on, come back; and nobody else's eyes.

What the room does with a network is in journeys/test_exam_day.py.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from accounts.models import User
from exams.models import Answer, AnswerRevision
from exams.services import attempts
from exams.tests.conftest import Cast, Taking, begin, shift
from kernel.tests.browsers import (
    LOOKS,
    Look,
    chromium_beside_database,
    findings_of,
    overflow_of,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.whole_stack,
    pytest.mark.timeout(300),
]

PASSWORD = "offline-Reload-42"
SOON = 15_000
NO_NETWORK = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "ERR_CONNECTION", "WebSocket connection")

KEPT = """async () => (await caches.match(location.href)) !== undefined"""
LEFT = """async () => ({
  caches: await caches.keys(),
  databases: (await indexedDB.databases()).map(({ name }) => name).sort(),
  owner: localStorage.getItem('invigil-owner'),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
PAPERS = """async () => {
  const exists = (await indexedDB.databases()).some(({ name }) => name === 'invigil-own');
  if (!exists) return 0; // Opening it here would make it, without the room's store.
  return new Promise((resolve) => {
    const request = indexedDB.open('invigil-own');
    request.onsuccess = () => {
      const count = request.result.transaction('papers').objectStore('papers').count();
      count.onsuccess = () => { request.result.close(); resolve(count.result); };
    };
  });
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_beside_database() as started:
        yield started


@dataclass
class Desk:
    """A school's computer: one browser that people use one after another."""

    context: BrowserContext
    base: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.set_default_timeout(SOON)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda line: self._hear(line.type, line.text))

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error" and not any(sign in text for sign in NO_NETWORK):
            self.complaints.append(text)

    def sign_in(self, who: User) -> None:
        self.page.goto(f"{self.base}/accounts/login/")
        self.page.fill("[name=institution]", "HOME")
        self.page.fill("[name=login]", who.registration_number)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main form button.primary")
        self.page.wait_for_url(f"{self.base}/")

    def sign_out(self) -> None:
        self.page.goto(f"{self.base}/accounts/logout/")
        self.page.click("main form button.primary")
        self.page.wait_for_url(lambda url: "logout" not in url)

    def enter(self, taking: Taking) -> Page:
        """Open the room and wait until it, and its paper, are kept on this computer."""
        self.page.goto(f"{self.base}/sittings/{taking.sitting_id}/room/")
        expect(self.page.locator(".prompt")).to_be_visible(timeout=SOON)
        wait_until(self.page, KEPT)
        wait_until(self.page, PAPERS)
        return self.page

    def go_offline(self) -> None:
        self.context.set_offline(True)


def wait_until(page: Page, condition: str) -> None:
    """Wait until an asynchronous condition of the page holds."""
    for _ in range(SOON // 100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"it did not become true: {condition}")


@pytest.fixture
def cast_with_passwords(cast: Cast) -> Cast:
    for person in (cast.ana, cast.ben):
        person.set_password(PASSWORD)
        person.save()
    return cast


@pytest.fixture
def taking(cast_with_passwords: Cast) -> Taking:
    return begin(cast_with_passwords)


@pytest.fixture
def desk(browser: Browser, live_server: Any) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": 1280, "height": 820}, locale="en-GB")
    yield Desk(context, live_server.url)
    context.close()


def go_to(page: Page, prompt: str) -> None:
    """Step to the question with this prompt; papers are drawn in any order."""
    for _ in range(4):
        if prompt in page.locator(".prompt").inner_text():
            return
        page.locator(".foot-bar button.primary").click()
    raise AssertionError(f"no question {prompt!r}")


def write(page: Page, text: str, *, into: str = "canary-prompt-three") -> None:
    go_to(page, into)
    page.locator(".question :is(input, textarea)").fill(text)
    page.locator(".question :is(input, textarea)").blur()


def stored(taking: Taking) -> set[Any]:
    connections.close_all()
    return set(Answer.objects.filter(attempt_id=taking.attempt_id).values_list("value", flat=True))


def first_question(page: Page) -> None:
    while page.locator(".foot-bar button").first.is_enabled():
        page.locator(".foot-bar button").first.click()


def test_a_reload_without_a_network_goes_on_and_loses_nothing(desk: Desk, taking: Taking) -> None:
    desk.sign_in(taking.cast.ana)
    page = desk.enter(taking)
    write(page, "written online")
    expect(page.get_by_text("Saved").first).to_be_visible()
    page.wait_for_timeout(1_200)  # the copy follows what is saved once in a second
    desk.go_offline()
    page.reload()
    expect(page.locator(".prompt")).to_contain_text("canary-prompt-three")
    expect(page.locator(".question input")).to_have_value("written online")
    expect(page.get_by_text("opened from the copy on this device")).to_be_visible()
    expect(page.get_by_role("timer")).to_contain_text("29:")
    first_question(page)
    write(page, "written offline", into="canary-prompt-four")
    expect(page.get_by_text("1 answer on this device")).to_be_visible()
    page.reload()
    expect(page.locator(".question textarea")).to_have_value("written offline")
    assert stored(taking) == {"written online"}
    desk.context.set_offline(False)
    expect(page.get_by_text("on this device")).to_have_count(0)
    expect(page.get_by_text("Saved").first).to_be_visible()
    assert stored(taking) == {"written online", "written offline"}
    assert desk.complaints == []


def test_another_person_at_the_same_computer_sees_nothing(desk: Desk, taking: Taking) -> None:
    desk.sign_in(taking.cast.ana)
    page = desk.enter(taking)
    room = page.url
    write(page, "Ana's answer")
    expect(page.get_by_text("Saved").first).to_be_visible()
    page.route("**/answers", refuse)
    write(page, "not sent yet", into="canary-prompt-three")
    page.wait_for_timeout(500)
    desk.sign_out()
    assert page.evaluate(LEFT) == {
        "caches": [],
        "databases": ["invigil-answers"],
        "owner": None,
        "workers": 0,
    }
    desk.sign_in(taking.cast.ben)  # He sits the same exam: his room has the same address.
    desk.enter(taking)
    desk.go_offline()
    page.reload()
    expect(page.locator(".who")).to_contain_text("Ben")
    go_to(page, "canary-prompt-three")
    expect(page.locator(".question input")).to_have_value("")
    assert "Ana" not in page.content()
    desk.context.set_offline(False)
    desk.sign_out()
    page.unroute("**/answers")
    desk.sign_in(taking.cast.ana)
    page.goto(room)
    expect(page.get_by_text("Saved").first).to_be_visible()
    page.wait_for_function("() => !document.body.textContent.includes('on this device')")
    assert stored(taking) == {"not sent yet"}


def refuse(route: Route) -> None:
    route.abort()


def test_whoever_signs_in_without_a_sign_out_before_sees_nothing(
    desk: Desk, taking: Taking
) -> None:
    desk.sign_in(taking.cast.ana)
    page = desk.enter(taking)
    room = page.url
    desk.context.clear_cookies()  # the session ended by itself
    desk.sign_in(taking.cast.ben)
    assert page.evaluate(
        "async () => [await caches.keys(), localStorage.getItem('invigil-owner')]"
    ) == [[], None]
    desk.go_offline()
    with pytest.raises(Exception, match=r"ERR_INTERNET_DISCONNECTED|ERR_FAILED"):
        page.goto(room)


def test_only_the_room_and_its_files_are_kept(desk: Desk, taking: Taking) -> None:
    desk.sign_in(taking.cast.ana)
    page = desk.enter(taking)
    write(page, "x")
    expect(page.get_by_text("Saved").first).to_be_visible()
    kept = page.evaluate("""async () => {
      const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
      const lists = await Promise.all(caches_.map((cache) => cache.keys()));
      return lists.flat().map(({ url }) => new URL(url).pathname);
    }""")
    pages = [path for path in kept if not path.startswith(("/static/dist/assets/", "/i18n/"))]
    assert pages == [f"/sittings/{taking.sitting_id}/room/"]
    scopes = (
        "async () => (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope)"
    )
    assert page.evaluate(scopes) == [page.url]
    desk.go_offline()
    for path in (
        "/",
        f"/sittings/{taking.sitting_id}/lobby/",
        f"/api/attempts/{taking.attempt_id}",
    ):
        with pytest.raises(Exception, match=r"ERR_INTERNET_DISCONNECTED|ERR_FAILED"):
            page.goto(f"{desk.base}{path}")


def test_what_happened_meanwhile_wins(desk: Desk, taking: Taking) -> None:
    desk.sign_in(taking.cast.ana)
    page = desk.enter(taking)
    desk.go_offline()
    page.reload()
    write(page, "while it was ended")
    attempts.terminate_attempt(
        taking.attempt_id, actor_id=taking.cast.ivo.pk, reason="Found cheating"
    )
    desk.context.set_offline(False)
    expect(page.get_by_text("1 answer came after the end")).to_be_visible()
    connections.close_all()
    assert AnswerRevision.objects.get(late=True).value == "while it was ended"
    wait_until(page, f"async () => !(await ({PAPERS})()) && (await caches.keys()).length === 0")


def test_a_hand_in_without_a_network_waits_and_says_so(desk: Desk, taking: Taking) -> None:
    desk.sign_in(taking.cast.ana)
    page = desk.enter(taking)
    desk.go_offline()
    page.reload()
    write(page, "last word")
    page.get_by_role("button", name="Hand in").first.click()
    page.get_by_role("button", name="Hand in now").click()
    page.get_by_role("button", name="Yes, hand in").click()
    expect(page.get_by_text("Not handed in yet: there is no connection.")).to_be_visible()
    desk.context.set_offline(False)
    expect(page.get_by_text("This is your receipt")).to_be_visible(timeout=30_000)
    assert stored(taking) == {"last word"}


def test_the_time_ends_without_a_network_too(desk: Desk, taking: Taking) -> None:
    shift(taking.attempt_id, timedelta(minutes=-29, seconds=-35))
    desk.sign_in(taking.cast.ana)
    page = desk.enter(taking)
    desk.go_offline()
    page.reload()
    expect(page.locator(".prompt")).to_be_visible()
    expect(page.get_by_text("Your time is over.")).to_be_visible(timeout=40_000)
    expect(page.locator(".question :is(input, textarea)").first).to_be_disabled()


@pytest.mark.parametrize("look", LOOKS)
def test_the_room_without_a_network_is_whole_in_every_look(
    browser: Browser, live_server: Any, taking: Taking, look: Look
) -> None:
    width, theme, language = look
    context = browser.new_context(viewport={"width": width, "height": 820})
    desk = Desk(context, live_server.url)
    desk.sign_in(taking.cast.ana)
    names = {"theme": theme, "django_language": language}
    context.add_cookies([{"name": k, "value": v, "url": desk.base} for k, v in names.items()])
    page = desk.enter(taking)
    desk.go_offline()
    page.reload()
    expect(page.locator(".prompt")).to_be_visible()
    expect(page.locator(".banner").first).to_be_visible()
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "fa" else "ltr")
    fonts = "[...document.fonts].filter(({ status }) => status === 'loaded').map(({ family }) => family)"
    assert ("Vazirmatn" if language == "fa" else "Inter") in " ".join(page.evaluate(fonts))
    assert findings_of(page) + overflow_of(page) == []
    keep_picture(page, f"offline-{width}-{theme}-{language}")
    go_to_hand_in(page)
    keep_picture(page, f"hand-in-{width}-{theme}-{language}")
    assert desk.complaints == []
    context.close()


def go_to_hand_in(page: Page) -> None:
    for _ in range(4):
        page.locator(".foot-bar button.primary").click()
    page.locator(".stage button.primary").click()
    page.get_by_role("dialog").locator("button.primary").click()
    expect(page.locator(".card[role=status]")).to_be_visible()


def keep_picture(page: Page, name: str) -> None:
    """Keep a screenshot when somebody wants to look at them."""
    folder = os.environ.get("INVIGIL_PICTURES_IN")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png")
