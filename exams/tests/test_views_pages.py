from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import User
from exams.selectors.attempts import snapshot
from exams.services import attempts, grading, handmarks, sittings, taking
from exams.tests.conftest import Cast, Taking, begin, shift
from exams.tests.pages import client_of, page_of

pytestmark = pytest.mark.django_db


def hand_in(taken: Taking) -> str:
    return taking.submit_attempt(
        taken.attempt_id, student_id=taken.cast.ana.pk, lease=taken.lease, digest={}
    ).receipt


def release(taken: Taking) -> None:
    for other in (taken.cast.ben,):
        shift_out(taken, other)
    grading.grade_attempt(taken.attempt_id)
    essay = taken.questions[-1]
    handmarks.mark_answer(
        taken.attempt_id,
        handmarks.HandMark(essay, Decimal("0.5"), "Well argued"),
        actor_id=taken.cast.grader.pk,
    )
    sittings.move_due_sittings()
    grading.release_results(taken.sitting_id, actor_id=taken.cast.grader.pk)


def shift_out(taken: Taking, student: User) -> None:
    from datetime import timedelta  # noqa: PLC0415 one helper alone needs it

    from exams.selectors.attempts import attempt_of  # noqa: PLC0415

    shift(attempt_of(taken.sitting_id, student.pk), timedelta(hours=-3))
    attempts.expire_due()


@pytest.mark.parametrize("page", ["lobby", "room"])
def test_the_islands_get_their_props_and_the_candidates_name(cast: Cast, page: str) -> None:
    taken = begin(cast, start=page == "room")
    text = page_of(client_of(cast.ana).get(f"/sittings/{taken.sitting_id}/{page}/"))
    assert f'data-island="{page}"' in text
    assert 'id="island-props"' in text
    assert 'id="candidate-props"' in text
    assert "canary" not in text


@pytest.mark.parametrize("page", ["lobby", "room"])
def test_an_outsider_gets_neither_lobby_nor_room(running: Taking, page: str) -> None:
    for who in (running.cast.olga, running.cast.author):
        response = client_of(who).get(f"/sittings/{running.sitting_id}/{page}/")
        assert response.status_code == 404


def test_the_list_is_empty_then_names_what_waits_then_opens(running: Taking) -> None:
    client = client_of(running.cast.ana)
    assert "No exams yet" in page_of(client.get("/results/"))
    hand_in(running)
    assert "Not released yet" in page_of(client.get("/results/"))
    release(running)
    assert f"/results/{running.attempt_id}/" in page_of(client.get("/results/"))


def test_a_result_is_seen_only_after_its_release_and_only_by_its_student(running: Taking) -> None:
    path = f"/results/{running.attempt_id}/"
    hand_in(running)
    grading.grade_attempt(running.attempt_id)
    assert client_of(running.cast.ana).get(path).status_code == 404
    release(running)
    text = page_of(client_of(running.cast.ana).get(path))
    assert "Well argued" in text
    assert "canary-rejoinder-one" in text
    assert "canary-choice-right" not in text
    assert "canary-name" not in text
    for who in (running.cast.ben, running.cast.olga, running.cast.author):
        assert client_of(who).get(path).status_code == 404


def test_the_receipt_can_be_seen_again_by_its_owner_alone(running: Taking) -> None:
    path = f"/attempts/{running.attempt_id}/receipt/"
    assert client_of(running.cast.ana).get(path).status_code == 404
    receipt = hand_in(running)
    assert receipt in page_of(client_of(running.cast.ana).get(path))
    for who in (running.cast.ben, running.cast.olga, running.cast.ivo):
        assert client_of(who).get(path).status_code == 404
    assert Client().get(path).status_code == 302


def test_the_pages_of_a_person_are_not_kept_by_the_browser(running: Taking) -> None:
    client = client_of(running.cast.ana)
    hand_in(running)
    for path in ("/results/", f"/attempts/{running.attempt_id}/receipt/"):
        assert "no-store" in client.get(path).headers["Cache-Control"]


def test_the_pages_speak_persian_from_right_to_left(running: Taking) -> None:
    running.cast.ana.locale = "fa"
    running.cast.ana.save()
    text = page_of(client_of(running.cast.ana).get("/results/"))
    assert 'dir="rtl"' in text
    assert snapshot(running.attempt_id, running.cast.ana.pk).receipt is None
