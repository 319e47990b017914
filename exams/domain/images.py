"""The pictures of an exam, and what keeps one from candidates (pure). Sources: pictures.py."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from exams.domain.content import ExamContent, QuestionContent
from exams.domain.pictures import pictures_in

TYPES: Final = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})


class ImageFlaw(StrEnum):
    """What keeps a picture from candidates. Texts for people are made at the edge."""

    WITHOUT_WORDS = "image_without_words"
    UNKNOWN = "image_unknown"
    NOT_A_PICTURE = "image_not_a_picture"
    WAITING = "image_waiting"
    UNSCANNED = "image_unscanned"
    REFUSED = "image_refused"


@dataclass(frozen=True, slots=True)
class ImageFinding:
    """One picture to mend, and the question it is in."""

    flaw: ImageFlaw
    question_id: int
    question_name: str


class Found(StrEnum):
    """What is known of an upload; `UNSCANNED` waits where no scanner runs that could look at it."""

    CLEAN = "clean"
    WAITING = "waiting"
    UNSCANNED = "unscanned"
    REFUSED = "refused"
    OTHER = "other"


def pictures_of(content: ExamContent) -> Iterator[tuple[QuestionContent, uuid.UUID, str]]:
    """Yield every picture of a rendered exam with its question, its upload and its words."""
    for pool in content.pools:
        for question in pool.questions:
            for page in _pages_of(question):
                for upload_id, words in pictures_in(page):
                    yield question, upload_id, words


def _pages_of(question: QuestionContent) -> Iterator[str]:
    yield from (question.prompt_html, question.help_html, question.rejoinder_html)
    for choice in question.choices:
        yield from (choice.html, choice.match_html, choice.rejoinder_html)


_FLAWS: Final = {
    Found.WAITING: ImageFlaw.WAITING,
    Found.UNSCANNED: ImageFlaw.UNSCANNED,
    Found.REFUSED: ImageFlaw.REFUSED,
    Found.OTHER: ImageFlaw.NOT_A_PICTURE,
}


def findings_in(
    pictures: Iterable[tuple[QuestionContent, uuid.UUID, str]],
    known: Mapping[uuid.UUID, Found],
) -> Iterator[ImageFinding]:
    """Yield what keeps pictures from candidates; an upload that is not `known` does not exist."""
    for question, upload_id, words in pictures:
        found = known.get(upload_id)
        if found is not Found.CLEAN:
            flaw = _FLAWS[found] if found else ImageFlaw.UNKNOWN
            yield ImageFinding(flaw, question.id, question.name)
        if not words.strip():
            yield ImageFinding(ImageFlaw.WITHOUT_WORDS, question.id, question.name)
