"""The exam day of two students and an invigilator in Chromium, from the lobby to the result."""

import os
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from journeys.stack import ROOT, Person, RunningStack

pytestmark = pytest.mark.timeout(420)

PLAYING = """() => {
  const videos = [...document.querySelectorAll('video')];
  return videos.filter((v) => v.videoWidth > 0 && v.getVideoPlaybackQuality().totalVideoFrames > 5).length;
}"""
PICTURES = ROOT / "docs" / "pictures"
SOON = 20_000


@pytest.fixture(scope="module")
def cast(stack: RunningStack) -> Any:
    return stack.manage_json(
        "rehearsal_sitting", "--students=2", "--lead=45", "--lobby=22", "--minutes=6"
    )


def student(browser: Browser, stack: RunningStack, cast: Any, index: int) -> Person:
    login = cast["students"][index]
    person = Person(browser, stack.base_url)
    person.sign_in(
        identifier=login["identifier"],
        password=login["password"],
        institution=login["institution"],
    )
    return person


def check_in(person: Person, sitting: int) -> None:
    """Wait for the lobby, agree, check in."""
    person.go(f"/sittings/{sitting}/lobby/")
    person.page.get_by_label("I have read this and agree.").check(timeout=SOON)
    person.page.get_by_role("button", name="Check in").click(timeout=SOON * 2)


def wait_for_room(person: Person, sitting: int) -> None:
    person.page.wait_for_url(f"**/sittings/{sitting}/room/", timeout=90_000)
    expect(person.page.get_by_text("Question 1 of")).to_be_visible(timeout=SOON)


def saved(page: Page) -> None:
    expect(page.get_by_text("Saved").first).to_be_visible(timeout=SOON)
    expect(page.get_by_text("on this device")).to_have_count(0, timeout=SOON)


def picture(page: Page, name: str) -> None:
    """Keep a screenshot for the README when they are to be drawn anew."""
    if os.environ.get("INVIGIL_PICTURES"):
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png")


def test_an_exam_day(browser: Browser, stack: RunningStack, cast: Any) -> None:
    ivo = invigilator(browser, stack, cast)
    ana, ben = (student(browser, stack, cast, index) for index in (0, 1))
    for person in (ana, ben):
        check_in(person, cast["sitting"])
    find_chat_locked(ben, stack, cast)
    for person in (ana, ben):
        wait_for_room(person, cast["sitting"])
    entered = picks_of(ana, cast["attempts"][0], keys=[1, 2])
    ana.page.keyboard.press("1")
    saved(ana.page)
    watch_both_cameras(ivo, cast)
    pause_and_resume(ivo, ana)
    work_offline_and_reload(ana)
    picture(ana.page, "exam-room")
    for person in (ana, ben):
        hand_in(person)
    ivo.page.keyboard.press("Escape")
    expect(ivo.page.get_by_text("Handed in").first).to_be_visible(timeout=SOON)
    nothing_was_lost(stack, cast, entered)
    assert [p.complaints for p in (ivo, ana, ben)] == [[], [], []]


def picks_of(person: Person, attempt: int, keys: list[int]) -> dict[str, Any]:
    """Return what these keys mean in the first questions: question id → value on the wire."""
    paper = person.context.request.get(f"{person.base_url}/api/attempts/{attempt}").json()
    return {
        str(question["id"]): meaning(question, key)
        for question, key in zip(paper["questions"], keys, strict=False)
    }


def meaning(question: Any, key: int) -> Any:
    """Return the value that a key picks in a question of choices, or of true and false."""
    if question["kind"] == "bool":
        return key == 1
    return [question["choices"][key - 1]["id"]]


def invigilator(browser: Browser, stack: RunningStack, cast: Any) -> Person:
    """Sign in and look at the wall of the sitting."""
    login = cast["invigilator"]
    ivo = Person(browser, stack.base_url, color_scheme="dark")
    ivo.sign_in(identifier=login["identifier"], password=login["password"])
    ivo.go(f"/sittings/{cast['sitting']}/wall/")
    return ivo


def find_chat_locked(ben: Person, stack: RunningStack, cast: Any) -> None:
    """The lobby is open, so the class chat is locked and sealed for its candidates."""
    chat = ben.context.new_page()
    chat.goto(f"{stack.base_url}/chat/{cast['room']}/")
    expect(chat.get_by_text("locked", exact=False).first).to_be_visible(timeout=SOON)
    picture(chat, "chat")
    chat.close()


def watch_both_cameras(ivo: Person, cast: Any) -> None:
    """The wall shows both cameras, and one large."""
    ivo.page.wait_for_function(f"({PLAYING})() >= 2", timeout=40_000)
    picture(ivo.page, "wall")
    ivo.page.locator(f"[data-attempt='{cast['attempts'][0]}']").click()
    ivo.page.wait_for_function(
        "() => [...document.querySelectorAll('.focus video')].some((v) => v.videoWidth >= 640)",
        timeout=SOON,
    )


def pause_and_resume(ivo: Person, ana: Person) -> None:
    """The invigilator pauses with a reason; the student reads it and goes on by herself."""
    ivo.page.get_by_role("button", name="Pause…").click()
    ivo.page.get_by_label("Reason").fill("Identity check")
    ivo.page.get_by_role("dialog").get_by_role("button", name="Pause").click()
    expect(ana.page.get_by_text("Your exam is paused")).to_be_visible(timeout=SOON)
    expect(ana.page.get_by_text("Identity check")).to_be_visible()
    ivo.page.get_by_role("button", name="Resume").click()
    ivo.page.get_by_role("dialog").get_by_role("button", name="Resume").click()
    expect(ana.page.get_by_text("Question 1 of")).to_be_visible(timeout=SOON)


def work_offline_and_reload(ana: Person) -> None:
    """Without a network the work goes on, through a reload too; afterwards it is all there."""
    wait_until_kept(ana.page)
    ana.context.set_offline(True)
    ana.page.get_by_role("button", name="Next").click()
    ana.page.keyboard.press("2")
    expect(ana.page.get_by_text("No connection", exact=False).first).to_be_visible(timeout=SOON)
    ana.page.reload()
    expect(ana.page.get_by_text("Question 2 of")).to_be_visible(timeout=SOON)
    expect(ana.page.get_by_text("1 answer on this device")).to_be_visible(timeout=SOON)
    ana.context.set_offline(False)
    saved(ana.page)
    ana.page.reload()
    expect(ana.page.get_by_text("Question", exact=False).first).to_be_visible(timeout=SOON)
    saved(ana.page)


def wait_until_kept(page: Page) -> None:
    """Rooms that open in the same instant are kept on their devices within ten seconds."""
    for _ in range(SOON // 200):
        if page.evaluate("async () => (await caches.match(location.href)) !== undefined"):
            return
        page.wait_for_timeout(200)
    raise AssertionError("the room is not kept on this device")


def hand_in(person: Person) -> None:
    person.page.get_by_role("button", name="Hand in").first.click()
    person.page.get_by_role("button", name="Hand in now").click(timeout=SOON)
    person.page.get_by_role("button", name="Yes, hand in").click(timeout=SOON)
    expect(person.page.get_by_text("This is your receipt", exact=False)).to_be_visible(timeout=SOON)


def nothing_was_lost(stack: RunningStack, cast: Any, entered: dict[str, Any]) -> None:
    """The database holds what Ana entered, online and offline, and no more; the lock held."""
    stored = stack.manage_json("rehearsal_audit", str(cast["sitting"]))
    ana, ben = (stored["attempts"][str(attempt)] for attempt in cast["attempts"])
    assert {question: answer["value"] for question, answer in ana["answers"].items()} == entered
    assert ben["answers"] == {}
    assert (ana["state"], ben["state"]) == ("submitted", "submitted")
    assert stored["late_messages"] == 0
