"""The room in Chromium against a real server: posting, lock and seal, languages, widths, axe."""

import uuid
from typing import Any

import pytest
from playwright.sync_api import expect

from chat import sample, services
from chat.tests.cast import School, move
from kernel.clock import now
from kernel.tests.browsers import LOOKS
from realtime.publish import flush
from web.tests.site import Stand

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.whole_stack]


@pytest.fixture
def school() -> School:
    made = School()
    people = [made.ana.pk, made.ben.pk]
    lines = sample.lines_of(sample.CLASS_TALK, student_ids=people, staff_id=made.ivo.pk, now=now())
    services.import_conversation(room_id=made.room_id, lines=lines)
    return made


def open_lobby(school: School, *students: Any) -> Any:
    sitting = school.sitting(*students)
    move(sitting, state="lobby")
    services.lock_sitting(sitting_id=sitting.pk)
    flush()
    return sitting


def close(sitting: Any) -> None:
    move(sitting, state="closed")
    services.release_sitting(sitting_id=sitting.pk, reason="closed")
    flush()


HALF = "half a sentence"
# What is typed is kept in the browser a quarter of a second later.
UNTIL_KEPT = """async (text) => {
    while (!Object.values(localStorage).join().includes(text))
        await new Promise((done) => setTimeout(done, 20));
}"""


def test_a_day_in_the_room(stand: Stand, school: School) -> None:
    path = f"/chat/{school.room_id}/"
    ana, ben, ivo = (stand.visitor(who) for who in (school.ana, school.ben, school.ivo))
    for visitor in (ana, ben, ivo):
        visitor.open(path)
        expect(visitor.page.get_by_text("Good luck everybody.")).to_be_visible()

    field = ana.page.get_by_label("Message", exact=True)
    field.fill("Has anybody a <b>spare</b> calculator?")
    field.press("Enter")
    expect(ben.page.get_by_text("Has anybody a <b>spare</b> calculator?")).to_be_visible()
    expect(ana.page.get_by_text("Sending…")).to_have_count(0)

    ivo.page.get_by_role("button", name="the message of Ana Moreno").last.click()
    ivo.page.get_by_label("Reason").fill("Off topic")
    ivo.page.get_by_role("button", name="Remove message").click()
    expect(ben.page.get_by_text("Removed by staff")).to_be_visible()
    expect(ben.page.get_by_text("spare")).to_have_count(0)

    field.fill(HALF)
    sitting = open_lobby(school, school.ana)
    expect(ana.page.get_by_text("Locked and sealed during your exam")).to_be_visible()
    expect(ana.page.get_by_text("Good luck everybody.")).to_have_count(0)
    expect(ben.page.get_by_text("Locked during an exam")).to_be_visible()
    expect(ben.page.get_by_text("Good luck everybody.")).to_be_visible()
    expect(ben.page.get_by_role("button", name="Send")).to_be_disabled()
    ana.page.evaluate(UNTIL_KEPT, HALF)
    ana.page.reload()
    expect(ana.page.get_by_text("Locked and sealed during your exam")).to_be_visible()
    assert "Good luck" not in ana.page.content()

    close(sitting)
    expect(ana.page.get_by_text("Open again after")).to_be_visible()
    expect(field).to_have_value(HALF)
    assert [visitor.problems for visitor in (ana, ben, ivo)] == [[], [], []]


def test_what_was_missed_is_there_after_the_connection_comes_back(
    stand: Stand, school: School
) -> None:
    ben = stand.visitor(school.ben)
    page = ben.open(f"/chat/{school.room_id}/")
    expect(page.get_by_text("Good luck everybody.")).to_be_visible()
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('pagehide'))")  # the socket is dropped at once
    field = page.get_by_label("Message", exact=True)
    field.fill("written without a connection")
    field.press("Enter")
    services.post_message(
        room_id=school.room_id,
        sender_id=school.ana.pk,
        client_id=uuid.uuid4(),
        body="said meanwhile",
    )
    expect(page.get_by_text("Sending…")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("said meanwhile")).to_be_visible()
    expect(page.get_by_text("Sending…")).to_have_count(0)
    expect(page.get_by_text("written without a connection")).to_have_count(1)


def test_older_messages_come_by_keyboard(stand: Stand, school: School) -> None:
    for number in range(70):
        services.post_message(
            room_id=school.room_id,
            sender_id=school.ben.pk,
            client_id=uuid.uuid4(),
            body=f"line {number}",
        )
    page = stand.visitor(school.ana).open(f"/chat/{school.room_id}/")
    expect(page.get_by_text("line 69")).to_be_visible()
    page.get_by_role("log").focus()
    page.keyboard.press("Home")
    expect(page.get_by_text("Good morning!")).to_be_attached()


@pytest.mark.parametrize("state", ["open", "locked", "sealed", "staff", "list", "sealed list"])
def test_no_fault_in_any_width_theme_and_language(stand: Stand, school: School, state: str) -> None:
    if state in {"locked", "sealed", "sealed list"}:
        open_lobby(school, school.ana)
    who = {"locked": school.ben, "staff": school.ivo}.get(state, school.ana)
    path = "/chat/" if "list" in state else f"/chat/{school.room_id}/"
    found = {}
    for width, scheme, language in LOOKS:
        visitor = stand.visitor(who, width=width, scheme=scheme, language=language)
        page = visitor.open(path)
        page.locator(".lock.sealed, .message, .list li").first.wait_for()
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "fa" else "ltr")
        found[width, scheme, language] = visitor.faults()
    assert found == {look: [] for look in LOOKS}


def test_an_outsider_is_told_nothing(stand: Stand, school: School) -> None:
    page = stand.visitor(school.olga).open(f"/chat/{school.room_id}/")
    assert "Mathematics" not in page.content()
    assert "Good luck" not in page.content()
