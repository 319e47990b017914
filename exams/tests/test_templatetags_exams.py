from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from exams.exchange.gift_syntax import GiftCode
from exams.exchange.items import Finding
from exams.templatetags import exams as tags


@pytest.mark.parametrize(
    ("part", "kind", "english", "persian"),
    [
        ("<p>true</p>", "bool", "True", "درست"),
        ("<p>false</p>", "bool", "False", "نادرست"),
        ("<p>-12.50</p>", "decimal", "-12.50", "-۱۲٫۵۰"),
        ("<p>7</p>", "int", "7", "۷"),
        ("<p>1989-11-09</p>", "date", "9 November 1989", "۹ نوامبر ۱۹۸۹"),
        ("<p>07:05</p>", "time", "07:05", "۰۷:۰۵"),
        ("<p>1969-07-20T20:17</p>", "datetime", "20 July 1969, 20:17", "۲۰ ژوئیه ۱۹۶۹, ۲۰:۱۷"),
        ("<p>yesterday</p>", "date", "<p>yesterday</p>", "<p>yesterday</p>"),
        ("<p>true</p>", "text", "<p>true</p>", "<p>true</p>"),
        ("<p>7.5</p>", "char", "<p>7.5</p>", "<p>7.5</p>"),
        ("<p>&#39;1.5</p>", "float", "<p>&#39;1.5</p>", "<p>&#39;1.5</p>"),
        ("<p>&lt;b&gt;</p>", "bool", "<p>&lt;b&gt;</p>", "<p>&lt;b&gt;</p>"),
    ],
)
def test_what_was_given_is_shown_in_words_and_signs_of_the_page(
    part: str, kind: str, english: str, persian: str
) -> None:
    assert tags.given_text(part, kind) == english
    with translation.override("fa"):
        assert tags.given_text(part, kind) == persian


@pytest.mark.parametrize(
    ("value", "text"),
    [("1", "1 point"), ("0.5", "0.5 points"), ("2", "2 points"), ("0", "0 points")],
)
def test_points_have_their_word(value: str, text: str) -> None:
    assert tags.points(Decimal(value)) == text


def test_states_are_drawn_with_mark_word_and_tone() -> None:
    drawn = tags.attempt_chip("running")
    assert 'class="chip ok"' in drawn
    assert "Working" in drawn
    for chip, state in (
        (tags.exam_chip, "draft"),
        (tags.result_chip, "graded"),
    ):
        assert "chip" in chip(state)


def test_words_for_rules_faults_and_findings() -> None:
    assert tags.kind_name("choice") == "Choice"
    assert tags.fault_text("too_long")
    assert tags.fault_text("something else") == ""
    assert "brace" in tags.finding_text(Finding(1, GiftCode.UNCLOSED_BRACE))
    assert tags.camera_text("off")
    assert tags.chat_lock_text("never")
    assert tags.late_start_text("full")
    assert tags.minutes(timedelta(minutes=1)) == "1 minute"
    assert tags.minutes(timedelta(hours=2)) == "120 minutes"


def test_markup_becomes_one_line_of_words() -> None:
    assert tags.plain_text("<p>One</p><p>Two<br>three &lt;</p>") == "One Two three <"


def test_wire_times_become_instants() -> None:
    assert tags.instant(0) == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_bar_escapes_its_label_and_never_divides_by_zero() -> None:
    assert 'max="1"' in tags.share_bar(0, 0, "x")
    assert "&lt;b&gt;" in tags.share_bar(1, 2, "<b>")
