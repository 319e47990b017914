"""Review of an exam by a second person: it freezes the content and its hash."""

from collections import Counter
from collections.abc import Mapping

import msgspec
from django.db import transaction

from exams.domain import content as frozen
from exams.domain.completeness import Section, gaps_of
from exams.domain.content import ExamContent
from exams.domain.draft import findings_of
from exams.domain.paths import report_paths
from exams.domain.states import EXAM, ExamAction, ExamState
from exams.errors import ExamIncomplete, ReasonNeeded, ReviewOutdated, SecondPersonNeeded
from exams.models import Choice, Exam, Question
from exams.selectors.contents import content_of_rows, digest_of_draft
from exams.selectors.exams import drafts_of_exam
from exams.selectors.images import findings_of_content, image_hashes
from exams.services.authoring import create_exam
from exams.services.drafts import locked_exam, refusing_taken_names
from exams.services.rubrics import copy_rubric
from exams.services.trail import append_line
from kernel import clock


@transaction.atomic
def send_to_review(exam_id: int, *, actor_id: int, seen: str | None = None) -> None:
    """Close a draft for writing and offer it to a second person.

    Others may have written in it: who sends it has seen what goes to review, as its approver has,
    so that no change is known only to who made it.

    Args:
        exam_id: The exam.
        actor_id: Who sends it.
        seen: What `digest_of_draft` gave when they read it; None does not compare.

    Raises:
        ReviewOutdated: It was changed since.
        ExamIncomplete: `finding` says why it cannot be given to candidates as it is.
        IllegalMove: It is not a draft.
    """
    exam = _move(exam_id, ExamAction.SEND_TO_REVIEW, sent_by_id=actor_id)
    _require_read(exam_id, seen)
    _check_complete(exam)
    append_line("exam.sent_to_review", exam, actor_id)


def _check_pictures(exam: Exam, content: ExamContent) -> None:
    for finding in findings_of_content(content, exam.institution_id):
        raise ExamIncomplete(finding=finding.flaw.value, question=finding.question_id)


def _check_complete(exam: Exam) -> None:
    _check_pictures(exam, content_of_rows(exam))
    content = content_of_rows(exam, rendered=False)
    wrong = Counter(finding.pool_id for finding in report_paths(content).findings)
    sections = [
        Section(
            id=pool.id,
            name=pool.name,
            questions=len(pool.questions),
            drawn=pool.number_to_answer,
            is_shuffled=pool.randomize_questions,
            wrong_ways=wrong[pool.id],
        )
        for pool in content.pools
    ]
    for gap, section in gaps_of(sections):
        raise ExamIncomplete(finding=gap.value, pool=section.id if section else None)
    for question_id, draft in drafts_of_exam(exam.pk).items():
        for finding in findings_of(draft):
            raise ExamIncomplete(
                finding="question_invalid", question=question_id, field=finding.field
            )


def _require_read(exam_id: int, seen: str | None) -> None:
    if seen is not None and seen != digest_of_draft(exam_id):
        raise ReviewOutdated(exam=exam_id)


@transaction.atomic
def return_to_draft(exam_id: int, *, actor_id: int, reason: str) -> None:
    """Send an exam in review back to its author with a reason.

    Raises:
        ReasonNeeded: No reason was given.
        IllegalMove: It is not in review.
    """
    if not reason.strip():
        raise ReasonNeeded
    exam = _move(exam_id, ExamAction.RETURN)
    append_line("exam.returned", exam, actor_id, reason=reason)


@transaction.atomic
def approve_exam(exam_id: int, *, actor_id: int, seen: str | None = None) -> str:
    """Freeze an exam in review and return its content's SHA-256; nothing can change it after.

    Args:
        exam_id: The exam.
        actor_id: Who approves.
        seen: What `digest_of_draft` gave when the approver read it; None does not compare.

    Raises:
        SecondPersonNeeded: The actor wrote it or sent it to review.
        ReviewOutdated: It went back to its author and was changed since the approver read it.
        ExamIncomplete: A picture of it is no longer clean.
        IllegalMove: It is not in review.
    """
    exam = locked_exam(exam_id)
    if actor_id in {exam.created_by_id, exam.sent_by_id}:
        raise SecondPersonNeeded(exam=exam_id)
    _require_read(exam_id, seen)
    content = content_of_rows(exam)
    _check_pictures(exam, content)
    content = msgspec.structs.replace(content, images=image_hashes(content))
    stored = frozen.to_json(content)
    digest = frozen.hash_of(stored)
    exam = _move(
        exam_id,
        ExamAction.APPROVE,
        content=stored,
        content_hash=digest,
        approved_by_id=actor_id,
        approved_at=clock.now(),
    )
    append_line("exam.approved", exam, actor_id, data={"sha256": digest})
    return digest


@refusing_taken_names
def new_version(exam_id: int, *, version_label: str, actor_id: int) -> int:
    """Copy an exam, pools and questions into a new draft and return its id.

    Raises:
        NameTaken: This version exists already.
    """
    source = locked_exam(exam_id)
    copy_id = create_exam(
        institution_id=source.institution_id,
        name=source.name,
        subject=source.subject,
        version_label=version_label,
        passing_score=source.passing_score,
        actor_id=actor_id,
    )
    Exam.objects.filter(pk=copy_id).update(
        xml_id=source.xml_id,
        configuration=source.configuration,
        version_id=source.version_id,
        version_comment=source.version_comment,
    )
    _copy_pools(source, copy_id)
    return copy_id


def _copy_pools(source: Exam, exam_id: int) -> None:
    """Copy the pools, the last one first: jumps lead forward, so what they lead to exists."""
    copies: dict[int | None, int | None] = {None: None}
    for pool in source.pools.prefetch_related("questions__choices").order_by("-order"):
        questions, old = list(pool.questions.all()), pool.pk
        pool.pk, pool.exam_id = None, exam_id
        pool.next_question_pool_id = copies.get(pool.next_question_pool_id)
        pool.save(force_insert=True)
        copies[old] = pool.pk
        for question in questions:
            _copy_question(question, pool.pk, copies)


def _copy_question(
    question: Question, pool_id: int, copies: Mapping[int | None, int | None]
) -> None:
    choices, old = list(question.choices.all()), question.pk
    question.pk, question.pool_id = None, pool_id
    question.save(force_insert=True)
    copy_rubric(old, question.pk)
    for choice in choices:
        choice.pk, choice.question_id = None, question.pk
        choice.next_question_pool_id = copies.get(choice.next_question_pool_id)
    Choice.objects.bulk_create(choices)


def _move(exam_id: int, action: ExamAction, **changes: object) -> Exam:
    exam = locked_exam(exam_id)
    state = ExamState(exam.state)
    target = EXAM.next_state(state, action)
    Exam.objects.filter(pk=exam_id, state=state).update(state=target, **changes)
    exam.refresh_from_db()
    return exam
