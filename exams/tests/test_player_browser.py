"""The exam room in Chromium by keyboard alone: every kind and every widget, and what is stored.

Its life without a network is in test_offline_browser.py, what the widgets do in exams/ui/widgets.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from django.db import connections
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from exams.domain.answer import QuestionKind as Kind
from exams.domain.draft import QuestionDraft
from exams.models import Answer, Attempt, Choice, Submission
from exams.services import authoring, pools, review
from exams.services.questions import add_question
from exams.tests.conftest import Cast, Taking, approved_exam, begin
from exams.tests.keyboard import LINES, STEPS, Keys, asked, options
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

PASSWORD: Final = "by-Keyboard-42"
SOON: Final = 15_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_beside_database() as started:
        yield started


@pytest.fixture
def sitter(cast: Cast) -> Cast:
    for person in (cast.ana, cast.author):
        person.set_password(PASSWORD)
        person.save()
    return cast


def sign_in(page: Page, base: str, who: User) -> None:
    page.goto(f"{base}/accounts/login/")
    page.fill("[name=institution]", "HOME")
    page.fill("[name=login]", who.registration_number)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{base}/")


def open_room(page: Page, base: str, taking: Taking) -> None:
    page.goto(f"{base}/sittings/{taking.sitting_id}/room/")
    expect(page.locator(".prompt")).to_be_visible(timeout=SOON)


def room_of(browser: Browser, base: str, taking: Taking, width: int = 1280) -> Page:
    """Return the room of a candidate who has just signed in; its window is the caller's to close."""
    context = browser.new_context(viewport={"width": width, "height": 820}, has_touch=width < 500)
    page = context.new_page()
    page.set_default_timeout(SOON)
    sign_in(page, base, taking.cast.ana)
    open_room(page, base, taking)
    return page


def test_every_kind_is_answered_and_handed_in_by_keyboard_alone(
    browser: Browser, live_server: Any, sitter: Cast, tmp_path: Path
) -> None:
    taking = begin(sitter, exam_id=approved_exam(sitter, [step.draft for step in STEPS]))
    page = room_of(browser, live_server.url, taking)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    keys = Keys(page, tmp_path)
    page.locator(".prompt").focus()
    for step in STEPS:
        expect(page.locator(".prompt")).to_have_text(step.draft.prompt)
        step.answer(keys)
        keys.push("Next")
    expect(page.get_by_text("Every question has an answer.")).to_be_visible()
    keys.push("Hand in now")
    keys.push("Yes, hand in")
    expect(page.get_by_text("This is your receipt")).to_be_visible(timeout=SOON)
    page.context.close()
    assert complaints == []
    check_stored(taking)


def check_stored(taking: Taking) -> None:
    connections.close_all()
    rows = {row.question_id: row for row in Answer.objects.filter(attempt_id=taking.attempt_id)}
    content: Any = Attempt.objects.get(pk=taking.attempt_id).sitting.exam.content
    names = {one["name"]: one["id"] for pool in content["pools"] for one in pool["questions"]}
    for step in STEPS:
        if step.draft.kind is not Kind.INFO:
            given: Any = rows[names[step.draft.name]].value
            assert step.is_stored(given), (step.draft.name, given)
    assert rows[names["choice"]].text == "Pluto, of old"
    assert Submission.objects.filter(attempt_id=taking.attempt_id).exists()


@pytest.mark.parametrize("look", LOOKS)
def test_every_widget_is_whole_in_every_look(
    browser: Browser, live_server: Any, sitter: Cast, look: Look
) -> None:
    """The author's preview draws the room's own widgets, all on one page."""
    width, theme, language = look
    exam_id = approved_exam(sitter, [step.draft for step in STEPS])
    context = browser.new_context(viewport={"width": width, "height": 820}, has_touch=width < 500)
    page = context.new_page()
    page.set_default_timeout(SOON)
    sign_in(page, live_server.url, sitter.author)
    chosen = {"theme": theme, "django_language": language}
    context.add_cookies(
        [{"name": n, "value": v, "url": live_server.url} for n, v in chosen.items()]
    )
    page.goto(f"{live_server.url}{reverse('exams:preview_exam', args=[exam_id])}")
    expect(page.locator(".question")).to_have_count(len(STEPS))
    another = page.locator(".question", has_text="Prompt of choice").locator("input").last
    another.click()
    expect(page.locator(".beside textarea")).to_be_visible()
    page.locator("[role=option]").first.click()
    page.locator(".item button").last.focus()
    page.keyboard.press("Home")
    keep_picture(page, f"preview-{width}-{theme}-{language}")
    assert findings_of(page) + overflow_of(page) == []
    context.close()


def test_an_item_is_dragged_with_a_finger(browser: Browser, live_server: Any, sitter: Cast) -> None:
    ordering = [asked(Kind.ORDERING, choices=options(*LINES))]
    taking = begin(sitter, exam_id=approved_exam(sitter, ordering))
    page = room_of(browser, live_server.url, taking, width=390)
    shown = page.locator(".item .words").all_inner_texts()
    last, first = (
        page.locator(".grip").last.bounding_box(),
        page.locator(".grip").first.bounding_box(),
    )
    assert last
    assert first
    finger = page.context.new_cdp_session(page)
    for kind, box in (("touchStart", last), ("touchMove", last), ("touchMove", first)):
        touch = {"x": box["x"] + 10, "y": box["y"] + (2 if box is first else 20)}
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [touch]})
    expect(page.locator(".item.held")).to_have_count(1)
    keep_picture(page, "dragged-390")
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator(".item").first).to_contain_text(shown[-1])
    expect(page.get_by_text("Saved").first).to_be_visible()
    page.context.close()
    connections.close_all()
    order: Any = Answer.objects.get(attempt_id=taking.attempt_id).value
    texts = {one.key: one.text for one in Choice.objects.filter(question__pool__isnull=False)}
    assert [texts[key] for key in order] == [shown[-1], *shown[:-1]]


def test_pages_are_walked_by_keyboard_and_wait_for_the_network(
    browser: Browser, live_server: Any, sitter: Cast, tmp_path: Path
) -> None:
    pages = [
        [asked(Kind.CHAR, "one", required=True), asked(Kind.CHAR, "two")],
        [asked(Kind.CHAR, "three")],
    ]
    exam_id = exam_of_pages(sitter, pages)
    taking = begin(sitter, exam_id=exam_id, policy={"navigation": "sections"})
    page = room_of(browser, live_server.url, taking)
    keys = Keys(page, tmp_path)
    keys.push("End of this page")
    expect(page.get_by_text("you cannot come back to its questions")).to_be_visible()
    keep_picture(page, "page-end-1280")
    assert findings_of(page) + overflow_of(page) == []
    keys.push("Continue to the next page")
    expect(page.get_by_text("Some questions of this page need an answer")).to_be_visible()
    keys.push("Go to question 1")
    keys.write("first")
    expect(page.get_by_text("Saved").first).to_be_visible()
    page.context.set_offline(True)
    keys.push("End of this page")
    keys.push("Continue to the next page")
    expect(page.get_by_text("It opens by itself when the connection is back")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator(".prompt")).to_have_text("Prompt of three", timeout=30_000)
    expect(
        page.get_by_text("2 questions came before, on pages that are closed.").first
    ).to_be_visible()
    page.reload()
    expect(page.locator(".prompt")).to_have_text("Prompt of three")
    keys.write("last")
    keys.push("Next")
    keys.push("Hand in now")
    keys.push("Yes, hand in")
    expect(page.get_by_text("This is your receipt")).to_be_visible(timeout=SOON)
    page.context.close()
    connections.close_all()
    given = Answer.objects.filter(attempt_id=taking.attempt_id).order_by("saved_at")
    assert list(given.values_list("value", flat=True)) == ["first", "last"]


def exam_of_pages(cast: Cast, pages: list[list[QuestionDraft]]) -> int:
    exam_id = authoring.create_exam(
        institution_id=cast.institution.pk, name="In pages", actor_id=cast.author.pk
    )
    for place, drafts in enumerate(pages, 1):
        pool_id = pools.add_pool(exam_id, name=f"Part {place}")
        for draft in drafts:
            add_question(pool_id, draft)
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    review.approve_exam(exam_id, actor_id=cast.admin.pk)
    return exam_id


def keep_picture(page: Page, name: str) -> None:
    """Keep a screenshot when somebody wants to look at them."""
    folder = os.environ.get("INVIGIL_PICTURES_IN")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
