"""Review by a second person: what it checks, what it freezes."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from exams.domain import content as frozen
from exams.domain.states import ExamAction, ExamState
from exams.errors import (
    ExamIncomplete,
    NameTaken,
    ReasonNeeded,
    ReviewOutdated,
    SecondPersonNeeded,
)
from exams.models import Exam, Question
from exams.selectors.contents import approved_content, digest_of_draft
from exams.selectors.exams import exam_view, pools_of_exam
from exams.services import authoring, pools, questions, review
from exams.services.questions import add_question
from exams.tests.conftest import Cast, approved_exam, drafts
from exams.tests.test_domain_states import EXAM_MOVES
from kernel.machine import IllegalMove
from kernel.models import AuditEntry
from kernel.tests.machines import disagreements, moves_of_row


def draft_exam(cast: Cast, *, questions: int = 2) -> tuple[int, int]:
    exam_id = authoring.create_exam(
        institution_id=cast.institution.pk, name="Biology", actor_id=cast.author.pk
    )
    pool_id = pools.add_pool(exam_id, name="First")
    for draft in drafts()[:questions]:
        add_question(pool_id, draft)
    return exam_id, pool_id


@pytest.mark.parametrize(
    ("questions", "mixes", "draws", "finding"),
    [
        (0, False, None, "no_questions"),
        (2, True, 3, "draws_more_than_it_has"),
        (2, True, 0, "draws_more_than_it_has"),
        (2, False, 1, "draw_needs_randomize"),
    ],
)
def test_an_exam_that_cannot_be_given_does_not_go_to_review(
    cast: Cast, questions: int, *, mixes: bool, draws: int | None, finding: str
) -> None:
    exam_id, pool_id = draft_exam(cast, questions=questions)
    pools.update_pool(pool_id, name="", randomize_questions=mixes, number_to_answer=draws)
    with pytest.raises(ExamIncomplete) as refusal:
        review.send_to_review(exam_id, actor_id=cast.author.pk)
    assert refusal.value.data["finding"] == finding
    assert exam_view(exam_id).state is ExamState.DRAFT


def test_approval_freezes_content_and_hash(cast: Cast) -> None:
    exam_id = approved_exam(cast)
    exam = Exam.objects.get(pk=exam_id)
    assert exam.content is not None
    assert frozen.hash_of(exam.content) == exam.content_hash
    assert len(exam.content_hash) == 64
    Question.objects.update(prompt="changed behind the back")
    content = approved_content(exam_id, exam.content_hash)
    assert "changed" not in str(content)
    assert "changed" not in str(pools_of_exam(exam_id))
    assert [entry.action for entry in AuditEntry.objects.order_by("position")] == [
        "exam.sent_to_review",
        "exam.approved",
    ]


@pytest.mark.parametrize("who", ["author", "ivo"])
def test_neither_who_wrote_nor_who_sent_it_can_approve(cast: Cast, who: str) -> None:
    exam_id, _ = draft_exam(cast)
    review.send_to_review(exam_id, actor_id=cast.ivo.pk)
    with pytest.raises(SecondPersonNeeded):
        review.approve_exam(exam_id, actor_id=getattr(cast, who).pk)
    assert exam_view(exam_id).state is ExamState.IN_REVIEW
    assert review.approve_exam(exam_id, actor_id=cast.admin.pk)


def test_an_exam_can_be_sent_back_with_a_reason(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast)
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    with pytest.raises(ReasonNeeded):
        review.return_to_draft(exam_id, actor_id=cast.admin.pk, reason=" ")
    review.return_to_draft(exam_id, actor_id=cast.admin.pk, reason="Question 2 is unclear")
    questions.add_question(pool_id, drafts()[2])
    assert AuditEntry.objects.get(action="exam.returned").reason == "Question 2 is unclear"


def test_an_exam_moves_as_specified_and_not_otherwise(cast: Cast) -> None:
    exam_id, _ = draft_exam(cast)
    rows = Exam.objects.filter(pk=exam_id)
    rows.update(content={}, content_hash="0" * 64)  # without them no row may be called approved

    def act(action: ExamAction) -> None:
        match action:
            case ExamAction.SEND_TO_REVIEW:
                review.send_to_review(exam_id, actor_id=cast.author.pk)
            case ExamAction.RETURN:
                review.return_to_draft(exam_id, actor_id=cast.admin.pk, reason="Unclear")
            case ExamAction.APPROVE:
                review.approve_exam(exam_id, actor_id=cast.admin.pk)

    assert disagreements(moves_of_row(rows, act), EXAM_MOVES) == []


def test_a_move_out_of_turn_says_where_the_exam_stands(cast: Cast) -> None:
    with pytest.raises(IllegalMove) as refusal:
        review.return_to_draft(approved_exam(cast), actor_id=cast.admin.pk, reason="Too late")
    assert refusal.value.data == {"machine": "exam", "state": "approved", "action": "return"}


def test_the_database_itself_refuses_to_change_an_approved_exam(cast: Cast) -> None:
    exam_id = approved_exam(cast)
    changes: list[dict[str, Any]] = [
        {"content": {}},
        {"content_hash": "0" * 64},
        {"state": "draft"},
        {"passing_score": 1},
    ]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            Exam.objects.filter(pk=exam_id).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Exam.objects.filter(pk=exam_id).delete()


def test_a_new_version_is_a_whole_copy_that_can_be_written(cast: Cast) -> None:
    exam_id = approved_exam(cast)
    copy_id = review.new_version(exam_id, version_label="2", actor_id=cast.author.pk)
    copied, original = pools_of_exam(copy_id), pools_of_exam(exam_id)
    assert [(q.name, q.kind, q.choices) for q in copied[0].questions] == [
        (q.name, q.kind, q.choices) for q in original[0].questions
    ]
    assert {q.id for q in copied[0].questions}.isdisjoint(q.id for q in original[0].questions)
    questions.delete_question(copied[0].questions[0].id)
    assert len(pools_of_exam(exam_id)[0].questions) == 4
    with pytest.raises(NameTaken):
        review.new_version(exam_id, version_label="2", actor_id=cast.author.pk)


def test_what_was_changed_after_it_was_read_is_not_approved(cast: Cast) -> None:
    exam_id, _ = draft_exam(cast)
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    read = digest_of_draft(exam_id)
    review.return_to_draft(exam_id, actor_id=cast.author.pk, reason="A slip")
    Question.objects.filter(pool__exam=exam_id).update(points=9)
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    with pytest.raises(ReviewOutdated):
        review.approve_exam(exam_id, actor_id=cast.admin.pk, seen=read)
    assert exam_view(exam_id).state == ExamState.IN_REVIEW
    review.approve_exam(exam_id, actor_id=cast.admin.pk, seen=digest_of_draft(exam_id))
