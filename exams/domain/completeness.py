"""What keeps an exam from review, whoever asks: the checklist of a page or the service (pure)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Gap(StrEnum):
    """What is missing. Texts for people are made at the edge."""

    NO_QUESTIONS = "no_questions"
    DRAWS_MORE_THAN_IT_HAS = "draws_more_than_it_has"
    DRAW_NEEDS_RANDOMIZE = "draw_needs_randomize"
    WAY_LEADS_WRONG = "way_leads_wrong"


@dataclass(frozen=True, slots=True)
class Section:
    """What counts of one section; `drawn` is None when all its questions are asked.

    `wrong_ways` is how much exams.domain.paths finds wrong with the ways from it and to it.
    """

    id: int
    name: str
    questions: int
    drawn: int | None
    is_shuffled: bool
    wrong_ways: int = 0


def gaps_of(sections: Sequence[Section]) -> Iterator[tuple[Gap, Section | None]]:
    """Yield what keeps the exam from review, with the section it is about."""
    if not any(section.questions for section in sections):
        yield Gap.NO_QUESTIONS, None
    for section in sections:
        if section.wrong_ways:
            yield Gap.WAY_LEADS_WRONG, section
        if section.drawn is None:
            continue
        if not 0 < section.drawn <= section.questions:
            yield Gap.DRAWS_MORE_THAN_IT_HAS, section
        if not section.is_shuffled:
            yield Gap.DRAW_NEEDS_RANDOMIZE, section
