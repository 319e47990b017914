from datetime import timedelta

import pytest

from exams.models import AnswerRevision, Result
from exams.selectors.attempts import attempt_of
from exams.services import answers, attempts, grading, sittings, taking
from exams.tests.conftest import Cast, Taking, begin, schedule, shift
from exams.tests.pages import client_of, page_of
from exams.wire import AnswerIn
from kernel.models import OutboxEntry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def handed_in(cast: Cast) -> Taking:
    """Ana has written an essay and a right number; Ben never came; the sitting is closed."""
    taken = begin(cast)
    _choice, number, _word, essay = taken.questions
    given = [
        AnswerIn(question=number, seq=1, value="424242"),
        AnswerIn(question=essay, seq=1, value="<b>An essay</b> & more"),
    ]
    answers.save_answers(taken.attempt_id, student_id=cast.ana.pk, lease=taken.lease, answers=given)
    taking.submit_attempt(taken.attempt_id, student_id=cast.ana.pk, lease=taken.lease, digest={})
    shift(attempt_of(taken.sitting_id, cast.ben.pk), timedelta(hours=-3))
    attempts.expire_due()
    sittings.move_due_sittings()
    return taken


def path_of(taken: Taking, rest: str = "results/") -> str:
    return f"/sittings/{taken.sitting_id}/{rest}"


def test_the_page_follows_the_grading_and_says_what_the_release_waits_for(
    handed_in: Taking,
) -> None:
    client = client_of(handed_in.cast.grader)
    busy = page_of(client.get(path_of(handed_in)))
    assert "Grading runs in the background" in busy
    assert "hx-get" in busy
    assert "Being graded" in busy
    grading.grade_attempt(handed_in.attempt_id)
    waits = page_of(client.get(path_of(handed_in)))
    assert "hx-get" not in waits
    assert "must mark" in waits
    assert 'data-opens="release" disabled' in waits
    part = page_of(client.get(path_of(handed_in), headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert "Absent" in part


def test_a_failed_job_shows_what_it_said(handed_in: Taking) -> None:
    OutboxEntry.objects.filter(task="exams.grade_attempt").update(
        state="parked", attempts=8, last_error="Traceback\nValueError: the key is broken"
    )
    page = page_of(client_of(handed_in.cast.grader).get(path_of(handed_in)))
    assert "Grading failed" in page
    assert "ValueError: the key is broken" in page
    assert "Grade again" in page


def test_a_paper_whose_grading_failed_can_be_graded_again(handed_in: Taking) -> None:
    jobs = OutboxEntry.objects.filter(task="exams.grade_attempt")
    jobs.update(state="parked", attempts=8, last_error="ValueError")
    path = f"/attempts/{handed_in.attempt_id}/grade/"
    for who in (handed_in.cast.ivo, handed_in.cast.author, handed_in.cast.ana):
        assert client_of(who).post(path).status_code == 403
    assert client_of(handed_in.cast.olga).post(path).status_code == 404
    assert jobs.count() == 1
    client = client_of(handed_in.cast.grader)
    page = page_of(client.post(path, follow=True))
    assert "is being graded again" in page
    assert "Grade again" not in page
    assert jobs.count() == 2
    assert client.get(path).status_code == 405
    assert client.post("/attempts/999999/grade/").status_code == 404


def test_a_sitting_to_which_nobody_came_can_be_finished(cast: Cast) -> None:
    sitting_id = schedule(cast)
    sittings.start_sitting(sitting_id)
    path = f"/sittings/{sitting_id}/results/"
    client = client_of(cast.grader)
    assert "waits for the end" in page_of(client.get(path))
    for who in (cast.ana, cast.ben):
        shift(attempt_of(sitting_id, who.pk), timedelta(hours=-3))
    attempts.expire_due()
    sittings.move_due_sittings()
    assert 'data-opens="release">' in page_of(client.get(path))
    page = page_of(client.post(f"/sittings/{sitting_id}/release/", follow=True))
    assert "There was no result to release." in page
    assert 'data-opens="release" disabled' in page
    assert "Results released" in page


def test_a_paper_shows_what_was_given_and_takes_points(handed_in: Taking) -> None:
    grading.grade_attempt(handed_in.attempt_id)
    essay = handed_in.questions[-1]
    client = client_of(handed_in.cast.grader)
    paper = f"/attempts/{handed_in.attempt_id}/paper/"
    page = page_of(client.get(paper))
    assert "&lt;b&gt;An essay&lt;/b&gt; &amp; more" in page
    assert "Waits for a grader" in page
    assert "Right answer" in page  # beside the number that earned nothing
    refused = page_of(client.post(f"{paper}{essay}/", {"points": "x"}), 422)
    assert "Enter a number" in refused
    beyond = {"points": "1.5", "comment": "Nearly <all> of it"}
    kept = page_of(client.post(f"{paper}{essay}/", beyond), 422)
    assert "At most 1 for this question." in kept
    assert 'value="1.5"' in kept
    assert "Nearly &lt;all&gt; of it" in kept
    client.post(f"{paper}{essay}/", {"points": "0.5", "comment": "Short, but right"})
    result = Result.objects.get(attempt_id=handed_in.attempt_id)
    assert not result.needs_person
    assert "Short, but right" in page_of(client.get(paper))
    for page in (page_of(client.get(paper)), page_of(client.post(f"{paper}{essay}/", {}), 422)):
        assert "History of the points" in page  # also beside points that are refused


def test_a_late_answer_is_shown_and_decided_on_at_the_paper(handed_in: Taking) -> None:
    grading.grade_attempt(handed_in.attempt_id)
    essay = handed_in.questions[-1]
    revision = AnswerRevision.objects.create(
        attempt_id=handed_in.attempt_id,
        question_id=essay,
        seq=9,
        value="<i>late</i> essay",
        late=True,
        held_for="ended",
    ).pk
    client = client_of(handed_in.cast.grader)
    paper = f"/attempts/{handed_in.attempt_id}/paper/"
    decide = f"/attempts/{handed_in.attempt_id}/late/{essay}/"
    page = page_of(client.get(paper))
    assert "&lt;i&gt;late&lt;/i&gt; essay" in page
    assert "after the attempt had ended" in page
    assert "To be decided" in page_of(client.get(path_of(handed_in)))
    for who, status in ((handed_in.cast.ivo, 403), (handed_in.cast.olga, 404)):
        assert client_of(who).post(decide, {"accept": revision}).status_code == status
    assert "Say why" in page_of(client.post(decide, {"reason": " "}, follow=True))
    assert "counts now" in page_of(client.post(decide, {"accept": revision}, follow=True))
    assert "was accepted" in page_of(client.get(paper))
    assert "No late answer counts" in page_of(
        client.post(decide, {"reason": "Too late by an hour"}, follow=True)
    )
    page = page_of(client.get(paper))
    assert "Too late by an hour" in page
    assert "was accepted" not in page


def test_points_for_a_question_of_another_paper_are_refused(handed_in: Taking) -> None:
    grading.grade_attempt(handed_in.attempt_id)
    path = f"/attempts/{handed_in.attempt_id}/paper/999999/"
    assert client_of(handed_in.cast.grader).post(path, {"points": "1"}).status_code == 404


def test_a_paper_that_was_not_handed_in_does_not_exist(cast: Cast) -> None:
    taken = begin(cast)
    path = f"/attempts/{taken.attempt_id}/paper/"
    assert client_of(cast.grader).get(path).status_code == 404


def test_release_happens_once_everything_is_complete_and_closes_the_marks(
    handed_in: Taking,
) -> None:
    client = client_of(handed_in.cast.grader)
    early = page_of(client.post(path_of(handed_in, "release/"), follow=True))
    assert "Nothing was released" in early
    grading.grade_attempt(handed_in.attempt_id)
    essay = handed_in.questions[-1]
    paper = f"/attempts/{handed_in.attempt_id}/paper/"
    client.post(f"{paper}{essay}/", {"points": "1"})
    sittings.move_due_sittings()
    page = page_of(client.get(path_of(handed_in)))
    assert 'data-opens="release">' in page
    done = page_of(client.post(path_of(handed_in, "release/"), follow=True))
    assert "1 result was released." in done
    assert "All results are released." in done
    assert client.post(f"{paper}{essay}/", {"points": "0"}).status_code == 409
    assert "Change the points" not in page_of(client.get(paper))


def essay_of(cast: Cast, sitting_id: int, student_id: int) -> int:
    """Write an essay, hand it in, have it graded by machine; returns the attempt."""
    attempt_id = attempt_of(sitting_id, student_id)
    lease = str(taking.take_lease(attempt_id, student_id=student_id, device="test"))
    taking.start_attempt(attempt_id, student_id=student_id, lease=lease)
    essay = Taking(cast, sitting_id, attempt_id, lease).questions[-1]
    given = [AnswerIn(question=essay, seq=1, value="An essay")]
    answers.save_answers(attempt_id, student_id=student_id, lease=lease, answers=given)
    taking.submit_attempt(attempt_id, student_id=student_id, lease=lease, digest={})
    grading.grade_attempt(attempt_id)
    return attempt_id


def test_the_next_paper_to_mark_is_offered_until_none_is_left(cast: Cast) -> None:
    sitting_id = begin(cast, start=False).sitting_id
    first, last = (essay_of(cast, sitting_id, one.pk) for one in (cast.ana, cast.ben))
    client = client_of(cast.grader)
    papers = {one: f"/attempts/{one}/paper/" for one in (first, last)}
    for here, there in ((first, last), (last, first)):  # after the last, from the first again
        page = page_of(client.get(papers[here]))
        assert f'<a class="btn" href="{papers[there]}">Next to mark (1)</a>' in page
    essay = Taking(cast, sitting_id, last, "").questions[-1]
    client.post(f"{papers[last]}{essay}/", {"points": "1"})
    assert "Next to mark" not in page_of(client.get(papers[first]))
    assert "Next to mark (1)" in page_of(client.get(papers[last]))
