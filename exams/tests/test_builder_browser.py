"""An author builds a branching exam in Chromium with the keyboard alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, Page, expect

from exams.models import Choice, Exam, QuestionPool
from exams.tests.conftest import Cast
from exams.tests.pages import client_of
from kernel.tests.browsers import chromium_beside_database, findings_of, overflow_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.whole_stack,
    pytest.mark.timeout(400),
]
SOON = 20_000
FAR = 250  # presses of the Tab key; no page of an author has more stops


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_beside_database() as started:
        yield started


@pytest.fixture
def page(browser: Browser, live_server: Any, cast: Cast) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 820}, locale="en-GB")
    cookie = client_of(cast.author).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    opened = context.new_page()
    opened.set_default_timeout(SOON)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(f"{live_server.url}/exams/new/")
    yield opened
    assert complaints == []
    context.close()


def reach(page: Page, selector: str) -> None:
    """Press Tab until what is meant has the focus."""
    for _ in range(FAR):
        if page.evaluate("(wanted) => document.activeElement?.matches(wanted) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{page.url}: Tab never reaches {selector}")


def write(page: Page, selector: str, text: str) -> None:
    reach(page, selector)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def press(page: Page, selector: str, key: str = "Enter") -> None:
    reach(page, selector)
    page.keyboard.press(key)


def go(page: Page, selector: str) -> None:
    """Press what leads to another page, and wait for it."""
    reach(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def add_section(page: Page, name: str) -> None:
    write(page, "#pool-name", name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def begin_question(page: Page, section: int, kind: str) -> None:
    go(page, f'[href$="/sections/{section}/questions/new/"]')
    go(page, f'[href="?kind={kind}"]')


def check(page: Page) -> None:
    assert findings_of(page) + overflow_of(page) == []


def test_a_branching_exam_is_built_reordered_tried_and_sent_to_review_by_keyboard(
    page: Page,
) -> None:
    write(page, "#id_name", "Trees")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    for name in ("Start", "Easy", "Hard"):
        add_section(page, name)
    connections.close_all()
    start, easy, hard = QuestionPool.objects.order_by("order").values_list("pk", flat=True)
    write_branching_question(page, start, hard)
    for section in (easy, hard):
        begin_question(page, section, "bool")
        write(page, "#id_prompt", "An oak is a tree.")
        write(page, "#id_name", "Oak")
        page.keyboard.press("Enter")
        page.wait_for_url("**/exams/*/")
    move_section(page, easy)
    look_at_the_ways(page)
    walk_to_the_end(page)
    go(page, '[name="act"][value="send"]')
    expect(page.get_by_text("In review").first).to_be_visible()
    connections.close_all()
    assert Exam.objects.get().state == "in_review"
    assert list(QuestionPool.objects.order_by("order").values_list("name", flat=True)) == [
        "Start",
        "Hard",
        "Easy",
    ]


def write_branching_question(page: Page, section: int, target: int) -> None:
    """Two options, moved into another order; the right one leads on; tried out before it is saved."""
    begin_question(page, section, "choice")
    write(page, "#id_prompt", "Which one is $x^2$?")
    write(page, "#id_name", "Gate")
    write(page, "#id_choices-0-text", "wrong")
    write(page, "#id_choices-1-text", "right")
    write(page, "#id_choices-1-fraction", "100")
    press(page, "fieldset:has(#id_choices-1-text) summary")
    reach(page, "#id_choices-1-next_question_pool")
    page.keyboard.type("Hard")
    expect(page.locator("#id_choices-1-next_question_pool")).to_have_value(str(target))
    press(page, '[value="up:1"]')
    expect(page.locator('[value="up:1"]')).to_be_focused()
    expect(page.locator(".trial math")).to_be_visible()
    press(page, ".trial input[type=radio]", "Space")
    expect(page.locator(".verdict")).to_contain_text("Correct")
    expect(page.locator(".verdict")).to_contain_text("Hard")
    check(page)
    reach(page, "#id_name")
    page.keyboard.press("Enter")
    page.wait_for_url("**/exams/*/")
    connections.close_all()
    assert list(Choice.objects.order_by("order").values_list("text", "next_question_pool")) == [
        ("right", target),
        ("wrong", None),
    ]


def move_section(page: Page, section: int) -> None:
    down = f'[data-moves$="/sections/{section}/move/"] > .card-head [data-move="1"]'
    with page.expect_response(lambda answer: answer.url.endswith(f"/sections/{section}/move/")):
        press(page, down)
    expect(page.locator(down)).to_be_focused()
    expect(page.locator("#order-said")).to_contain_text("3")
    check(page)


def look_at_the_ways(page: Page) -> None:
    go(page, '[href$="/ways/"]')
    reach(page, ".graph a")
    expect(page.locator(".graph .node")).to_have_count(4)
    check(page)


def walk_to_the_end(page: Page) -> None:
    """Answer rightly and go on to the section that this leads to, then back to the exam."""
    go(page, '[href$="/walk/"]')
    press(page, ".question input[type=radio]", "Space")
    press(page, ".actions .btn.primary")
    expect(page.locator("ol.told")).to_contain_text("Hard")
    check(page)
    go(page, ".crumbs li:nth-child(2) a")
