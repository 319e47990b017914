"""Pages of notices, as people with and without the right to send see them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kernel import clock
from notifications import selectors
from notifications.domain.notice import NoticeState
from notifications.models import Delivery, Notice
from notifications.selectors import notice_card
from notifications.services import deliveries
from notifications.tests.cast import EN, FA, School
from notifications.tests.test_services_expansion import expanded

pytestmark = pytest.mark.django_db


def signed_in(person: Any, language: str = "en") -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.InvigilBackend")
    client.cookies["django_language"] = language
    return client


@pytest.fixture
def nora(school: School) -> Client:
    return signed_in(school.nora)


def form(school: School, **changes: str) -> dict[str, str]:
    return {
        "title": "Exam tomorrow",
        "audience": f"class:{school.maths.pk}:student",
        "when": "now",
        "lead": "1440",
        "send_at": "",
        "text_en": "Hello {name}",
        "text_fa": "",
        **changes,
    }


def text_of(client: Client, name: str, *args: object) -> str:
    response = client.get(reverse(f"notifications:{name}", args=args))
    assert response.status_code == 200, response.status_code
    return response.content.decode()


# ── who may ────────────────────────────────────────────────────────────────────────────────


def test_visitors_are_sent_to_the_login(client: Client, school: School) -> None:
    notice_id = school.saved()
    for name, args in (("index", []), ("new", []), ("detail", [notice_id]), ("board", [notice_id])):
        response = client.get(reverse(f"notifications:{name}", args=args))
        assert (response.status_code, "login" in response["Location"]) == (302, True)


@pytest.mark.parametrize("who", ["ana", "ivo"])
def test_others_are_refused_everywhere(school: School, who: str) -> None:
    notice_id = school.scheduled()
    client = signed_in(getattr(school, who))
    for name, args in (("index", []), ("new", []), ("detail", [notice_id]), ("edit", [notice_id])):
        assert client.get(reverse(f"notifications:{name}", args=args)).status_code == 403
    assert client.post(reverse("notifications:preview"), form(school)).status_code == 403
    act = reverse("notifications:act", args=[notice_id, "cancel"])
    assert client.post(act).status_code == 403
    assert notice_card(notice_id).state is NoticeState.SCHEDULED


def test_another_schools_notice_does_not_exist(school: School) -> None:
    olga = signed_in(School().nora)
    notice_id = school.scheduled()
    for name in ("detail", "edit", "board"):
        assert olga.get(reverse(f"notifications:{name}", args=[notice_id])).status_code == 404
    assert olga.post(reverse("notifications:act", args=[notice_id, "cancel"])).status_code == 404
    stolen = form(School(), audience=f"class:{school.maths.pk}:student")
    response = olga.post(reverse("notifications:new"), stolen)
    assert response.status_code == 422
    assert "Ana Moreno" not in olga.post(reverse("notifications:preview"), stolen).content.decode()


# ── calendar ───────────────────────────────────────────────────────────────────────────────


def test_an_empty_calendar_says_what_to_do(nora: Client) -> None:
    page = text_of(nora, "index")
    assert "Nothing is scheduled" in page
    assert "No SMS provider is set up" in page


def test_the_calendar_shows_what_is_scheduled_drafted_and_sent(
    school: School, nora: Client
) -> None:
    school.scheduled(title="Soon to be sent")
    school.saved(title="Half an idea")
    deliveries.send_batch(expanded(school, title="Gone already"))
    page = text_of(nora, "index")
    for title in ("Soon to be sent", "Half an idea", "Gone already"):
        assert title in page


@pytest.mark.parametrize("day", ["2026-02-01", "1403-13-45", "nonsense", ""])
def test_any_month_can_be_asked_for(nora: Client, day: str) -> None:
    response = nora.get(reverse("notifications:index"), {"day": day})
    assert response.status_code == 200
    assert ("February 2026" in response.content.decode()) is (day == "2026-02-01")


def test_persian_readers_have_their_own_months(school: School) -> None:
    client = signed_in(school.nora, "fa")
    page = client.get(reverse("notifications:index"), {"day": "2026-11-21"}).content.decode()
    assert "آبان ۱۴۰۵" in page
    assert 'dir="rtl"' in page


# ── composing ──────────────────────────────────────────────────────────────────────────────


def test_a_notice_is_written_saved_and_scheduled(school: School, nora: Client) -> None:
    saved = nora.post(reverse("notifications:new"), form(school))
    notice = Notice.objects.get()
    assert saved["Location"] == reverse("notifications:edit", args=[notice.pk])
    again = form(school, title="Better", schedule="1")
    done = nora.post(saved["Location"], again)
    assert done["Location"] == reverse("notifications:detail", args=[notice.pk])
    card = notice_card(notice.pk)
    assert (card.title, card.state) == ("Better", NoticeState.SCHEDULED)
    assert Notice.objects.count() == 1


def test_what_is_wrong_is_said_and_nothing_is_lost(school: School, nora: Client) -> None:
    response = nora.post(reverse("notifications:new"), form(school, text_en="Hi {nmae}"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "There is no variable {nmae}." in page
    assert "Hi {nmae}" in page
    assert not Notice.objects.exists()


def test_a_refused_time_keeps_the_draft(school: School, nora: Client) -> None:
    past = form(school, when="at", send_at="2020-01-01T09:00", schedule="1")
    response = nora.post(reverse("notifications:new"), past)
    assert response.status_code == 422
    assert "This time has passed" in response.content.decode()
    assert Notice.objects.get().state == NoticeState.DRAFT


def test_scheduling_says_how_many_will_get_it(school: School, nora: Client) -> None:
    response = nora.post(reverse("notifications:new"), form(school, schedule="1"), follow=True)
    assert "As things stand, 3 people will get it." in response.content.decode()


def test_a_notice_to_nobody_is_warned_of_and_sent_only_when_that_is_wanted(
    school: School, nora: Client
) -> None:
    for person in (school.ana, school.ben, school.sara):
        person.phone_verified_at = None
        person.save()
    warning = "Nobody would get this now"
    preview = nora.post(reverse("notifications:preview"), form(school)).content.decode()
    assert warning in preview
    refused = nora.post(reverse("notifications:new"), form(school, schedule="1"))
    page = refused.content.decode()
    assert refused.status_code == 422
    assert warning in page
    assert "Schedule it all the same" in page
    assert Notice.objects.get().state == NoticeState.DRAFT
    edit = reverse("notifications:edit", args=[Notice.objects.get().pk])
    done = nora.post(edit, form(school, schedule="anyway"), follow=True)
    assert "As things stand, 0 people will get it." in done.content.decode()
    assert Notice.objects.get().state == NoticeState.SCHEDULED


def test_an_empty_class_is_told_before_anything_is_scheduled(school: School, nora: Client) -> None:
    for person in (school.ana, school.ben, school.sara):
        person.memberships.all().delete()
    preview = nora.post(reverse("notifications:preview"), form(school)).content.decode()
    assert "Nobody is in this audience yet." in preview
    page = nora.post(reverse("notifications:new"), form(school, schedule="1")).content.decode()
    assert "Schedule it all the same" not in page


def test_the_button_of_the_board_warns_as_well(school: School, nora: Client) -> None:
    notice_id = school.saved()
    for person in (school.ana, school.ben, school.sara):
        person.phone_verified_at = None
        person.save()
    act = reverse("notifications:act", args=[notice_id, "schedule"])
    response = nora.post(act, follow=True)
    assert response.redirect_chain[-1][0] == reverse("notifications:edit", args=[notice_id])
    assert "Nobody would get this now" in response.content.decode()


def test_a_scheduled_notice_is_shown_not_edited(school: School, nora: Client) -> None:
    notice_id = school.scheduled()
    response = nora.get(reverse("notifications:edit", args=[notice_id]))
    assert response["Location"] == reverse("notifications:detail", args=[notice_id])


@pytest.mark.parametrize("preset", ["reminder", "moved", "results", "message", "unknown"])
def test_every_preset_opens(nora: Client, preset: str) -> None:
    assert nora.get(reverse("notifications:new"), {"preset": preset}).status_code == 200


def test_a_preview_shows_both_languages_costs_and_those_left_out(
    school: School, nora: Client
) -> None:
    school.student("No Number", phone="")
    sitting = school.sitting(clock.now() + timedelta(days=2))
    data = form(school, audience=f"sitting:{sitting.pk}", text_en=EN, text_fa=FA)
    page = nora.post(reverse("notifications:preview"), data).content.decode()
    assert "Ana Moreno, Linear Algebra, final starts on" in page
    assert "سارا، Linear Algebra, final" in page
    assert "GSM-7" in page
    assert "UCS-2" in page
    whole_class = nora.post(reverse("notifications:preview"), form(school)).content.decode()
    assert "1 without a verified number" in whole_class
    assert "No Number" in whole_class


@pytest.mark.parametrize(
    "changes",
    [{"audience": ""}, {"audience": "sitting:1"}, {"text_en": ""}, {"text_en": "{", "title": ""}],
)
def test_an_unfinished_form_has_an_unfinished_preview(
    school: School, nora: Client, changes: dict[str, str]
) -> None:
    response = nora.post(reverse("notifications:preview"), form(school, **changes))
    assert response.status_code == 200


@pytest.mark.parametrize("audience", ["class:{maths}:x", "class:{maths}", "role:x"])
def test_a_role_that_does_not_exist_has_an_unfinished_preview(
    school: School, nora: Client, audience: str
) -> None:
    """O19: it was answered with 500."""
    changes = {"audience": audience.format(maths=school.maths.pk)}
    drawn = nora.post(reverse("notifications:preview"), form(school, **changes))
    composed = nora.get(reverse("notifications:new"), changes)
    assert (drawn.status_code, composed.status_code) == (200, 200)
    assert "Ana Moreno" not in drawn.content.decode()


def test_what_people_wrote_is_text_never_markup(school: School, nora: Client) -> None:
    school.ana.full_name = "<img src=x onerror=alert(1)>"
    school.ana.save()
    page = nora.post(reverse("notifications:preview"), form(school)).content.decode()
    assert "<img" not in page
    assert "&lt;img" in page


# ── one notice ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        (["schedule"], "scheduled"),
        (["schedule", "undo"], "draft"),
        (["schedule", "cancel"], "cancelled"),
        (["cancel", "reopen"], "draft"),
    ],
)
def test_acts_move_the_notice(school: School, nora: Client, acts: list[str], state: str) -> None:
    notice_id = school.saved()
    for act in acts:
        response = nora.post(reverse("notifications:act", args=[notice_id, act]))
        assert response["Location"] == reverse("notifications:detail", args=[notice_id])
    assert notice_card(notice_id).state == state
    assert text_of(nora, "detail", notice_id)


def test_an_act_that_is_not_possible_is_a_conflict(school: School, nora: Client) -> None:
    notice_id = school.saved()
    assert nora.post(reverse("notifications:act", args=[notice_id, "undo"])).status_code == 409
    assert nora.post(reverse("notifications:act", args=[notice_id, "explode"])).status_code == 404
    assert nora.get(reverse("notifications:act", args=[notice_id, "cancel"])).status_code == 405
    assert notice_card(notice_id).state is NoticeState.DRAFT


def test_a_test_without_a_number_says_so(school: School, nora: Client) -> None:
    notice_id = school.saved()
    response = nora.post(reverse("notifications:act", args=[notice_id, "test"]), follow=True)
    assert "no verified phone number" in response.content.decode()


def test_a_reason_that_no_database_can_store_is_no_server_error(
    school: School, nora: Client
) -> None:
    notice_id = expanded(school)
    path = reverse("notifications:act", args=[notice_id, "cancel"])
    assert nora.post(path, {"reason": "wrong\x00 day"}).status_code == 302
    assert notice_card(notice_id).state is NoticeState.CANCELLED


def test_the_board_shows_one_page_whatever_the_number_of_recipients(
    school: School, nora: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "BOARD_ROWS", 2)
    notice_id = expanded(school)
    pages = [
        nora.get(reverse("notifications:board", args=[notice_id]), {"page": page})
        for page in ("1", "2", "9", "x", "-1", "9" * 40)
    ]
    rows = [page.content.decode().count("<tr>") - 1 for page in pages]
    assert rows == [2, 1, 1, 2, 2, 2]
    assert "page=2" in pages[0].content.decode()
    assert "board?page=1" in text_of(nora, "detail", notice_id)


def test_the_board_shows_what_became_of_each_message(school: School, nora: Client) -> None:
    notice_id = expanded(school)
    board = text_of(nora, "board", notice_id)
    assert 'data-live="yes"' in board
    deliveries.send_batch(notice_id)
    Delivery.objects.filter(recipient=school.ben).update(
        state="undelivered", reason="undelivered", error_code="30005"
    )
    board = text_of(nora, "board", notice_id)
    assert 'data-live="no"' in board
    for words in ("Written to the log", "Not delivered", "30005", "Ana Moreno, bring a pencil."):
        assert words in board
    assert school.ana.phone not in board


def test_the_home_page_tells_senders_what_comes_next(school: School, nora: Client) -> None:
    school.scheduled(title="Room change")
    assert "Room change" in nora.get("/").content.decode()
    page = signed_in(school.ana).get("/").content.decode()
    assert "Room change" not in page
    assert reverse("notifications:index") not in page
