"""Content from rows, from memory, and as a candidate sees it."""

from dataclasses import fields
from decimal import Decimal

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.paper import draw
from exams.errors import ExamNotApproved
from exams.models import Exam, Question
from exams.selectors.contents import (
    approved_content,
    content_of_rows,
    paper_view,
    question_of_row,
)
from exams.selectors.exams import question_draft
from exams.services import authoring
from exams.tests.conftest import Cast, approved_exam, drafts
from exams.wire import PaperChoice, PaperQuestion

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
