"""The page of late answers: all of a sitting, decided at once or one by one."""

import pytest

from exams.models import AnswerRevision, RegradeRun
from exams.services import grading
from exams.tests.conftest import Taking
from exams.tests.pages import client_of, page_of
from exams.tests.test_services_late_queue import MINUTE, held, hold, score

__all__ = ["held"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_late_answers_are_listed_and_decided_at_once(held: Taking) -> None:
    client, path = client_of(held.cast.grader), f"/sittings/{held.sitting_id}/late/"
    page = page_of(client.get(path))
    assert "3 answers to be decided" in page
    assert "3 minutes after the own end" in page
    decide = f"{path}decide/"
    assert "Say why" in page_of(client.post(decide, {"act": "accept"}, follow=True))
    wrong = {"act": "within", "reason": "x", "minutes": "soon"}
    assert "how many minutes" in page_of(client.post(decide, wrong, follow=True))
    for minutes in ("0" * 7 + "9" * 15, "100001"):
        typed = {"act": "within", "reason": "x", "minutes": minutes}
        assert "how many minutes" in page_of(client.post(decide, typed, follow=True))
    timely = {"act": "within", "reason": "Two minutes", "minutes": "۲"}
    page = page_of(client.post(decide, timely, follow=True))
    assert "Counts: 2. Does not count: 1." in page
    assert score(held) == 1


def test_what_the_page_does_not_offer_decides_nothing(held: Taking) -> None:
    """Whatever was not known to reject used to let everything count."""
    client, path = client_of(held.cast.grader), f"/sittings/{held.sitting_id}/late/decide/"
    for act in ({}, {"act": "refuse"}, {"act": "Reject"}):
        assert client.post(path, {**act, "reason": "x"}).status_code == 400
    assert set(AnswerRevision.objects.values_list("decision", flat=True)) == {"open"}


def test_none_counts_and_one_is_let_count_after_all(held: Taking) -> None:
    client, path = client_of(held.cast.grader), f"/sittings/{held.sitting_id}/late/"
    reject = {"act": "reject", "reason": "No fault of ours"}
    assert "Does not count: 3." in page_of(client.post(f"{path}decide/", reject, follow=True))
    right = AnswerRevision.objects.get(value="424242").pk
    page = page_of(client.post(f"{path}one/", {"revision": right}, follow=True))
    assert "counts now" in page
    assert score(held) == 1
    assert client.post(f"{path}one/", {"revision": 10**9}).status_code == 404


def test_after_the_release_the_page_leads_to_a_regrade(held: Taking) -> None:
    client, path = client_of(held.cast.grader), f"/sittings/{held.sitting_id}/late/"
    client.post(f"{path}decide/", {"act": "reject", "reason": "No"})
    grading.release_results(held.sitting_id, actor_id=held.cast.grader.pk)
    one = hold(held.attempt_id, held.questions[1], "424242", MINUTE)
    assert "goes into a regrade" in page_of(client.get(path))
    bare = page_of(client.post(f"{path}one/", {"revision": one}, follow=True))
    assert "students whose result changes read it" in bare
    given = {"revision": one, "reason": "Our server held it"}
    assert "Our server held it" in page_of(client.post(f"{path}one/", given, follow=True))
    accept = {"act": "accept", "reason": "All of them"}
    page = page_of(client.post(f"{path}decide/", accept, follow=True))
    assert "waits in a regrade for approval" in page
    assert RegradeRun.objects.count() == 1


def test_only_graders_of_the_sitting_see_late_answers(held: Taking) -> None:
    path = f"/sittings/{held.sitting_id}/late/"
    for who, status in ((held.cast.ivo, 403), (held.cast.ana, 403), (held.cast.olga, 404)):
        client = client_of(who)
        assert client.get(path).status_code == status
        assert client.post(f"{path}decide/").status_code == status
        assert client.post(f"{path}one/").status_code == status
