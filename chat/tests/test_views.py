import json
import uuid
from typing import Any

import pytest
from django.test import Client

from chat import services
from chat.tests.cast import School, move

pytestmark = pytest.mark.django_db


def client_of(who: Any) -> Client:
    client = Client(enforce_csrf_checks=False)
    client.force_login(who, backend="accounts.backends.InvigilBackend")
    return client


def post(school: School, who: Any, body: str = "hello") -> int:
    return services.post_message(
        room_id=school.room_id, sender_id=who.pk, client_id=uuid.uuid4(), body=body
    ).seq


def lock(school: School, *students: Any) -> None:
    sitting = school.sitting(*students)
    move(sitting, state="lobby")
    services.lock_sitting(sitting_id=sitting.pk)


def history(school: School, who: Any, query: str = "") -> Any:
    return client_of(who).get(f"/api/chat/{school.room_id}/messages{query}")


def test_the_list_shows_my_rooms_and_what_is_new(school: School) -> None:
    post(school, school.ben, "see you tomorrow")
    page = client_of(school.ana).get("/chat/").content.decode()
    assert "Mathematics 10 A" in page
    assert "see you tomorrow" in page
    assert "Art 10 B" not in page


def test_the_list_is_sealed_for_a_candidate(school: School) -> None:
    post(school, school.ben, "the answer is 42")
    lock(school, school.ana)
    page = client_of(school.ana).get("/chat/").content.decode()
    assert "the answer is 42" not in page
    assert "Sealed" in page


def test_somebody_without_a_class_reads_what_to_expect(school: School) -> None:
    page = client_of(school.person("Kim Novak", "student", None)).get("/chat/")
    assert page.status_code == 200
    assert "A room opens by itself" in page.content.decode()


def test_the_room_page_carries_its_island_and_no_message(school: School) -> None:
    post(school, school.ben, "the answer is 42")
    page = client_of(school.ana).get(f"/chat/{school.room_id}/").content.decode()
    assert 'data-island="chat-room"' in page
    assert "the answer is 42" not in page


@pytest.mark.parametrize("path", ["/chat/{}/", "/api/chat/{}/messages"])
def test_an_outsider_gets_the_answer_of_a_room_that_does_not_exist(
    school: School, path: str
) -> None:
    client = client_of(school.olga)
    assert client.get(path.format(school.room_id)).status_code == 404
    assert client.get(path.format(uuid.uuid4())).status_code == 404


def test_the_signed_out_are_sent_to_the_login_or_told_so(school: School) -> None:
    assert Client().get("/chat/").status_code == 302
    assert Client().get(f"/api/chat/{school.room_id}/messages").status_code == 401


def test_history_pages_backwards(school: School) -> None:
    for number in range(60):
        post(school, school.ben, str(number))
    first = history(school, school.ana).json()
    assert ([entry["seq"] for entry in first["entries"]], first["more"]) == (
        list(range(11, 61)),
        True,
    )
    second = history(school, school.ana, "?before=11").json()
    assert ([entry["seq"] for entry in second["entries"]], second["more"]) == (
        list(range(1, 11)),
        False,
    )


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "١٢"])
def test_a_malformed_position_is_refused(school: School, before: str) -> None:
    assert history(school, school.ana, f"?before={before}").status_code == 400


def test_history_is_sealed_for_a_candidate_and_open_to_others(school: School) -> None:
    post(school, school.ben)
    lock(school, school.ana)
    refused = history(school, school.ana)
    assert refused.status_code == 423
    assert refused.json()["code"] == "chat_locked"
    assert refused.json()["data"]["stays_open"] == "help"
    assert len(history(school, school.ben).json()["entries"]) == 2


def act(school: School, who: Any, seq: int, verb: str, body: object) -> Any:
    url = f"/api/chat/{school.room_id}/messages/{seq}/{verb}"
    return client_of(who).post(url, json.dumps(body), content_type="application/json")


def test_staff_remove_a_message_and_see_its_text_again(school: School) -> None:
    seq = post(school, school.ben, "rude")
    assert act(school, school.ivo, seq, "remove", {"reason": "rude"}).status_code == 200
    (entry,) = history(school, school.ana).json()["entries"]
    assert (entry["removed"], entry["body"]) == (True, "")
    assert act(school, school.ivo, seq, "reveal", {}).json() == {"seq": seq, "body": "rude"}


@pytest.mark.parametrize(("who", "status"), [("ana", 403), ("ben", 403), ("olga", 404)])
def test_students_and_outsiders_cannot_moderate(school: School, who: str, status: int) -> None:
    seq = post(school, school.ben)
    person = getattr(school, who)
    assert act(school, person, seq, "remove", {"reason": "x"}).status_code == status
    assert act(school, person, seq, "reveal", {}).status_code == status


@pytest.mark.parametrize("body", [{}, {"reason": 3}, {"reason": "x", "seq": 1}, []])
def test_a_malformed_removal_is_refused(school: School, body: object) -> None:
    assert act(school, school.ivo, post(school, school.ben), "remove", body).status_code == 400


@pytest.mark.parametrize("seq", [99, 2**80])
def test_there_is_no_such_message(school: School, seq: int) -> None:
    assert act(school, school.ivo, seq, "remove", {"reason": "x"}).status_code == 404


def test_acts_need_the_token_of_the_page(school: School) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(school.ivo, backend="accounts.backends.InvigilBackend")
    url = f"/api/chat/{school.room_id}/messages/1/remove"
    assert client.post(url, "{}", content_type="application/json").status_code == 403
