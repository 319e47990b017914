"""/api/v1/answers: the answer manager of seed 002. An answer there is a choice with us."""

from decimal import Decimal

from django.http import HttpRequest
from ninja import Router, Status

from exams.api.access import writable_choice, writable_question
from exams.api.shapes import AnswerIn, AnswerOut
from exams.domain.answer import QuestionKind
from exams.domain.draft import WHOLE_KINDS, ChoiceDraft
from exams.domain.texts import TextFormat
from exams.selectors.records import QuestionRecord, place_of_choice, question_record
from exams.services import choices

router = Router(tags=["answers"])

_SHOWN_KINDS = WHOLE_KINDS | {QuestionKind.CHOICE}


def choice_of(body: AnswerIn, kind: QuestionKind, text_format: TextFormat) -> ChoiceDraft:
    """Return the choice that a body describes.

    For a kind with options the label is the text and the value is kept; for the others the value
    is what is compared, and a label makes it one to pick.
    """
    has_options = kind in _SHOWN_KINDS
    return ChoiceDraft(
        text=body.label if has_options else body.value,
        label="" if has_options else body.label,
        value=body.value if has_options else "",
        format=text_format if has_options else TextFormat.PLAIN,
        match=body.match,
        fraction=_share(body),
        tolerance=body.tolerance,
        rejoinder=body.rejoinder,
        xml_id=body.name,
        text_response=body.text_response,
        next_question_pool=body.next_question_pool,
        end_question_pool=body.end_question_pool,
        end_exam=body.end_exam,
    )


def _share(body: AnswerIn) -> Decimal | None:
    if body.fraction is not None or body.correct is None:
        return body.fraction
    return Decimal(100) if body.correct else Decimal(0)


def shown(record: QuestionRecord, index: int) -> AnswerOut:
    """Return the choice at a place, from 0, as the API shows it to authors."""
    choice = record.draft.choices[index]
    has_options = record.draft.kind in _SHOWN_KINDS
    return AnswerOut(
        id=record.choice_ids[index],
        question=record.id,
        order=index + 1,
        name=choice.xml_id,
        label=choice.text if has_options else choice.label,
        value=choice.value if has_options else choice.text,
        correct=None if choice.fraction is None else choice.fraction > 0,
        fraction=choice.fraction,
        tolerance=choice.tolerance,
        match=choice.match,
        rejoinder=choice.rejoinder,
        text_response=choice.text_response,
        next_question_pool=choice.next_question_pool,
        end_question_pool=choice.end_question_pool,
        end_exam=choice.end_exam,
    )


def _read(choice_id: int) -> AnswerOut:
    place = place_of_choice(choice_id)
    return shown(question_record(place.question_id), place.index)


@router.post(
    "/questions/{int:question_id}/answers", response={201: AnswerOut}, summary="Create an answer"
)
def create_answer(request: HttpRequest, question_id: int, body: AnswerIn) -> Status[AnswerOut]:
    """Add an answer to a question of a draft or a bank, at the end or at `order`."""
    draft = writable_question(request, question_id).draft
    made = choices.add_choice(
        question_id, choice_of(body, draft.kind, draft.format), order=body.order
    )
    return Status(201, _read(made))


@router.get("/answers/{int:answer_id}", response=AnswerOut, summary="Read an answer")
def read_answer(request: HttpRequest, answer_id: int) -> AnswerOut:
    """Return one answer."""
    record, place = writable_choice(request, answer_id)
    return shown(record, place.index)


@router.put("/answers/{int:answer_id}", response=AnswerOut, summary="Replace an answer")
def replace_answer(request: HttpRequest, answer_id: int, body: AnswerIn) -> AnswerOut:
    """Replace what an answer says and where it leads; with `order` it is moved."""
    record, _place = writable_choice(request, answer_id)
    draft = choice_of(body, record.draft.kind, record.draft.format)
    choices.update_choice(answer_id, draft, order=body.order)
    return _read(answer_id)


@router.delete("/answers/{int:answer_id}", response={204: None}, summary="Delete an answer")
def delete_answer(request: HttpRequest, answer_id: int) -> Status[None]:
    """Delete an answer of a draft or a bank."""
    writable_choice(request, answer_id)
    choices.delete_choice(answer_id)
    return Status(204, None)
