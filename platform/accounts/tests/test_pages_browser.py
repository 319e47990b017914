"""The pages about oneself and about people in Chromium: four looks, axe, console, keyboard.

The walk of journeys/test_pages.py covers what links reach; here are the states between.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from accounts.roles import Role
from accounts.services.people import create_user
from accounts.tests.conftest import PASSWORD, School, make_person
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

LIST = "name;number;class\nCleo Day;C-1;LA1\nسارا محمدی;C-2;BIO\nAna;A-100;LA1\n"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_beside_database() as started:
        yield started


@dataclass
class Visitor:
    """Somebody at a browser, with everything the browser complained about."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def sign_in(self, login: str) -> None:
        self.go("/accounts/login/")
        self.page.locator("#id_login").fill(login)
        self.page.locator("#id_password").fill(PASSWORD)
        self.page.locator("main form button.primary").click()
        self.page.wait_for_url(self.base + "/")

    def look(self) -> None:
        """Fail on what axe finds, what is too wide, and what the console says."""
        self.page.wait_for_load_state("networkidle")
        assert findings_of(self.page) + overflow_of(self.page) + self.complaints == []


def visit(browser: Browser, server: Any, look: Look) -> Visitor:
    width, theme, language = look
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="en-GB")
    context.add_cookies(
        [
            {"name": "theme", "value": theme, "url": server.url},
            {"name": "django_language", "value": language, "url": server.url},
        ]
    )
    visitor = Visitor(context.new_page(), server.url)
    visitor.page.on("console", lambda said: visitor.complaints.append(f"{said.type}: {said.text}"))
    visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    return visitor


@pytest.fixture
def mona(school: School) -> School:
    make_person(school, "Mona", Role.ADMIN)
    make_person(school, "Ana", Role.STUDENT, school.class_id)
    return school


@pytest.mark.parametrize("look", LOOKS)
def test_every_state_of_every_page_is_accessible_and_quiet(
    browser: Browser, live_server: Any, mona: School, look: Look
) -> None:
    visitor = visit(browser, live_server, look)
    page = visitor.page
    visitor.go("/accounts/login/")
    page.locator("#id_login").fill("nobody@x.org")
    page.locator("#id_password").fill("wrong")
    page.locator("main form button.primary").click()
    expect(page.locator(".banner.critical")).to_be_visible()
    visitor.look()
    visitor.sign_in("mona@north.example")
    ana = User.objects.get(full_name="Ana").pk
    for path in (
        "/",
        "/people/",
        "/people/?q=zzz",
        f"/people/{ana}/",
        "/people/new/",
        "/people/classes/",
        "/account/",
        "/accounts/two-step/",
        "/accounts/password/change/",
    ):
        visitor.go(path)
        visitor.look()
    _, theme, language = look
    assert page.locator("html").get_attribute("data-theme") == theme
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "fa" else "ltr")
    page.context.close()


@pytest.mark.parametrize("look", LOOKS[1:3])
def test_a_class_list_is_imported_in_the_browser(
    browser: Browser, live_server: Any, mona: School, look: Look
) -> None:
    visitor = visit(browser, live_server, look)
    page = visitor.page
    visitor.sign_in("mona@north.example")
    visitor.go("/people/import/")
    page.locator("#id_file").set_input_files(
        {"name": "la1.csv", "mimeType": "text/csv", "buffer": LIST.encode("utf-8-sig")}
    )
    page.locator("main form[enctype] button").click()
    expect(page.locator(".banner.critical")).to_be_visible()
    visitor.look()
    page.locator("#id_creates_classes").check()
    page.locator("#id_gives_passwords").check()
    page.locator("aside form:has(#id_creates_classes) button").click()
    expect(page.locator(".banner.critical")).to_have_count(0)
    visitor.look()
    page.locator("form[action$='/commit/'] button").click()
    expect(page.locator("table code")).to_have_count(4)
    visitor.look()
    assert User.objects.filter(registration_number__in=["C-1", "C-2"]).count() == 2
    page.context.close()


def test_two_steps_are_switched_on_in_the_browser(
    browser: Browser, live_server: Any, mona: School
) -> None:
    visitor = visit(browser, live_server, (390, "light", "fa"))
    page = visitor.page
    visitor.sign_in("mona@north.example")
    visitor.go("/accounts/two-step/totp/activate/")
    visitor.look()
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main form button.primary").click()
    expect(page.locator("img.qr")).to_be_visible()
    assert page.locator("img.qr").evaluate("image => image.naturalWidth") > 0
    visitor.look()
    page.context.close()


def test_the_frame_is_used_by_keyboard_alone(
    browser: Browser, live_server: Any, mona: School
) -> None:
    visitor = visit(browser, live_server, (390, "light", "en"))
    page = visitor.page
    visitor.sign_in("mona@north.example")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    menu = page.locator("[data-nav-toggle]")
    expect(page.locator("#mainnav")).to_be_hidden()
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#mainnav a").first).to_be_visible()
    visitor.look()
    theme = page.locator(".theme-menu summary")
    theme.focus()
    page.keyboard.press("Enter")
    page.locator("[data-theme-choice=dark]").press("Enter")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 17, 23)"
    page.keyboard.press("Escape")
    expect(theme).to_be_focused()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    visitor.look()
    page.context.close()


@pytest.mark.parametrize("look", [*LOOKS, (3840, "dark", "fa")])
def test_every_component_is_accessible(
    browser: Browser, live_server: Any, db: None, look: Look
) -> None:
    create_user(
        institution_id=None,
        full_name="Op",
        email="op@x.org",
        password=PASSWORD,
        is_operator=True,
        actor_id=None,
    )
    visitor = visit(browser, live_server, look)
    visitor.sign_in("op@x.org")
    visitor.go("/design/")
    visitor.look()
    small = visitor.page.evaluate(
        """[...document.querySelectorAll('button, summary, input, select, .btn, .counter')]
           .filter((el) => el.checkVisibility())
           .filter((el) => { const box = el.getBoundingClientRect(); return box.width < 20 || box.height < 20; })
           .map((el) => el.outerHTML.slice(0, 120))"""
    )
    assert small == []
    visitor.page.context.close()
