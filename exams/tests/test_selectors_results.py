"""Results: what staff see, what a student sees and when, who may open a file."""

import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.answer import QuestionKind
from exams.domain.draft import QuestionDraft
from exams.domain.late import LateCause, LateState
from exams.domain.states import ResultState
from exams.errors import ResultUnknown
from exams.models import Answer, AnswerRevision, Result
from exams.selectors import results
from exams.selectors.contents import approved_content
from exams.selectors.grading_progress import papers_to_mark
from exams.services import attempts, grading
from exams.tests.conftest import Cast, Taking, approved_exam, begin, release


def finish(running: Taking, *values: object) -> None:
    for place, value in enumerate(values):
        Answer.objects.create(
            attempt_id=running.attempt_id, question_id=running.questions[place], seq=1, value=value
        )
    attempts.force_submit(running.attempt_id, actor_id=running.cast.ivo.pk, reason="Test")
    grading.grade_attempt(running.attempt_id)


def test_the_table_of_a_sitting_is_three_queries(running: Taking) -> None:
    finish(running, [1], "424242", "canary-key-char")
    with CaptureQueriesContext(connection) as seen:
        ana, ben = results.results_of_sitting(running.sitting_id)
    assert len(seen) == 3
    assert (ana.name, ana.result_state) == ("Ana", ResultState.GRADED)
    assert (ana.points, ana.possible, ana.score) == (
        Decimal("2.00"),
        Decimal("5.00"),
        Decimal("40.00"),
    )
    assert (ana.answered, ana.total) == (3, 4)
    assert (ben.result_state, ben.points, ben.answered) == (None, None, None)
    assert (ana.ended_early, ben.ended_early) == (False, False)


def test_a_student_sees_nothing_before_the_release_and_no_key_after(running: Taking) -> None:
    finish(running, None, "424242", "my own words")
    ana = running.cast.ana.pk
    with pytest.raises(ResultUnknown):
        results.released_paper(running.attempt_id, ana)
    release(running)
    paper = results.released_paper(running.attempt_id, ana)
    assert paper.score == Decimal("20.00")
    text = str(paper)
    assert "my own words" in text
    assert "canary-rejoinder-one" in text, "the author's comment is shown after the release"
    assert "canary-key" not in text
    assert "canary-name" not in text
    for stranger in (running.cast.ben.pk, running.cast.olga.pk):
        with pytest.raises(ResultUnknown):
            results.released_paper(running.attempt_id, stranger)


def test_only_what_is_said_of_the_chosen_choice_is_shown_after_the_release(
    running: Taking,
) -> None:
    exam = running.attempt.sitting.exam
    question = approved_content(exam.pk, exam.content_hash).question_map()[running.questions[0]]
    (wrong,) = [one.key for one in question.choices if not one.fraction]
    finish(running, [wrong])
    release(running)
    paper = results.released_paper(running.attempt_id, running.cast.ana.pk)
    assert paper.answers[0].feedback_html == ("canary-key-b",)
    assert "canary-key-a" not in str(paper)


def test_graders_see_names_late_work_and_who_marked(running: Taking) -> None:
    finish(running, None, "1", None, "An essay")
    AnswerRevision.objects.create(
        attempt_id=running.attempt_id,
        question_id=running.questions[3],
        seq=9,
        value="<b>late</b>",
        late=True,
        held_for="ended",
    )
    paper = results.marked_paper(running.attempt_id)
    essay = paper.answers[3]
    assert (essay.kind, essay.needs_person, essay.points) == (QuestionKind.TEXT, True, None)
    assert essay.given_html == ("An essay",)
    (held,) = essay.late
    assert held.given_html == ("&lt;b&gt;late&lt;/b&gt;",)
    assert (held.answer.cause, held.answer.state) == (LateCause.ENDED, LateState.OPEN)
    ana, ben = results.results_of_sitting(running.sitting_id)
    assert (ana.late_answers, ana.open_late, ben.late_answers) == (1, 1, 0)
    assert papers_to_mark(running.sitting_id) == [running.attempt_id]
    Result.objects.update(needs_person=False)
    assert papers_to_mark(running.sitting_id) == [running.attempt_id]
    AnswerRevision.objects.update(decision="rejected")
    ana, _ben = results.results_of_sitting(running.sitting_id)
    assert (ana.late_answers, ana.open_late) == (1, 0)
    assert papers_to_mark(running.sitting_id) == []
    assert essay.name == "canary-name-four"
    assert (paper.needs_person, paper.score) == (True, None)
    with pytest.raises(ResultUnknown):
        results.marked_paper(10**9)


def test_a_file_that_came_too_late_stands_at_its_question(cast: Cast) -> None:
    sketch = QuestionDraft(name="f", kind=QuestionKind.FILE, prompt="p")
    taken = begin(cast, exam_id=approved_exam(cast, [sketch]))
    finish(taken)
    upload = uuid.uuid4()
    AnswerRevision.objects.create(
        attempt_id=taken.attempt_id,
        question_id=taken.questions[0],
        seq=9,
        value={"upload": str(upload)},
        late=True,
        held_for="ended",
    )
    (answer,) = results.marked_paper(taken.attempt_id).answers
    assert (answer.upload, [held.upload for held in answer.late]) == (None, [upload])
    assert answer.may_reject_late
