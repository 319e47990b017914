"""The composer's form."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict

from notifications.domain.notice import Audience, AudienceKind
from notifications.errors import AudienceRefused, TextRefused, TimeRefused
from notifications.forms import Desk, NoticeForm, audience_from, initial_of, key_of, lead_text
from notifications.selectors import notice_card
from notifications.tests.cast import School

TEHRAN = ZoneInfo("Asia/Tehran")
DESK = Desk(1, [("Classes", [("class:7:student", "Maths")])], TEHRAN)


def filled(**changes: str) -> NoticeForm:
    data = QueryDict(mutable=True)
    data.update(
        {
            "title": "Exam",
            "audience": "class:7:student",
            "when": "at",
            "lead": "1440",
            "send_at": "2026-11-25T09:30",
            "text_en": "Hello {name}",
            "text_fa": "",
            **changes,
        }
    )
    return NoticeForm(data, desk=DESK)


def test_a_time_is_meant_in_the_zone_of_whoever_writes() -> None:
    form = filled()
    assert form.is_valid(), form.errors
    draft = form.draft()
    assert draft.send_at == datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
    assert (draft.lead, draft.wakes) == (None, False)
    assert draft.audience == Audience(AudienceKind.CLASS, 1, class_id=7)


def test_only_the_chosen_timing_counts() -> None:
    before = filled(when="before")
    assert before.is_valid()
    assert (before.draft().send_at, before.draft().lead) == (None, timedelta(days=1))
    at_once = filled(when="now", send_at="")
    assert at_once.is_valid()
    assert (at_once.draft().send_at, at_once.draft().lead) == (None, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"audience": "class:8:student"}, "audience"),
        ({"send_at": ""}, "send_at"),
        ({"send_at": "tomorrow"}, "send_at"),
        ({"when": "never"}, "when"),
        ({"lead": "5"}, "lead"),
        ({"text_en": "x" * 1001}, "text_en"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(changes: dict[str, str], field: str) -> None:
    form = filled(**changes)
    assert not form.is_valid()
    assert field in form.errors


@pytest.mark.parametrize(
    ("error", "field", "words"),
    [
        (TextRefused(reason="unknown_variable", variable="nam", language="fa"), "text_fa", "{nam}"),
        (TextRefused(reason="too_long", limit=6, language="en"), "text_en", "6 SMS"),
        (TimeRefused(reason="past"), "when", "passed"),
        (TimeRefused(reason="lead_without_sitting"), "when", "sitting"),
        (AudienceRefused(reason="empty"), "audience", "Nobody"),
    ],
)
def test_a_refusal_of_the_services_is_shown_at_its_field(
    error: Any, field: str, words: str
) -> None:
    form = filled()
    assert form.is_valid()
    form.blame(error)
    assert words in str(form.errors[field])


@pytest.mark.parametrize(
    "audience",
    [
        Audience(AudienceKind.SITTING, 1, sitting_id=5),
        Audience(AudienceKind.CLASS, 1, class_id=7, role="invigilator"),
        Audience(AudienceKind.ROLE, 1, role="grader"),
    ],
)
def test_an_audience_survives_its_way_through_the_form(audience: Audience) -> None:
    assert audience_from(key_of(audience), 1) == audience


INVENTED = ["", "class", "class:x:student", "class:7:x", "class:7", "role:x", "role:", "sitting:"]


@pytest.mark.parametrize("key", [*INVENTED, "person:1", "moon:1"])
def test_an_invented_audience_is_refused(key: str) -> None:
    with pytest.raises(AudienceRefused):
        audience_from(key, 1)


def test_a_lead_in_words() -> None:
    assert lead_text(timedelta(hours=2)) == "2 hours before"
    assert lead_text(timedelta(minutes=17)) == ""
    assert lead_text(None) == ""


@pytest.mark.django_db
def test_a_draft_comes_back_into_the_form_as_it_was_written(school: School) -> None:
    at = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
    card = notice_card(school.saved(send_at=at))
    values = initial_of(card, TEHRAN)
    assert values["send_at"] == datetime(2026, 11, 25, 9, 30)  # noqa: DTZ001 a form's local time
    assert (values["when"], values["audience"]) == ("at", f"class:{school.maths.pk}:student")
    sitting = school.sitting(at)
    card = notice_card(school.saved(audience=school.to_sitting(sitting), lead=timedelta(hours=2)))
    values = initial_of(card, TEHRAN)
    assert (values["when"], values["lead"], values["send_at"]) == ("before", "120", None)
    assert initial_of(notice_card(school.saved()), TEHRAN)["when"] == "now"
