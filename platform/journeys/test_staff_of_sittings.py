"""A sitting is moved, staffed and ended on its pages: by keyboard alone, seen at once by others."""

from datetime import datetime, timedelta
from typing import Final

import pytest
from playwright.sync_api import Browser, expect

from invigil.demo.people import INSTITUTION_CODE, PASSWORD
from journeys.stack import Person, RunningStack
from kernel import clock
from kernel.tests.browsers import findings_of, overflow_of

pytestmark = pytest.mark.timeout(240)

WIRE: Final = "%Y-%m-%dT%H:%M"
WHY: Final = "Fire alarm in the building"


def enter(browser: Browser, stack: RunningStack, login: str, institution: str = "") -> Person:
    person = Person(browser, stack.base_url, locale="en-GB", timezone_id="UTC")
    person.sign_in(identifier=login, password=PASSWORD, institution=institution)
    person.speak("en")
    return person


def sign_in_staff(browser: Browser, stack: RunningStack) -> tuple[Person, Person]:
    admin = enter(browser, stack, "admin@demo.example")
    return admin, enter(browser, stack, "chief@demo.example")


def schedule(admin: Person, title: str, starts: datetime) -> str:
    """Schedule the demo exam for class 10 B and return the path of its page."""
    page = admin.page
    admin.go("/sittings/new/")
    page.select_option("#id_class_id", label="Class 10 B")
    page.fill("#id_title", title)
    page.fill("#id_starts_at", starts.strftime(WIRE))
    page.fill("#id_closes_at", (starts + timedelta(hours=2)).strftime(WIRE))
    page.click("main form button.primary")
    page.wait_for_url("**/sittings/*/")
    return page.url.removeprefix(admin.base_url)


def press(person: Person, label: str) -> None:
    """Reach a control by Tab from where one is, and press it."""
    for _ in range(60):
        person.page.keyboard.press("Tab")
        if person.page.evaluate("document.activeElement.innerText") == label:
            person.page.keyboard.press("Enter")
            return
    pytest.fail(f"{label} cannot be reached by keyboard on {person.page.url}")


def test_a_candidate_sees_the_new_time_while_looking_at_the_lobby_and_at_home(
    browser: Browser, stack: RunningStack
) -> None:
    admin = enter(browser, stack, "admin@demo.example")
    starts = (clock.now() + timedelta(days=2)).replace(hour=9, minute=0)
    path = schedule(admin, "Biology mid-term", starts)
    student = enter(browser, stack, "2001", INSTITUTION_CODE)
    home = student.context.new_page()
    home.goto(f"{stack.base_url}/")
    student.go(f"{path}lobby/")
    expect(student.page.get_by_text("Fine").first).to_be_visible()

    press(admin, "Move to another time")
    admin.page.wait_for_url("**/times/")
    assert findings_of(admin.page) + overflow_of(admin.page) == []
    moved = starts + timedelta(days=1, minutes=30)
    admin.page.fill("#id_starts_at", moved.strftime(WIRE))
    admin.page.fill("#id_closes_at", (moved + timedelta(hours=2)).strftime(WIRE))
    press(admin, "Move the sitting")
    expect(admin.page.get_by_text("Moved. Candidates and staff see")).to_be_visible()

    banner = student.page.get_by_text("This exam has new times.")
    expect(banner).to_contain_text(f"{moved.day} ", timeout=15_000)
    expect(banner).to_contain_text("09:30")
    expect(home.locator("main")).to_contain_text("09:30", timeout=15_000)
    assert admin.complaints + student.complaints == []
    for person in (admin, student):
        person.context.close()


def test_an_invigilator_who_is_not_assigned_loses_the_board_at_once(
    browser: Browser, stack: RunningStack
) -> None:
    admin, chief = sign_in_staff(browser, stack)
    path = schedule(admin, "Chemistry mid-term", clock.now() + timedelta(days=2))
    watcher = enter(browser, stack, "invigilator2@demo.example")
    watcher.go(f"{path}wall/")
    expect(watcher.page.get_by_role("heading", name="Chemistry mid-term")).to_be_visible()

    chief.go(f"{path}invigilators/")
    assert findings_of(chief.page) + overflow_of(chief.page) == []
    options = chief.page.locator("#id_invigilator_id option").all_inner_texts()
    other = next(name for name in options[1:] if name not in watcher_names(watcher))
    chief.page.select_option("#id_invigilator_id", label=other)
    chief.page.focus("#id_invigilator_id")
    press(chief, "Assign")
    expect(chief.page.get_by_text("Assigned. The board is open")).to_be_visible()
    assert findings_of(chief.page) + overflow_of(chief.page) == []
    refused = watcher.page.get_by_text("You may not watch this sitting.")
    expect(refused).to_be_visible(timeout=15_000)
    assert chief.complaints == []
    for person in (admin, chief, watcher):
        person.context.close()


def watcher_names(watcher: Person) -> list[str]:
    """Return the names that the watcher's own page calls them by."""
    home = watcher.context.new_page()
    home.goto(f"{watcher.base_url}/")
    heading = home.locator("h1").inner_text()
    home.close()
    return [heading.removeprefix("Hello, ")]


def test_a_sitting_is_ended_for_everybody_by_keyboard(
    browser: Browser, stack: RunningStack
) -> None:
    admin, chief = sign_in_staff(browser, stack)
    path = schedule(admin, "Physics mid-term", clock.now() + timedelta(hours=1))
    admin.page.get_by_role("button", name="Start now").first.click()
    admin.page.locator("#start-now button.primary").click()
    expect(admin.page.get_by_text("Started.")).to_be_visible()

    chief.go(path)
    press(chief, "End for everybody now")
    chief.page.wait_for_url("**/end/")
    assert findings_of(chief.page) + overflow_of(chief.page) == []
    chief.page.focus("#id_reason")
    chief.page.keyboard.type(WHY)
    press(chief, "End it now")
    expect(chief.page.get_by_text("Ended early by the chief invigilator:")).to_be_visible()
    expect(admin.page.get_by_text(WHY)).to_be_visible(timeout=15_000)
    assert admin.complaints + chief.complaints == []
    for person in (admin, chief):
        person.context.close()
