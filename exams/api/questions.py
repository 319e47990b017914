"""/api/v1/questions: the question manager of seed 002."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from exams.api.access import writable_pool, writable_question
from exams.api.answers import choice_of, shown as answer_shown
from exams.api.shapes import QuestionChange, QuestionIn, QuestionOut
from exams.domain.draft import QuestionDraft
from exams.selectors.records import QuestionRecord, question_record
from exams.services import questions

router = Router(tags=["questions"])

_SAME = (
    "format", "required", "help_text", "rejoinder", "points", "all_or_nothing", "shuffle_choices",
    "min_answers", "max_answers", "min_value", "max_value", "min_length", "max_length",
    "text_regex", "text_response", "text_response_label",
)  # fmt: skip


def shown(record: QuestionRecord) -> QuestionOut:
    """Return a question as the API shows it to authors."""
    draft = record.draft
    same: dict[str, Any] = {name: getattr(draft, name) for name in _SAME}
    return QuestionOut(
        id=record.id,
        question_pool=record.pool_id,
        order=record.order,
        question_type=draft.kind,
        label=draft.prompt,
        title=draft.name,
        name=draft.xml_id,
        widget=draft.widget,
        accept=list(draft.accept),
        answers=[answer_shown(record, index) for index in range(len(draft.choices))],
        **same,
    )


def draft_of(body: QuestionIn) -> QuestionDraft:
    """Return the question that a body describes."""
    same: dict[str, Any] = {name: getattr(body, name) for name in _SAME}
    return QuestionDraft(
        name=body.title or body.label.strip()[:80],
        kind=body.question_type,
        prompt=body.label,
        xml_id=body.name,
        widget=body.widget or "",
        accept=tuple(body.accept),
        choices=tuple(choice_of(one, body.question_type, body.format) for one in body.answers),
        **same,
    )


@router.post(
    "/question-pools/{int:pool_id}/questions",
    response={201: QuestionOut},
    summary="Create a question",
)
def create_question(request: HttpRequest, pool_id: int, body: QuestionIn) -> Status[QuestionOut]:
    """Add a question to a pool of a draft, at the end or at `order`.

    A choice question may be made without its answers; it keeps the exam from review until it has
    them.
    """
    writable_pool(request, pool_id)
    (made,) = questions.add_questions(pool_id, [draft_of(body)], order=body.order, complete=False)
    return Status(201, shown(question_record(made)))


@router.get("/questions/{int:question_id}", response=QuestionOut, summary="Read a question")
def read_question(request: HttpRequest, question_id: int) -> QuestionOut:
    """Return one question with its answers."""
    return shown(writable_question(request, question_id))


@router.patch("/questions/{int:question_id}", response=QuestionOut, summary="Change a question")
def change_question(request: HttpRequest, question_id: int, body: QuestionChange) -> QuestionOut:
    """Change or move a question; what is left out stays, and so do its answers."""
    record = writable_question(request, question_id)
    questions.update_text(question_id, _changed(record.draft, body), order=body.order)
    return shown(question_record(question_id))


def _changed(draft: QuestionDraft, body: QuestionChange) -> QuestionDraft:
    given = body.model_dump(exclude_unset=True, exclude={"order"})
    columns = {"label": "prompt", "title": "name", "name": "xml_id"}
    changes = {columns.get(field, field): value for field, value in given.items()}
    if "accept" in changes:
        changes["accept"] = tuple(changes["accept"] or ())
    if "widget" in changes:
        changes["widget"] = changes["widget"] or ""
    return questions.with_text(draft, changes)


@router.delete("/questions/{int:question_id}", response={204: None}, summary="Delete a question")
def delete_question(request: HttpRequest, question_id: int) -> Status[None]:
    """Delete a question of a draft or a bank."""
    writable_question(request, question_id)
    questions.delete_question(question_id)
    return Status(204, None)
