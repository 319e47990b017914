"""The demo exam: twenty questions in English and Persian, imported, completed, approved."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Final

from django.db import transaction

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.texts import TextFormat
from exams.exchange import gift
from exams.exchange.writing import write_preview
from exams.selectors.exams import pools_of_exam, question_draft
from exams.services import authoring, questions, review

SOURCE: Final = Path(__file__).with_name("general_knowledge.gift")
NAME: Final = "General knowledge · دانش عمومی"
POINTS: Final = {
    QuestionKind.MATCHING: Decimal(2),
    QuestionKind.TEXT: Decimal(4),
}


def _both(english: str, persian: str) -> str:
    return f'<p lang="en" dir="ltr">{english}</p><p lang="fa" dir="rtl">{persian}</p>'


EXTRA: Final = (
    QuestionDraft(
        name="Library book",
        kind=QuestionKind.DATE,
        format=TextFormat.HTML,
        prompt=_both(
            "A book is borrowed on 25 February 2026 for 14 days. On which date is it due?",
            "کتابی در ۲۵ فوریهٔ ۲۰۲۶ برای ۱۴ روز به امانت گرفته شده است. در چه تاریخی باید "
            "بازگردانده شود؟",
        ),
        choices=(ChoiceDraft("2026-03-11", format=TextFormat.PLAIN, fraction=Decimal(100)),),
    ),
    QuestionDraft(
        name="Water cycle",
        kind=QuestionKind.FILE,
        format=TextFormat.HTML,
        points=Decimal(3),
        accept=(".pdf", ".png", ".jpg", ".jpeg", ".txt"),
        prompt=_both(
            "Draw the water cycle on paper with four labels, and hand in a photo or a PDF of it.",
            "چرخهٔ آب را با چهار برچسب روی کاغذ بکشید و عکس یا PDF آن را تحویل دهید.",
        ),
    ),
    QuestionDraft(
        name="How it was",
        kind=QuestionKind.RATING,
        format=TextFormat.HTML,
        min_value=Decimal(1),
        max_value=Decimal(5),
        points=Decimal(0),
        prompt=_both(
            "How difficult was this exam, from 1 (easy) to 5 (hard)? This is not graded.",
            "این آزمون چقدر دشوار بود، از یک (آسان) تا پنج (دشوار)؟ این پرسش نمره ندارد.",
        ),
    ),
)


@transaction.atomic
def create_demo_exam(*, institution_id: int, author_id: int, approver_id: int) -> int:
    """Import, complete and approve the demo exam; return its id.

    Args:
        institution_id: Whose exam it is to be.
        author_id: Who writes it.
        approver_id: Who approves it, somebody else.

    Raises:
        NameTaken: The institution has it already.
        SecondPersonNeeded: Author and approver are the same person.
    """
    exam_id = authoring.create_exam(
        institution_id=institution_id,
        name=NAME,
        subject="Science · علوم",
        actor_id=author_id,
    )
    write_preview(exam_id, gift.preview(SOURCE.read_bytes()), actor_id=author_id)
    pools = pools_of_exam(exam_id)
    for question in (question for pool in pools for question in pool.questions):
        if question.kind in POINTS:
            draft = question_draft(question.id)
            questions.update_question(question.id, replace(draft, points=POINTS[question.kind]))
    for draft in EXTRA:
        questions.add_question(pools[-1].id, draft)
    review.send_to_review(exam_id, actor_id=author_id)
    review.approve_exam(exam_id, actor_id=approver_id)
    return exam_id
