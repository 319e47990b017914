"""A whole exam as its author writes it: header, pools in order, questions with their keys (pure).

Pools are spoken of by their place, from 1 on: inside an outline `next_question_pool` of a pool or
a choice is such a place, never the id of a row.
"""

import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.texts import TextFormat, to_html, to_plain

DEFAULT_VERSION: Final = "1"
MAX_QUESTION_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class ExamHeader:
    """What an exam is called and asks for; see exams.models.Exam for the fields."""

    name: str
    version_label: str = DEFAULT_VERSION
    subject: str = ""
    passing_score: Decimal = Decimal(0)
    xml_id: str = ""
    version_id: int | None = None
    version_comment: str = ""
    configuration: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PoolDraft:
    """An ordered section; `next_question_pool` is the place of a later one."""

    name: str
    xml_id: str = ""
    randomize_questions: bool = False
    number_to_answer: int | None = None
    next_question_pool: int | None = None
    questions: tuple[QuestionDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class ExamOutline:
    """An exam, or questions in sections without a header of their own."""

    header: ExamHeader | None = None
    pools: tuple[PoolDraft, ...] = ()


def with_places(draft: QuestionDraft, places: dict[int | None, int | None]) -> QuestionDraft:
    """Return the question with each jump translated, for example from places to ids.

    A jump that is not in `places` leads nowhere.
    """
    if all(choice.next_question_pool is None for choice in draft.choices):
        return draft
    return replace(draft, choices=tuple(_placed(choice, places) for choice in draft.choices))


def _placed(choice: ChoiceDraft, places: dict[int | None, int | None]) -> ChoiceDraft:
    target = choice.next_question_pool
    return choice if target is None else replace(choice, next_question_pool=places.get(target))


def name_of_words(prompt: str, text_format: TextFormat) -> str:
    """Return what a question is called whose author gave it no name: its first words."""
    words = prompt if text_format is TextFormat.PLAIN else to_plain(to_html(prompt, text_format))
    line = " ".join((words.strip() or prompt).split())
    return line[:MAX_QUESTION_NAME].strip()


def configuration_text(value: dict[str, Any]) -> str:
    """Return the one JSON text of an object: sorted keys, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
