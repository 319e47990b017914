"""From page to page: what closes a page, what refuses, and what closed pages mean afterwards."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.states import SubmissionKind
from exams.errors import (
    AnswersMissing,
    AnswersRequired,
    AttemptIsPaused,
    AttemptOver,
    AttemptUnknown,
    LastPage,
    LeaseLost,
    NotStarted,
    TryAgain,
)
from exams.models import Answer, AnswerRevision, Question, Submission
from exams.selectors.progress import wall_row
from exams.services import attempts, grading, pages, taking
from exams.services.answers import PAGE_CLOSED, UNKNOWN_QUESTION
from exams.tests.conftest import Cast, begin, shift
from exams.tests.paged import Plan, Walker, branching_exam, walker

BRANCHES: Plan = {
    "One": {
        "questions": {
            "gate": {
                "options": {
                    "stay": {"right": True},
                    "out": {"right": False, "end_question_pool": True},
                    "far": {"right": False, "end_question_pool": True, "to": "Three"},
                    "stop": {"right": False, "end_exam": True},
                }
            },
            "behind": {},
        }
    },
    "Two": {"questions": {"middle": {}}},
    "Three": {"questions": {"last": {}}},
}


@pytest.fixture
def ana(cast: Cast) -> Walker:
    return walker(cast, BRANCHES)


def test_the_first_page_alone_is_shown_and_counted(ana: Walker) -> None:
    seen = ana.see()
    assert (ana.names, seen.total, seen.answers) == (["gate"], 1, {})
    assert (seen.page.number, seen.page.is_last, seen.page.asked_before) == (1, False, 0)


def test_a_page_leads_to_the_next_and_numbers_go_on(ana: Walker) -> None:
    ana.save("gate", "stay")
    seen = ana.advance()
    assert ana.names == ["behind"]
    assert (seen.page.number, seen.page.asked_before, seen.total) == (2, 1, 2)
    assert [one.number for one in seen.questions or []] == [2]
    assert seen.answers == {}
    assert (ana.attempt.page, ana.attempt.closed_ids) == (2, [Question.objects.get(name="gate").pk])


@pytest.mark.parametrize(
    ("answer", "then"),
    [
        (None, ["behind", "middle", "last"]),
        ("stay", ["behind", "middle", "last"]),
        ("out", ["middle", "last"]),
        ("far", ["last"]),
        ("stop", ["behind"]),
    ],
)
def test_answers_decide_what_is_asked(ana: Walker, answer: str | None, then: list[str]) -> None:
    if answer:
        ana.save("gate", answer)
    walked = []
    for _ in then:
        ana.advance()
        walked += ana.names
    assert walked == then
    with pytest.raises(LastPage):
        ana.advance()
    receipt = ana.submit()
    assert (receipt.total, receipt.answered) == (1 + len(then), 1 if answer else 0)


def test_the_last_page_says_so(ana: Walker) -> None:
    ana.save("gate", "far")
    assert ana.advance().page.is_last


def test_nothing_is_last_before_a_closed_page_has_decided_it(ana: Walker) -> None:
    ana.save("gate", "stop")
    assert not ana.see().page.is_last
    assert ana.advance().page.is_last


def test_a_closed_page_takes_no_answer_and_says_why(ana: Walker) -> None:
    ana.save("gate", "stay")
    ana.advance()
    before = ana.see()
    refused = ana.save("gate", "out")
    question = str(Question.objects.get(name="gate").pk)
    assert (refused.saved, refused.refused) == ({}, {question: PAGE_CLOSED})
    assert ana.see().questions == before.questions
    assert Answer.objects.get().seq == 1


def test_a_page_to_come_takes_no_answer(ana: Walker) -> None:
    question = str(Question.objects.get(name="last").pk)
    assert ana.save("last", "right").refused == {question: UNKNOWN_QUESTION}


def test_a_batch_is_taken_apart(ana: Walker) -> None:
    ana.save("gate", "stay")
    ana.advance()
    reply = ana.save("behind", "right")
    assert list(reply.refused) == []
    assert wall_row(ana.attempt.pk).total == 2


def test_a_page_is_closed_once_however_often_it_is_asked(ana: Walker) -> None:
    first = ana.advance()
    again = ana.advance(page=1)
    assert (again.page, again.questions, again.version) == (
        first.page,
        first.questions,
        first.version,
    )
    assert ana.advance(page=9).page == first.page


def test_answers_that_have_not_arrived_keep_the_page_open(ana: Walker) -> None:
    question = Question.objects.get(name="gate").pk
    with pytest.raises(AnswersMissing) as refusal:
        ana.advance(digest={question: 7})
    assert refusal.value.data["missing"] == [question]
    assert ana.see().page.number == 1


def test_a_required_question_keeps_the_page_open_until_it_is_answered(cast: Cast) -> None:
    ana = walker(
        cast,
        {
            "One": {"questions": {"must": {"required": True}, "may": {}}},
            "Two": {"questions": {"last": {}}},
        },
        policy={"navigation": "sections"},
    )
    for _ in range(2):
        with pytest.raises(AnswersRequired) as refusal:
            ana.advance()
        assert refusal.value.data["questions"] == [Question.objects.get(name="must").pk]
        ana.save("must", None)
    ana.save("must", ["right", "wrong"])
    assert ana.advance().page.number == 2, "an invalid answer is an answer"


def test_one_question_at_a_time(cast: Cast) -> None:
    exam_id = branching_exam(cast, {"One": {"questions": {"a": {}, "b": {}, "c": {}}}})
    ana = Walker(begin(cast, exam_id=exam_id, policy={"navigation": "linear"}))
    seen = [ana.names]
    for _ in range(2):
        ana.advance()
        seen.append(ana.names)
    assert seen == [["a"], ["b"], ["c"]]
    assert ana.see().page.is_last


def test_free_navigation_without_branches_stays_one_page(cast: Cast) -> None:
    ana = walker(cast, {"One": {"questions": {"a": {}}}, "Two": {"questions": {"b": {}}}})
    assert ana.names == ["a", "b"]
    assert ana.see().page.is_last
    with pytest.raises(LastPage):
        ana.advance()


def test_what_refuses_a_save_refuses_the_next_page(ana: Walker, cast: Cast) -> None:
    with pytest.raises(LeaseLost):
        ana.advance(lease=str(uuid4()))
    for stranger in (cast.ben, cast.olga):
        with pytest.raises(AttemptUnknown):
            ana.advance(student_id=stranger.pk)
    attempts.pause_attempt(ana.attempt.pk, actor_id=cast.ivo.pk, reason="alarm")
    with pytest.raises(AttemptIsPaused):
        ana.advance(page=1)
    attempts.resume_attempt(ana.attempt.pk, actor_id=cast.ivo.pk)
    shift(ana.attempt.pk, timedelta(days=-1))
    with pytest.raises(TryAgain):
        ana.advance()
    attempts.expire_due()
    with pytest.raises(AttemptOver):
        ana.advance(page=1)


def test_nobody_turns_a_page_before_the_start(cast: Cast) -> None:
    ana = Walker(begin(cast, start=False, exam_id=branching_exam(cast, BRANCHES)))
    with pytest.raises(NotStarted):
        ana.advance(page=1)


def test_another_browser_does_not_turn_pages(ana: Walker) -> None:
    lease = taking.take_lease(ana.attempt.pk, student_id=ana.student, browser="b" * 32)
    with pytest.raises(LeaseLost):
        ana.advance(lease=str(lease), browser="c" * 32)
    ana.advance(lease=str(lease), browser="b" * 32)
    assert ana.attempt.page == 2


def test_turning_a_page_takes_few_queries(ana: Walker) -> None:
    call: dict[str, Any] = {"student_id": ana.student, "lease": ana.taking.lease}
    with CaptureQueriesContext(connection) as seen:
        pages.advance_page(ana.taking.attempt_id, page=1, digest={}, **call)
    statements = [one["sql"] for one in seen.captured_queries if "SAVEPOINT" not in one["sql"]]
    assert len(statements) == 8, statements


def test_the_end_freezes_the_answers_of_all_pages(ana: Walker) -> None:
    ana.save("gate", "out", text="because")
    ana.advance()
    ana.save("middle", "right")
    attempts.force_submit(ana.attempt.pk, actor_id=ana.taking.cast.ivo.pk, reason="ill")
    frozen = Submission.objects.get()
    names = {Question.objects.get(pk=int(one)).name: given for one, given in frozen.answers.items()}
    assert set(names) == {"gate", "middle"}
    assert names["gate"]["text"] == "because"
    assert "text" not in names["middle"]
    assert (frozen.answered, frozen.total, frozen.kind) == (2, 2, SubmissionKind.STAFF)


def test_work_on_a_closed_page_that_another_tab_kept_is_held(ana: Walker) -> None:
    ana.save("gate", "stay")
    ana.advance()
    taking.take_lease(ana.attempt.pk, student_id=ana.student, device="other")
    with pytest.raises(LeaseLost) as refusal:
        ana.save("gate", "out", text="late words")
    question = Question.objects.get(name="gate").pk
    assert refusal.value.data["held"] == [question]
    held = AnswerRevision.objects.get(late=True)
    assert (held.question_id, held.text) == (question, "late words")


def test_questions_never_reached_count_and_those_a_jump_went_past_do_not(ana: Walker) -> None:
    ana.save("gate", "far")
    ana.submit()
    grading.grade_attempt(ana.attempt.pk)
    marks = {Question.objects.get(pk=one.question_id).name: one for one in ana.marks()}
    assert set(marks) == {"gate", "last"}
    assert marks["last"].correct is False
    result = ana.result()
    assert (int(result.score or 0), result.passed, int(result.possible_num)) == (0, False, 2)


def test_a_text_that_nothing_asks_for_makes_the_answer_invalid(ana: Walker) -> None:
    ana.save("gate", "stay", text="words")
    assert ana.see().answers[str(Question.objects.get(name="gate").pk)].text == "words"
    ana.submit()
    grading.grade_attempt(ana.attempt.pk)
    (mark,) = [one for one in ana.marks() if one.valid is not None]
    assert (mark.valid, mark.correct, mark.message) == (False, False, "text_not_asked")
