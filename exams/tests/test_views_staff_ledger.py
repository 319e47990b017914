"""The ledger's page: time for everybody, every entry in words, and taking one back."""

import re
from datetime import timedelta

import pytest

from accounts.roles import Role
from exams.models import Candidate, GrantReceipt, TimeGrant
from exams.selectors.ledger import grants_of_sitting
from exams.services import attempts
from exams.services.grants import note_seen
from exams.tests.conftest import Taking, begin, give_role
from exams.tests.pages import client_of, page_of

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def led(running: Taking) -> Taking:
    give_role(running.cast.ivo, Role.CHIEF_INVIGILATOR, running.cast.class_group)
    return running


def path_of(taken: Taking, rest: str = "") -> str:
    return f"/sittings/{taken.sitting_id}/time/{rest}"


def test_everybody_gets_time_and_the_entry_can_be_taken_back(led: Taking) -> None:
    client, before = client_of(led.cast.ivo), led.attempt.deadline
    page = page_of(
        client.post(path_of(led), {"to": "all", "minutes": "10", "reason": "Power"}, follow=True)
    )
    assert "It reaches 2 candidates now." in page
    assert "Everybody" in page
    assert "10 minutes" in page
    assert led.attempt.deadline == before + 10 * MINUTE
    grant = TimeGrant.objects.get()
    assert client.post(path_of(led, f"{grant.pk}/revoke/"), {"reason": ""}).status_code == 422
    page = page_of(
        client.post(path_of(led, f"{grant.pk}/revoke/"), {"reason": "Wrong room"}, follow=True)
    )
    assert "Taken back" in page
    assert led.attempt.deadline == before


def test_time_given_to_one_candidate_stands_under_the_name(led: Taking) -> None:
    attempts.extend_attempt(
        led.attempt_id, extra=5 * MINUTE, actor_id=led.cast.ivo.pk, reason="Noise"
    )
    page = page_of(client_of(led.cast.ivo).get(path_of(led)))
    assert "Ana" in page
    assert "Noise" in page


@pytest.mark.parametrize(
    "body",
    [
        {"to": "all", "minutes": "0", "reason": "x"},
        {"to": "all", "minutes": "5", "reason": ""},
        {"to": "room:Cellar", "minutes": "5", "reason": "x"},
        {"to": "attempt:1", "minutes": "5", "reason": "x"},
    ],
)
def test_nothing_without_minutes_or_reason(led: Taking, body: dict[str, str]) -> None:
    page_of(client_of(led.cast.ivo).post(path_of(led), body), 422)
    assert not TimeGrant.objects.exists()


def test_only_who_leads_the_sitting_opens_the_ledger(running: Taking) -> None:
    for who, status in (("ivo", 403), ("grader", 403), ("ana", 403), ("olga", 404)):
        client = client_of(getattr(running.cast, who))
        assert client.get(path_of(running)).status_code == status, who
        assert client.get(path_of(running, "seen/")).status_code == status, who
        body = {"to": "all", "minutes": "5", "reason": "x"}
        assert client.post(path_of(running), body).status_code == status, who
    assert not TimeGrant.objects.exists()


def test_an_entry_of_another_sitting_is_not_reached_through_this_one(led: Taking) -> None:
    other = begin(led.cast, exam_id=led.attempt.sitting.exam_id)
    attempts.extend_attempt(
        other.attempt_id, extra=5 * MINUTE, actor_id=led.cast.ivo.pk, reason="Noise"
    )
    grant = TimeGrant.objects.get()
    response = client_of(led.cast.ivo).post(path_of(led, f"{grant.pk}/revoke/"), {"reason": "x"})
    assert response.status_code == 404
    grant.refresh_from_db()
    assert grant.revoked_at is None


def test_a_room_or_one_candidate_gets_time_and_the_page_says_who_has_seen_it(led: Taking) -> None:
    Candidate.objects.filter(student=led.cast.ana).update(room="Hall")
    client = client_of(led.cast.ivo)
    for to, shown in (("room:Hall", "Room <bdi>Hall</bdi>"), (f"attempt:{led.attempt_id}", "Ana")):
        body = {"to": to, "minutes": "3", "reason": "Noise"}
        page = page_of(client.post(path_of(led), body, follow=True))
        assert "It reaches 1 candidate now." in page
        assert shown in page
    first, second = grants_of_sitting(led.sitting_id)
    note_seen(GrantReceipt.objects.get(grant=first.id).order)
    seen = page_of(client.get(path_of(led, "seen/")))
    assert "Seen by all 1" in seen
    assert "Seen by 0 of 1" in seen
    assert f'id="seen-{second.id}" hx-swap-oob="true"' in seen


def test_the_form_that_is_sent_twice_gives_once(led: Taking) -> None:
    client = client_of(led.cast.ivo)
    (request_id,) = re.findall(
        r'name="request_id" value="([^"]+)"', page_of(client.get(path_of(led)))
    )
    body = {"to": "all", "minutes": "3", "reason": "Noise", "request_id": request_id}
    for _ in range(2):
        page_of(client.post(path_of(led), body, follow=True))
    assert TimeGrant.objects.count() == 1
