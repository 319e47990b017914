"""The pages of marking: one answer after the other, blind, by two people, with a rubric."""

import pytest

from exams.models import Mark, Marking, MarkingPlan, Result
from exams.tests.conftest import Cast, Taking, begin, close
from exams.tests.pages import client_of, page_of
from exams.tests.test_services_grading import graded, handed_in
from exams.tests.test_services_markings import rubric_exam

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def essay(running: Taking) -> Taking:
    handed_in(running, None, None, None, "<b>An essay.</b>")
    graded(running)
    return running


def test_answers_are_marked_one_after_the_other(essay: Taking) -> None:
    client, path = client_of(essay.cast.grader), f"/sittings/{essay.sitting_id}/marking/"
    page = page_of(client.get(path))
    assert "0 of 1 answers marked" in page
    question = {"question": essay.questions[3]}
    page = page_of(client.post(f"{path}next/", question, follow=True))
    assert "&lt;b&gt;An essay.&lt;/b&gt;" in page
    assert "Ana" in page
    one = f"/markings/{Marking.objects.get().pk}/"
    assert "At most 1 for this question." in page_of(client.post(one, {"points": "2"}), 422)
    other = client_of(essay.cast.admin)
    assert "Somebody else is marking" in page_of(other.get(one, follow=True))
    assert "nothing more here" in page_of(other.post(f"{path}next/", follow=True))
    page_of(client.post(f"{one}later/", follow=True))
    assert "Ana" in page_of(other.get(one))
    page = page_of(other.post(one, {"points": "0,5", "comment": "Short"}, follow=True))
    assert "The points are saved." in page
    assert "1 of 1 answers marked" in page
    assert not Result.objects.get().needs_person
    part = page_of(client.get(path, headers={"HX-Request": "true"}))
    assert "<html" not in part


def test_blind_marking_by_two_people_shows_numbers_and_what_differs(essay: Taking) -> None:
    client, path = client_of(essay.cast.grader), f"/sittings/{essay.sitting_id}/marking/"
    plan = {"blind": "on", "second_marker": "on", "tolerance_percent": "5", "agreement": "first"}
    assert "Saved." in page_of(client.post(f"{path}plan/", plan, follow=True))
    assert MarkingPlan.objects.get().agreement == "first"
    bad = plan | {"tolerance_percent": "101"}
    assert "percentage from 0 to 100" in page_of(client.post(f"{path}plan/", bad, follow=True))
    close(essay)
    page = page_of(client.post(f"{path}next/", follow=True))
    assert "Candidate" in page
    assert "Ana" not in page
    for address in (
        f"/sittings/{essay.sitting_id}/results/",
        f"/attempts/{essay.attempt_id}/paper/",
    ):
        shown = page_of(client.get(address))
        assert ">Ana<" not in shown
        assert ">Ben<" not in shown
    one = f"/markings/{Marking.objects.get().pk}/"
    assert "second mark" in page_of(client.post(one, {"points": "0"}, follow=True))
    second = client_of(essay.cast.admin)
    assert "Marks given so far" not in page_of(second.get(one))
    assert "a third person decides" in page_of(second.post(one, {"points": "1"}, follow=True))
    assert "Marking has begun" in page_of(client.post(f"{path}plan/", plan, follow=True))
    assert "A third person decides." in page_of(client.get(path))


def test_a_rubric_is_picked_level_by_level(cast: Cast) -> None:
    taken = begin(cast, exam_id=rubric_exam(cast))
    handed_in(taken, "An essay.")
    graded(taken)
    client = client_of(cast.grader)
    page = page_of(client.post(f"/sittings/{taken.sitting_id}/marking/next/", follow=True))
    assert "Look for the idea first." in page
    one = f"/markings/{Marking.objects.get().pk}/"
    assert "Pick one level." in page_of(client.post(one, {"level-0": "2"}), 422)
    picked = {"level-0": "2", "level-1": "0", "remark-0": "New", "comment": "Good"}
    page_of(client.post(one, picked, follow=True))
    assert Mark.objects.get().points_num == 3


def test_a_file_is_only_given_to_who_is_reading_it(essay: Taking) -> None:
    client = client_of(essay.cast.grader)
    client.post(f"/sittings/{essay.sitting_id}/marking/next/")
    file = f"/markings/{Marking.objects.get().pk}/file/"
    assert client_of(essay.cast.admin).get(file).status_code == 403
    assert client.get(file).status_code == 404


def test_only_graders_of_the_sitting_mark(essay: Taking) -> None:
    path = f"/sittings/{essay.sitting_id}/marking/"
    client_of(essay.cast.grader).post(f"{path}next/")
    one = f"/markings/{Marking.objects.get().pk}/"
    for who, status in ((essay.cast.ivo, 403), (essay.cast.ana, 403), (essay.cast.olga, 404)):
        client = client_of(who)
        assert client.get(path).status_code == status
        assert client.get(one).status_code == status
        assert client.get(f"{one}file/").status_code == status
        for act in (f"{path}next/", f"{path}plan/", one, f"{one}later/"):
            assert client.post(act).status_code == status
    assert client_of(essay.cast.grader).get("/markings/999999/").status_code == 404
