"""The template tags of the design system."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.template import TemplateSyntaxError
from django.utils import timezone, translation

from web.templatetags import web

AT = datetime(2026, 11, 21, 9, 5, 7, tzinfo=UTC)


def test_an_instant_is_written_for_the_script_and_readable_without_it() -> None:
    with timezone.override("Europe/Berlin"):
        written = web.local_datetime(AT)
    assert written.startswith('<time datetime="2026-11-21T09:05:07+00:00" data-local="datetime">')
    assert "10:05 CET" in written


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        ("time", "09:05 UTC"),
        ("seconds", "09:05:07"),
        ("date", "21 November 2026"),
        ("day", "Saturday 21 November"),
    ],
)
def test_the_styles_without_a_script(style: str, shown: str) -> None:
    assert f">{shown}<" in web.local_datetime(AT, style)


def test_no_instant_is_a_dash_and_no_style_an_error() -> None:
    assert "<time" not in web.local_datetime(None)
    with pytest.raises(TemplateSyntaxError):
        web.local_datetime(AT, "fancy")


def test_a_countdown_is_not_announced_every_second() -> None:
    assert 'role="timer" aria-live="off"' in web.countdown(AT)


def test_a_chip_has_a_mark_a_word_and_a_colour_and_escapes_its_word() -> None:
    assert (
        web.chip("<b>", "ok")
        == '<span class="chip ok"><span aria-hidden="true">●</span>&lt;b&gt;</span>'
    )


def test_icons_are_decoration_and_an_unknown_one_is_found_at_once() -> None:
    assert 'aria-hidden="true"' in web.icon("people")
    with pytest.raises(KeyError):
        web.icon("unicorn")


def test_digits_follow_the_language() -> None:
    with translation.override("fa"):
        assert web.digits(1250) == "۱۲۵۰"
    assert web.digits(1250) == "1250"


def test_numbers_and_percentages_have_the_signs_of_the_page_and_nothing_is_a_dash() -> None:
    with translation.override("fa"):
        assert web.number(Decimal("12.50")) == "۱۲٫۵"
        assert web.percent(Decimal("62.5")) == "۶۲٫۵٪"
    assert web.percent(Decimal("66.67")) == "66.67%"
    assert web.number(None) == web.percent(None) == "—"


@pytest.mark.parametrize(
    ("level", "tone"), [("error", "critical"), ("success", "ok"), ("custom", "info")]
)
def test_messages_have_a_tone(level: str, tone: str) -> None:
    assert web.banner_tone(level) == tone


def test_names_are_listed_with_the_comma_of_the_language() -> None:
    assert web.listed(["10 A", "10 B"]) == "10 A, 10 B"
    with translation.override("fa"):
        assert web.listed(["10 A", "10 B"]) == "10 A، 10 B"
