"""What the pages show: every state and reason has its words; the month is the reader's."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import notifications
from accounts.selectors import contacts_of
from notifications import pages, selectors
from notifications.domain.delivery import DeliveryState
from notifications.domain.notice import NoticeState
from notifications.domain.text import Variable
from notifications.services.wording import facts_of
from notifications.tests.cast import School

LONDON = ZoneInfo("Europe/London")


def test_every_state_and_variable_has_its_word() -> None:
    assert set(pages.NOTICE_WORDS) == set(NoticeState)
    assert set(pages.DELIVERY_WORDS) == set(DeliveryState)
    assert {name for name, _label in pages.VARIABLES} == set(Variable)


def test_every_reason_the_services_store_has_its_sentence() -> None:
    sources = (Path(notifications.__file__).parent / "services").glob("*.py")
    found = set()
    for source in sources:
        text = source.read_text()
        found |= set(re.findall(r'(?<!Refused\()reason="(\w+)"', text))
        found |= set(re.findall(r'return "(\w+)"', text)) - {"en", "fa"}
    found -= {"empty", "person", "class", "sitting", "past"}  # refusals, not fates
    assert found - set(pages.REASONS) == set()
    assert len(found) > 12


@pytest.mark.parametrize(
    ("anchor", "persian", "first", "after"),
    [
        (date(2026, 11, 21), False, date(2026, 11, 1), date(2026, 12, 1)),
        (date(2026, 12, 31), False, date(2026, 12, 1), date(2027, 1, 1)),
        (date(2026, 11, 21), True, date(2026, 10, 23), date(2026, 11, 22)),
        (date(2025, 3, 20), True, date(2025, 2, 19), date(2025, 3, 21)),
    ],
)
def test_a_month_is_one_of_the_readers_calendar(
    anchor: date,
    persian: bool,  # noqa: FBT001 parametrised
    first: date,
    after: date,
) -> None:
    assert pages.month_span(anchor, persian=persian) == (first, after)


def test_the_english_month_starts_on_monday_and_the_persian_on_saturday() -> None:
    today = date(2026, 11, 21)
    english = pages.month_of(
        pages.month_span(today, persian=False), [], today=today, zone=LONDON, persian=False
    )
    assert (english.title, len(english.blanks), len(english.days)) == ("November 2026", 6, 30)
    assert [str(name) for name in english.weekdays][:1] == ["Mon"]
    assert [day.label for day in english.days if day.is_today] == ["21"]
    persian = pages.month_of(
        pages.month_span(today, persian=True), [], today=today, zone=LONDON, persian=True
    )
    assert (persian.title, len(persian.blanks), len(persian.days)) == ("آبان ۱۴۰۵", 6, 30)
    assert [str(name) for name in persian.weekdays][:1] == ["Sat"]
    assert persian.after == date(2026, 11, 22)
    assert persian.before == date(2026, 10, 22)


@pytest.mark.django_db
def test_a_notice_lies_on_its_day_in_the_readers_zone(school: School) -> None:
    late = school.saved(send_at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    card = selectors.notice_card(late)
    span = pages.month_span(date(2026, 11, 21), persian=False)
    for zone, day in ((ZoneInfo("UTC"), "20"), (ZoneInfo("Asia/Tehran"), "21")):
        month = pages.month_of(span, [card], today=date(2026, 11, 1), zone=zone, persian=False)
        assert [each.label for each in month.days if each.notices] == [day]


@pytest.mark.django_db
def test_a_sample_is_a_real_reader_of_that_language(school: School) -> None:
    preview = selectors.audience_preview(school.to_class(), has_persian=True, has_english=True)
    writer = contacts_of([school.nora.pk])[school.nora.pk]
    facts = facts_of(school.to_class())
    samples = pages.samples_of(preview, facts, writer, text_en="Hi {name}", text_fa="سلام {name}")
    assert [(each.language, each.body) for each in samples] == [
        ("en", "Hi Ana Moreno"),
        ("fa", "سلام سارا"),
    ]
    empty = selectors.AudiencePreview(0, (), (), (), {})
    [alone] = pages.samples_of(empty, facts, writer, text_en="Hi {name}", text_fa="")
    assert alone.body == "Hi Nora Admin"


def test_the_log_is_not_called_a_phone() -> None:
    row = selectors.DeliveryRow(
        "Ana", "+44", DeliveryState.ACCEPTED, "", "x", "en", 1, 1, "", "", None
    )
    [console] = pages.board_lines([row], is_console=True)
    [provider] = pages.board_lines([row], is_console=False)
    assert str(console.word) == "Written to the log"
    assert str(provider.word) == "Sent"
