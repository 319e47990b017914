"""Write what an import found into a draft exam, all of it in one transaction or nothing."""

from typing import Final

from django.db import transaction

from exams.domain.draft import QuestionDraft
from exams.exchange.items import Preview
from exams.services import pools, questions

DEFAULT_SECTION: Final = "1"


@transaction.atomic
def write_preview(
    exam_id: int, seen: Preview, *, default_section: str = DEFAULT_SECTION
) -> Preview:
    """Write every item that can be imported into a draft exam, and return what was written.

    All or nothing: an error in the middle leaves the exam as it was.

    Args:
        exam_id: A draft.
        seen: What the file holds.
        default_section: Name of the section for items outside of any.

    Raises:
        ExamUnknown, ExamFrozen: There is no such draft.
    """
    drafts: dict[str, list[QuestionDraft]] = {}
    for item in seen.items:
        if item.draft is not None:
            drafts.setdefault(item.section, []).append(item.draft)
    settings = {section.name: section for section in seen.sections}
    for name, of_section in drafts.items():
        section = settings.get(name)
        pool_id = pools.add_pool(
            exam_id,
            name=name or default_section,
            randomize_questions=bool(section and section.randomize_questions),
            number_to_answer=section.number_to_answer if section else None,
        )
        questions.add_questions(pool_id, of_section)
    return seen
