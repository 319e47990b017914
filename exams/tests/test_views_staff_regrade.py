"""The pages of a regrade: proposed by one, followed, approved by another; students read why."""

from decimal import Decimal

import pytest

from accounts.roles import Role
from exams.models import RegradeRun, Result
from exams.services import handmarks
from exams.services.handmarks import HandMark
from exams.services.regrade_apply import apply_regrade
from exams.services.regrade_preview import compute_preview
from exams.tests.conftest import Taking, give_role, person, release
from exams.tests.pages import client_of, hidden, page_of
from exams.tests.test_services_grading import graded, handed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def over(running: Taking) -> Taking:
    handed_in(running, None, "7", "another word", "An essay.")
    graded(running)
    mark = HandMark(running.questions[3], Decimal(1))
    handmarks.mark_answer(running.attempt_id, mark, actor_id=running.cast.grader.pk)
    release(running)
    return running


def test_a_regrade_from_its_reason_to_the_result_that_a_student_reads(over: Taking) -> None:
    client, path = client_of(over.cast.grader), f"/sittings/{over.sitting_id}/regrades/"
    assert "No regrade yet" in page_of(client.get(path))
    page_of(client.post(path, {"reason": ""}), 422)
    page = page_of(client.post(path, {"reason": "Both words are right"}, follow=True))
    assert "Nothing is proposed yet" in page
    run_id = RegradeRun.objects.get().pk
    run, word = f"/regrades/{run_id}/", over.questions[2]
    assert "changes nothing yet" in page_of(client.post(f"{run}preview/", follow=True))
    question = f"{run}questions/{word}/"
    assert "canary-key-char" in page_of(client.get(question))
    refused = page_of(client.post(question, {"remedy": "key"}), 422)
    assert "add up to 100" in refused
    key = {"remedy": "key", "value-0": "canary-key-char", "value-1": "another word"}
    assert "Compute the preview" in page_of(client.post(question, key, follow=True))
    points = {"remedy": "points", "points": "3"}
    page_of(client.post(f"{run}questions/{over.questions[1]}/", points, follow=True))
    busy = page_of(client.post(f"{run}preview/", follow=True))
    assert "0 of 1 results" in busy
    assert "hx-get" in busy
    compute_preview(run_id, RegradeRun.objects.get().edition)
    part = client.get(run, headers={"HX-Request": "true"})
    assert part.headers["HX-Refresh"] == "true"
    page = page_of(client.get(run))
    assert "did not write in the proposal" in page
    assert "20%" in page
    assert "has to approve" in page_of(client.post(f"{run}approve/", follow=True))
    second = client_of(over.cast.admin)
    assert 'data-opens="approve">' in page_of(second.get(run))
    seen = {"edition": hidden(page_of(second.get(run)), "edition")}
    old = {"edition": str(int(seen["edition"]) - 1)}
    assert "Read it again" in page_of(second.post(f"{run}approve/", old, follow=True))
    assert "being changed" in page_of(second.post(f"{run}approve/", seen, follow=True))
    apply_regrade(run_id)
    assert "Applied" in page_of(second.get(run))
    assert "Other answers are right" in page_of(second.get(path))
    told = page_of(client_of(over.cast.ana).get(f"/results/{over.attempt_id}/"))
    assert "Both words are right" in told
    assert "were corrected after the exam" in told
    assert "History of the points" in page_of(client.get(f"/attempts/{over.attempt_id}/paper/"))


def test_other_points_for_a_released_answer_are_proposed_at_the_paper(over: Taking) -> None:
    client, essay = client_of(over.cast.grader), over.questions[3]
    paper = f"/attempts/{over.attempt_id}/paper/"
    assert "Propose other points" in page_of(client.get(paper))
    propose = f"{paper}{essay}/propose/"
    assert "as a number" in page_of(client.post(propose, {"points": "x"}, follow=True))
    for refused in ({"points": "99", "reason": "Appeal"}, {"points": "0.5"}):
        assert client.post(propose, refused).status_code in {409, 422}
        assert not RegradeRun.objects.exists()  # an empty one would hold up the next
    given = {"points": "0.5", "comment": "Read again", "reason": "Appeal"}
    assert "once the regrade is approved" in page_of(client.post(propose, given, follow=True))
    run = RegradeRun.objects.get()
    assert run.reason == "Appeal"
    dropped = {"part": f"points-{over.attempt_id}-{essay}"}
    page = page_of(client.post(f"/regrades/{run.pk}/drop/", dropped, follow=True))
    assert "Nothing yet." in page
    assert "Say why" in page_of(client.post(f"/regrades/{run.pk}/reject/", follow=True))
    reject = {"reason": "The points stand"}
    page = page_of(client.post(f"/regrades/{run.pk}/reject/", reject, follow=True))
    assert "No result has changed" in page
    assert "The points stand" in page


def test_a_correction_in_force_can_be_taken_back_on_its_page(over: Taking) -> None:
    client = client_of(over.cast.grader)
    client.post(f"/sittings/{over.sitting_id}/regrades/", {"reason": "Void"})
    run_id = RegradeRun.objects.get().pk
    path = f"/regrades/{run_id}/questions/{over.questions[1]}/"
    client.post(path, {"remedy": "void"})
    client.post(f"/regrades/{run_id}/preview/")
    compute_preview(run_id, RegradeRun.objects.get().edition)
    client_of(over.cast.admin).post(f"/regrades/{run_id}/approve/")
    apply_regrade(run_id)
    assert Result.objects.get().possible_num == 4
    client.post(f"/sittings/{over.sitting_id}/regrades/", {"reason": "It was right"})
    later = RegradeRun.objects.latest("pk").pk
    back = f"/regrades/{later}/questions/{over.questions[1]}/"
    assert "Take the correction back" in page_of(client.get(back))
    assert "As it was approved" in page_of(client.post(back, {"take_back": "1"}, follow=True))
    assert client.get(f"/regrades/{later}/questions/999999/").status_code == 404


def test_only_graders_of_the_sitting_see_and_change_a_regrade(over: Taking) -> None:
    client_of(over.cast.grader).post(f"/sittings/{over.sitting_id}/regrades/", {"reason": "x"})
    run = f"/regrades/{RegradeRun.objects.get().pk}/"
    away = over.cast.olga.institution
    assert away is not None
    stranger = person(away, "Stranger")
    give_role(stranger, Role.GRADER)
    paths = [run, f"/sittings/{over.sitting_id}/regrades/", f"{run}questions/{over.questions[0]}/"]
    for path in paths:
        for who, status in ((over.cast.ivo, 403), (over.cast.ana, 403), (stranger, 404)):
            assert client_of(who).get(path).status_code == status
    for act in ("drop", "preview", "approve", "reject"):
        assert client_of(stranger).post(f"{run}{act}/").status_code == 404
        assert client_of(over.cast.ana).post(f"{run}{act}/").status_code == 403
    propose = f"/attempts/{over.attempt_id}/paper/{over.questions[3]}/propose/"
    assert client_of(stranger).post(propose, {"points": "1"}).status_code == 404
    assert client_of(over.cast.grader).get("/regrades/999999/").status_code == 404
