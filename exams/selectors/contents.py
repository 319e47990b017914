"""The content of exams: built from rows for approval, read back typed, shown to candidates."""

from functools import lru_cache
from typing import Protocol

import msgspec

from exams.domain import content as frozen
from exams.domain.answer import PERSON_KINDS, QuestionKind
from exams.domain.content import ChoiceContent, ExamContent, PoolContent, QuestionContent
from exams.domain.numbers import plain, plain_or_none
from exams.domain.paper import Paper
from exams.domain.rubric import RubricContent
from exams.domain.texts import TextFormat, to_html
from exams.domain.widgets import Widget, widget_of
from exams.errors import ExamNotApproved, ExamUnknown, SittingUnknown
from exams.models import Choice, Exam, Question, Sitting
from exams.selectors.rubrics import content_of_rubric
from exams.wire import PaperChoice, PaperQuestion


class Render(Protocol):
    """Makes HTML of what an author wrote."""

    def __call__(self, text: str, text_format: TextFormat, *, inline: bool = False) -> str:
        """Return HTML that is safe to show."""
        ...


def content_of_rows(exam: Exam, *, rendered: bool = True) -> ExamContent:
    """Return the exam as its rows stand now, every text rendered to safe HTML, or none."""
    pools = exam.pools.prefetch_related(
        "questions__choices", "questions__rubric__criteria__levels"
    ).order_by("order")
    return ExamContent(
        name=exam.name,
        version_label=exam.version_label,
        subject=exam.subject,
        passing_score=exam.passing_score,
        pools=tuple(
            PoolContent(
                id=pool.pk,
                name=pool.name,
                randomize_questions=pool.randomize_questions,
                number_to_answer=pool.number_to_answer,
                questions=tuple(
                    question_of_row(row, rendered=rendered) for row in pool.questions.all()
                ),
                xml_id=pool.xml_id,
                next_question_pool=pool.next_question_pool_id,
            )
            for pool in pools
        ),
        xml_id=exam.xml_id,
        configuration=exam.configuration,
    )


def digest_of_draft(exam_id: int) -> str:
    """Return the SHA-256 of an exam as it is written now, rubrics and configuration included.

    It says whether two people look at the same exam; nothing is rendered for it.
    """
    exam = Exam.objects.get(pk=exam_id)
    return frozen.hash_of(frozen.to_json(content_of_rows(exam, rendered=False)))


def question_of_row(row: Question, *, rendered: bool = True) -> QuestionContent:
    """Return one question with its key, rendered or without any HTML."""
    text_format = TextFormat(row.format)
    html = to_html if rendered else _no_html
    return QuestionContent(
        id=row.pk,
        name=row.name,
        kind=QuestionKind(row.kind),
        prompt=row.prompt,
        prompt_html=html(row.prompt, text_format),
        help_html=html(row.help_text, text_format),
        rejoinder_html=html(row.rejoinder, text_format),
        points=row.points,
        required=row.required,
        shuffle_choices=row.shuffle_choices,
        min_answers=row.min_answers,
        max_answers=row.max_answers,
        min_value=row.min_value,
        max_value=row.max_value,
        min_length=row.min_length,
        max_length=row.max_length,
        text_regex=row.text_regex,
        accept=tuple(row.accept),
        xml_id=row.xml_id,
        widget=row.widget,
        all_or_nothing=row.all_or_nothing,
        text_response=row.text_response,
        text_response_label=row.text_response_label,
        choices=tuple(_choice_of_row(choice, html) for choice in row.choices.all()),
        rubric=_rubric_of_row(row),
    )


def _rubric_of_row(row: Question) -> RubricContent | msgspec.UnsetType:
    rubric = getattr(row, "rubric", None) if row.kind in PERSON_KINDS else None
    return content_of_rubric(rubric) if rubric else msgspec.UNSET


def _no_html(text: str, text_format: TextFormat, *, inline: bool = False) -> str:
    """Render nothing: what only counts and compares needs no HTML, which costs most."""
    del text, text_format, inline
    return ""


def _choice_of_row(row: Choice, html: Render) -> ChoiceContent:
    text_format = TextFormat(row.format)
    return ChoiceContent(
        key=row.key,
        text=row.text,
        html=html(row.text, text_format, inline=True),
        match_key=row.match_key,
        match=row.match,
        match_html=html(row.match, text_format, inline=True),
        fraction=row.fraction,
        tolerance=row.tolerance,
        rejoinder_html=html(row.rejoinder, text_format, inline=True),
        xml_id=row.xml_id,
        label=row.label,
        value=row.value,
        text_response=row.text_response,
        next_question_pool=row.next_question_pool_id,
        end_question_pool=row.end_question_pool,
        end_exam=row.end_exam,
    )


def approved_content(exam_id: int, content_hash: str) -> ExamContent:
    """Return the frozen content of an approved exam; kept in memory, because it cannot change.

    Raises:
        ExamNotApproved: There is no approved exam of this id with this hash.
    """
    return _approved(exam_id, content_hash)


def content_of_sitting(sitting_id: int) -> ExamContent:
    """Return the frozen content of the exam that a sitting is of. One query for id and hash.

    Raises:
        SittingUnknown: There is none.
    """
    found = Sitting.objects.filter(pk=sitting_id).values_list("exam_id", "exam__content_hash")
    for exam_id, content_hash in found:
        return approved_content(exam_id, content_hash)
    raise SittingUnknown(sitting=sitting_id)


def current_content(exam_id: int) -> ExamContent:
    """Return what an exam consists of: frozen when approved, else as its rows stand now.

    Budget: 1 query for an approved exam, whose content is in memory; 5 for a draft.

    Raises:
        ExamUnknown: There is none.
    """
    exam = Exam.objects.defer("content").filter(pk=exam_id).first()
    if exam is None:
        raise ExamUnknown(exam=exam_id)
    if exam.content_hash:
        return approved_content(exam_id, exam.content_hash)
    return content_of_rows(exam)


@lru_cache(maxsize=64)
def _approved(exam_id: int, content_hash: str) -> ExamContent:
    stored = Exam.objects.filter(pk=exam_id, content_hash=content_hash).values_list(
        "content", flat=True
    )
    for content in stored:
        if content_hash and content is not None:
            return frozen.from_json(content)
    raise ExamNotApproved(exam=exam_id)


def paper_view(
    content: ExamContent, paper: Paper, page: int | None = None, *, asked_before: int = 0
) -> list[PaperQuestion]:
    """Return a paper, or one page of it, as its candidate sees it: an allow-list without any key.

    Args:
        content: The frozen exam.
        paper: What was drawn from it.
        page: Index of the page; None is the whole paper.
        asked_before: How many questions were asked before it; numbers go on from there.
    """
    questions = content.question_map()
    pool_names = {question.id: pool.name for pool in content.pools for question in pool.questions}
    shown: list[PaperQuestion] = []
    number = asked_before
    for drawn in paper.questions if page is None else paper.page(page):
        question = questions[drawn.id]
        number += question.is_answerable
        shown.append(
            _question_view(
                question,
                number=number if question.is_answerable else 0,
                pool=pool_names[drawn.id],
                choices=drawn.choices,
                lefts=drawn.lefts,
            )
        )
    return shown


def _question_view(
    question: QuestionContent,
    *,
    number: int,
    pool: str,
    choices: tuple[int, ...],
    lefts: tuple[int, ...],
) -> PaperQuestion:
    rights = {choice.match_key: choice.match_html for choice in question.rights}
    html = {choice.key: choice.html for choice in question.choices}
    labels = {one.key: to_html(one.label, TextFormat.PLAIN) for one in question.labelled}
    shown = rights if question.kind is QuestionKind.MATCHING else labels or html
    adds_text = {choice.key for choice in question.choices if choice.text_response}
    multiple = question.kind is QuestionKind.CHOICE and question.max_answers != 1
    return PaperQuestion(
        id=question.id,
        number=number,
        pool=pool,
        kind=question.kind,
        prompt_html=question.prompt_html,
        help_html=question.help_html,
        points=plain(question.points),
        required=question.required,
        multiple=multiple,
        choices=[
            PaperChoice(id=key, html=shown[key], text_response=key in adds_text) for key in choices
        ],
        lefts=[PaperChoice(id=key, html=html[key]) for key in lefts],
        min_answers=question.min_answers,
        max_answers=question.max_answers,
        min_length=question.min_length,
        max_length=question.max_length,
        min_value=plain_or_none(question.min_value),
        max_value=plain_or_none(question.max_value),
        accept=list(question.accept),
        widget=_widget(question, multiple=multiple),
        text_response=question.text_response,
        text_response_label=question.text_response_label,
    )


def _widget(question: QuestionContent, *, multiple: bool) -> str:
    wanted = Widget(question.widget) if question.widget else None
    widget = widget_of(question.kind, wanted, multiple=multiple)
    return widget.value if widget else ""
