"""Every page that a role can reach by links: no finding of axe, no complaint of the console.

Once in English, light, 1280 px wide, and once in Persian, dark, 390 px wide.
"""

import re
from collections import deque
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Error

from invigil.demo.people import INSTITUTION_CODE, PASSWORD
from journeys.stack import Person, RunningStack
from kernel.tests.browsers import findings_of, overflow_of

pytestmark = pytest.mark.timeout(420)

PEOPLE: Final = {
    "student": ("1001", INSTITUTION_CODE),
    "past student": ("2001", INSTITUTION_CODE),
    "invigilator": ("invigilator1@demo.example", ""),
    "author and grader": ("author@demo.example", ""),
    "admin": ("admin@demo.example", ""),
}
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "en": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "fa": {"color_scheme": "dark", "viewport": {"width": 390, "height": 800}},
}
NOT_PAGES: Final = re.compile(
    r"/(logout|admin|file|export|i18n|static)(/|$)|\.(csv|xlsx|pdf|gift|xml|json)$"
)
IDS: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")
MOST_PAGES: Final = 80
# A link in a drawing has an address of another type.
LINKS: Final = """els => els.map((a) => {
  const to = new URL(a.getAttribute('href'), location.href);
  return to.pathname + to.search;
})"""


def shape(path: str) -> str:
    """Return a path without its ids: pages of one shape are looked at once."""
    return IDS.sub("#", path.partition("?")[0])


def look(person: Person, path: str, known: set[str]) -> tuple[list[str], list[str]]:
    """Open one page; return what is wrong with it and where its links lead."""
    person.go(path)
    person.page.locator("h1").first.wait_for(timeout=10_000)  # islands draw theirs
    if person.page.locator("[data-island]").count():
        person.page.wait_for_load_state("networkidle")
    wrong = overflow_of(person.page)
    if shape(path) not in known:
        wrong += findings_of(person.page)
        known.add(shape(path))
    links: list[str] = person.page.eval_on_selector_all(
        f"a[href^='/'], a[href^='{person.base_url}']", LINKS
    )
    return wrong, links


def walk(person: Person, known: set[str]) -> tuple[list[str], list[str]]:
    """Open every reachable page once; return their shapes and what is wrong with them.

    Args:
        person: Where the walk begins.
        known: Shapes that axe has seen on another role's walk; grows.
    """
    waiting, seen = deque(["/"]), {"/"}
    wrong: list[str] = []
    opened: list[str] = []
    while waiting and len(opened) < MOST_PAGES:
        path = waiting.popleft()
        try:
            found, links = look(person, path, known)
        except Error:  # its sitting began at this moment, and the page showed that anew
            found, links = look(person, path, known)
        opened.append(shape(path))
        wrong += found
        for link in links:
            if shape(link) not in seen and not NOT_PAGES.search(link):
                seen.add(shape(link))
                waiting.append(link)
    return opened, wrong


def enter(browser: Browser, stack: RunningStack, who: str, language: str) -> Person:
    identifier, institution = PEOPLE[who]
    person = Person(browser, stack.base_url, **LOOKS[language])
    person.sign_in(identifier=identifier, password=PASSWORD, institution=institution)
    person.speak(language)
    return person


@pytest.fixture(scope="module")
def known() -> dict[str, set[str]]:
    """What axe has seen: language → shapes of pages."""
    return {language: set() for language in LOOKS}


@pytest.mark.parametrize("language", LOOKS)
@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_of_a_role_is_accessible_and_quiet(
    browser: Browser, stack: RunningStack, known: dict[str, set[str]], who: str, language: str
) -> None:
    person = enter(browser, stack, who, language)
    known[language].discard("/")  # everybody's home is another
    opened, wrong = walk(person, known[language])
    person.context.close()
    assert wrong == []
    assert person.complaints == []
    assert 5 <= len(opened) < MOST_PAGES


@pytest.mark.parametrize("language", LOOKS)
def test_the_pages_of_a_visitor_are_accessible_and_quiet(
    browser: Browser, stack: RunningStack, language: str
) -> None:
    visitor = Person(browser, stack.base_url, **LOOKS[language])
    wrong = []
    for path in ("/accounts/login/", "/accounts/password/reset/", "/no-such-page/"):
        visitor.go(path)
        if language != "en":
            button = visitor.page.locator(f"button[name=language][value={language}]").first
            if button.count():
                button.click()
        wrong += findings_of(visitor.page) + overflow_of(visitor.page)
    visitor.context.close()
    missed = f"{stack.base_url}/no-such-page/: Failed to load"  # that page is meant to be missed
    assert wrong + [line for line in visitor.complaints if not line.startswith(missed)] == []
