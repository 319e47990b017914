"""What an import found as one outline, and the writing of it into a draft: all of it or nothing."""

from typing import Final

from exams.domain.outline import ExamOutline, PoolDraft
from exams.domain.outline_diff import ImportMode, Place
from exams.exchange.items import Item, Preview
from exams.services.outlines import Written, write_exam_outline

DEFAULT_SECTION: Final = "1"


def write_preview(exam_id: int, seen: Preview, *, actor_id: int) -> Written:
    """Write every item that can be imported and is not there yet into a draft exam.

    The same way as an import by the pages takes, without their look at the difference.

    Args:
        exam_id: A draft.
        seen: What the file holds; items outside of any section go to one of their own.
        actor_id: Who imports; stands in the audit trail.

    Raises:
        ExamUnknown, ExamFrozen: There is no such draft.
        QuestionInvalid, JumpInvalid, NameTaken: An item cannot stand there; nothing was written.
    """
    outline, _lines = outline_of(seen)
    return write_exam_outline(exam_id, outline, mode=ImportMode.NEW, actor_id=actor_id)


def outline_of(seen: Preview) -> tuple[ExamOutline, dict[Place, int]]:
    """Return what a file holds as a whole exam, and the line of each of its questions."""
    if seen.exam is not None:
        places = [
            (at, index)
            for at, pool in enumerate(seen.exam.pools)
            for index in range(len(pool.questions))
        ]
        taken = (item.line for item in seen.items if item.draft)
        return seen.exam, dict(zip(places, taken, strict=True))
    sections: dict[str, list[Item]] = {}
    for item in seen.items:
        if item.draft is not None:
            sections.setdefault(item.section, []).append(item)
    draws = {section.name: section for section in seen.sections}
    pools: list[PoolDraft] = []
    lines: dict[Place, int] = {}
    for at, (name, items) in enumerate(sections.items()):
        draw = draws.get(name)
        lines |= {(at, index): item.line for index, item in enumerate(items)}
        pools.append(
            PoolDraft(
                name=name or DEFAULT_SECTION,
                randomize_questions=bool(draw and draw.randomize_questions),
                number_to_answer=draw.number_to_answer if draw else None,
                questions=tuple(item.draft for item in items if item.draft),
            )
        )
    return ExamOutline(None, tuple(pools)), lines
