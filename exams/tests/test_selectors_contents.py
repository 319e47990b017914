"""Content from rows, from memory, and as a candidate sees it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.answer import QuestionKind
from exams.domain.corrections import Correction, Remedy
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.paper import draw
from exams.errors import ExamNotApproved, ExamUnknown, SittingUnknown
from exams.models import Exam, Question, RegradeRun, Sitting
from exams.selectors.contents import (
    approved_content,
    content_of_rows,
    content_of_sitting,
    current_content,
    paper_view,
    question_of_row,
)
from exams.selectors.exams import pools_of_exam, preview_paper, question_draft
from exams.selectors.keys import right_answers
from exams.selectors.markings import marking_queue, marking_view
from exams.selectors.regrades import regrade_view, regrades_of
from exams.selectors.versions import changes_of
from exams.selectors.walks import walk_exam
from exams.services import authoring, markings, moving, regrade
from exams.services.markings import GivenPoints
from exams.services.moving import times_of
from exams.services.regrade_apply import apply_regrade
from exams.services.regrade_preview import compute_preview
from exams.tests.conftest import Cast, Taking, approved_exam, drafts, schedule
from exams.tests.test_services_grading import graded, handed_in
from exams.wire import PaperChoice, PaperQuestion
from kernel import clock

SHOWN = {
    "id", "number", "pool", "kind", "prompt_html", "help_html", "points", "required", "multiple",
    "choices", "lefts", "min_answers", "max_answers", "min_length", "max_length", "min_value",
    "max_value", "accept", "widget", "text_response", "text_response_label",
}  # fmt: skip


def test_a_candidate_sees_exactly_these_fields() -> None:
    """A new field must be put here by hand, by somebody who asked whether it gives a key away."""
    assert set(PaperQuestion.__struct_fields__) == SHOWN
    assert set(PaperChoice.__struct_fields__) == {"id", "html", "text_response"}


def test_content_is_read_once_and_kept(cast: Cast) -> None:
    exam = Exam.objects.get(pk=approved_exam(cast))
    first = approved_content(exam.pk, exam.content_hash)
    with CaptureQueriesContext(connection) as seen:
        assert approved_content(exam.pk, exam.content_hash) is first
    assert len(seen) == 0
    assert first == content_of_rows(exam)


@contextmanager
def reading_no_content() -> Iterator[None]:
    """Fail when every question of an exam, one column, comes from the database once more."""

    def watch(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        assert '"exams_exam"."content"' not in sql, sql
        return execute(sql, *rest)

    with connection.execute_wrapper(watch):
        yield


def test_a_sitting_has_the_content_of_its_exam(cast: Cast) -> None:
    sitting_id = schedule(cast)
    exam = Exam.objects.get(sittings=sitting_id)
    assert content_of_sitting(sitting_id) is approved_content(exam.pk, exam.content_hash)
    with pytest.raises(SittingUnknown):
        content_of_sitting(0)


def test_pages_about_an_approved_exam_take_its_content_from_memory(cast: Cast) -> None:
    exam_id = approved_exam(cast)
    assert current_content(exam_id) == content_of_rows(Exam.objects.get(pk=exam_id))
    with reading_no_content():
        assert len(pools_of_exam(exam_id)[0].questions) == len(preview_paper(exam_id))
        assert walk_exam(exam_id, seed="1", given={}, closed=0).closed == 0
        assert changes_of(exam_id, exam_id) == []
    with pytest.raises(ExamUnknown):
        current_content(0)


def test_a_regrade_does_not_read_the_questions_with_each_result(running: Taking) -> None:
    handed_in(running, None, "424242", "word", None)
    graded(running)
    Sitting.objects.update(state="closed")
    grader, admin = running.cast.grader.pk, running.cast.admin.pk
    with reading_no_content():
        run_id = regrade.open_regrade(running.sitting_id, reason="Key", actor_id=grader)
        full = Correction(remedy=Remedy.FULL)
        regrade.correct_question(run_id, running.questions[0], full, actor_id=grader)
        regrade.ask_preview(run_id, actor_id=grader)
        compute_preview(run_id, RegradeRun.objects.get().edition)
        assert regrades_of(running.sitting_id)[0].changed == 1
        assert regrade_view(run_id).counts.up == 1
        regrade.approve_regrade(run_id, actor_id=admin)
        apply_regrade(run_id)
        assert right_answers(running.sitting_id) == {}


def test_marking_an_answer_does_not_read_all_questions(running: Taking) -> None:
    handed_in(running, None, None, None, "An essay.")
    graded(running)
    grader = running.cast.grader.pk
    with reading_no_content():
        assert len(marking_queue(running.sitting_id)) == 1
        marking_id = markings.claim_next(running.sitting_id, actor_id=grader)
        assert marking_id is not None
        assert marking_view(marking_id).possible == 1
        markings.give_mark(marking_id, GivenPoints(points=Decimal(1)), actor_id=grader)


def test_scheduling_and_moving_a_sitting_read_the_questions_from_memory(cast: Cast) -> None:
    day = timedelta(days=1)
    start = clock.now() + day
    first = schedule(cast, lobby_opens_at=start, starts_at=start, closes_at=start + day)
    sitting = Sitting.objects.get(pk=first)
    later = replace(times_of(sitting), closes_at=sitting.closes_at + day)
    with reading_no_content():
        schedule(cast, exam_id=sitting.exam_id)
        assert moving.move_sitting(first, times=later, actor_id=cast.admin.pk)


def test_nothing_that_an_author_can_set_is_lost_when_a_version_is_frozen(cast: Cast) -> None:
    """Editor and frozen content list the columns of a question apart; neither may forget one."""
    columns = {
        "name": "n", "kind": "rating", "prompt": "p", "points": Decimal("3.50"), "required": True,
        "shuffle_choices": True, "min_answers": 2, "max_answers": 3, "min_value": Decimal(1),
        "max_value": Decimal(9), "min_length": 4, "max_length": 50, "text_regex": "a+",
        "accept": [".pdf"], "xml_id": "q1", "widget": "Select", "all_or_nothing": True,
        "text_response": True, "text_response_label": "Why?",
    }  # fmt: skip
    rendered = {"format", "help_text", "rejoinder", "choices"}
    assert {field.name for field in fields(QuestionDraft)} == {*columns, *rendered}
    exam = Exam.objects.get(pk=approved_exam(cast))
    question_id = Question.objects.filter(pool__exam=exam).values_list("pk", flat=True)[0]
    Question.objects.filter(pk=question_id).update(**columns)
    draft = question_draft(question_id)
    content = question_of_row(Question.objects.get(pk=question_id))
    wanted = {**columns, "accept": (".pdf",)}
    assert {name: getattr(draft, name) for name in columns} == wanted
    assert {name: getattr(content, name) for name in columns} == wanted


def test_a_draft_has_no_approved_content(cast: Cast) -> None:
    exam_id = authoring.create_exam(
        institution_id=cast.institution.pk, name="Draft", actor_id=cast.author.pk
    )
    for digest in ("", "0" * 64):
        with pytest.raises(ExamNotApproved):
            approved_content(exam_id, digest)


def test_choices_are_shown_by_ids_that_do_not_follow_their_order(cast: Cast) -> None:
    """Over many questions the right choice (always written first) has no favoured id."""
    many = [drafts()[0]] * 40
    exam = Exam.objects.get(pk=approved_exam(cast, many))
    content = approved_content(exam.pk, exam.content_hash)
    smaller = sum(
        question.choices[0].key < question.choices[1].key
        for question in content.question_map().values()
    )
    assert 5 < smaller < 35


def test_matching_shows_both_sides_without_their_connection(cast: Cast) -> None:
    pairs = QuestionDraft(
        name="m",
        kind=QuestionKind.MATCHING,
        prompt="p",
        choices=(
            ChoiceDraft("a", "1"),
            ChoiceDraft("b", "2"),
            ChoiceDraft("c", "1"),
            ChoiceDraft("", "3"),
        ),
    )
    exam = Exam.objects.get(pk=approved_exam(cast, [pairs]))
    content = approved_content(exam.pk, exam.content_hash)
    (shown,) = paper_view(content, draw(content, "seed"))
    assert [choice.html for choice in shown.lefts] == ["a", "b", "c"]
    assert sorted(choice.html for choice in shown.choices) == ["1", "2", "3"]
    lefts = {choice.id for choice in shown.lefts}
    assert lefts.isdisjoint(choice.id for choice in shown.choices)
    assert "match" not in msgspec.json.encode(shown).decode().replace("matching", "")


def test_information_is_shown_without_a_number(cast: Cast) -> None:
    note = QuestionDraft(name="i", kind=QuestionKind.INFO, prompt="Read this.")
    exam = Exam.objects.get(pk=approved_exam(cast, [drafts()[1], note, drafts()[2]]))
    content = approved_content(exam.pk, exam.content_hash)
    assert [one.number for one in paper_view(content, draw(content, "s"))] == [1, 0, 2]
