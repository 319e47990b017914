"""The pages of notices in Chromium: live preview, chips, undo, languages, widths, axe."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from kernel import clock
from kernel.tests.browsers import LOOKS
from notifications.domain.notice import NoticeState
from notifications.models import Notice
from notifications.selectors import notice_card
from notifications.services import deliveries
from notifications.tests.cast import EN, FA, School
from notifications.tests.test_services_expansion import expanded
from web.tests.site import Stand

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.whole_stack]


def test_a_notice_is_written_with_a_live_preview_scheduled_and_undone(
    stand: Stand, school: School
) -> None:
    nora = stand.visitor(school.nora)
    page = nora.open("/notices/new?preset=message")
    page.get_by_label("Recipients").select_option(f"class:{school.maths.pk}:student")
    page.locator("#id_text_en").fill("Dear ")
    page.get_by_role("group", name="Insert a variable").first.get_by_text(
        "name", exact=True
    ).click()
    expect(page.locator(".bubble")).to_have_text("Dear Ana Moreno")
    page.locator("#id_text_en").press_sequentially(" {nmae}")
    expect(page.get_by_text("There is no variable {nmae}.")).to_be_visible()
    page.locator("#id_text_en").fill("Dear {name}, bring a pencil.")
    expect(page.locator(".bubble")).to_have_text("Dear Ana Moreno, bring a pencil.")
    page.get_by_label("At once").check()
    expect(page.locator("#id_send_at")).to_be_hidden()
    page.get_by_role("button", name="Schedule").click()
    expect(page.get_by_text("It is sent in")).to_be_visible()
    [notice] = Notice.objects.all()
    assert notice.state == NoticeState.SCHEDULED
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Nothing was sent.")).to_be_visible()
    assert notice_card(notice.pk).state is NoticeState.DRAFT
    assert nora.faults() == []


def test_the_board_moves_by_itself(stand: Stand, school: School) -> None:
    notice_id = expanded(school)
    page = stand.visitor(school.nora).open(f"/notices/{notice_id}/")
    expect(page.locator("tbody .chip").first).to_contain_text("Waiting")
    deliveries.send_batch(notice_id)
    expect(page.locator("tbody .chip", has_text="Written to the log")).to_have_count(3)
    expect(page.get_by_text("Ana Moreno, bring a pencil.").first).to_be_visible()


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_every_look_is_whole_and_accessible(
    stand: Stand, school: School, width: int, scheme: str, language: str
) -> None:
    sitting = school.sitting(clock.now() + timedelta(days=3))
    about = school.to_sitting(sitting)
    school.student("No Number", phone="")
    waiting = school.scheduled(audience=about, text_en=EN, text_fa=FA, lead=timedelta(days=1))
    sent = expanded(school)
    deliveries.send_batch(sent)
    draft = school.saved(audience=about, text_en=EN, text_fa=FA)
    nora = stand.visitor(school.nora, width=width, scheme=scheme, language=language)
    for path in ("", "new", f"{waiting}/", f"{sent}/", f"{draft}/edit"):
        nora.open(f"/notices/{path}").wait_for_load_state("networkidle")
        assert nora.faults() == [], path
