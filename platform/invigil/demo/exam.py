"""The demo exam: written as GIFT, imported, reviewed and approved like any other."""

from decimal import Decimal
from pathlib import Path
from typing import Final

from exams.domain.answer import QuestionKind
from exams.domain.draft import QuestionDraft
from exams.exchange import gift
from exams.services.authoring import add_pool, add_question, create_exam
from exams.services.review import approve_exam, send_to_review

SOURCE: Final = Path(__file__).with_name("general_knowledge.gift")
SKETCH: Final = QuestionDraft(
    name="Sketch",
    kind=QuestionKind.FILE,
    prompt=(
        "If you like, add a drawing of the water cycle (picture or PDF).\n\n"
        "اگر خواستید، نقاشی چرخهٔ آب را بیفزایید (عکس یا پی‌دی‌اف)."
    ),
    points=Decimal(0),
    min_answers=0,
    accept=(".png", ".jpg", ".pdf"),
)


def make_exam(institution_id: int, *, author_id: int, approver_id: int) -> tuple[int, str]:
    """Import, send to review and approve the demo exam; return its id and content hash."""
    exam_id = create_exam(
        institution_id=institution_id,
        name="General knowledge",
        subject="General knowledge / معلومات عمومی",
        actor_id=author_id,
    )
    gift.import_into(exam_id, SOURCE.read_bytes())
    pool_id = add_pool(exam_id, name="A drawing")
    add_question(pool_id, SKETCH)
    send_to_review(exam_id, actor_id=author_id)
    return exam_id, approve_exam(exam_id, actor_id=approver_id)
