"""The questions of an exam with their figures, named as people know them."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from exams.domain.analysis import PartCount, QuestionFigures
from exams.domain.answer import QuestionKind
from exams.domain.answer_parts import NamedPart, named_part, possible_parts
from exams.domain.content import QuestionContent
from exams.domain.corrections import Overlay, corrected
from exams.domain.doubts import Doubt, PartRole, doubts_of
from exams.selectors.statistics import ExamStatistics, exam_content

MOST_VALUES: Final = 15  # typed values that are listed; the others are only counted


_IN_PAIRS: Final = frozenset({QuestionKind.MATCHING, QuestionKind.ORDERING})


@dataclass(frozen=True, slots=True)
class PartLine:
    """One choice, pair or value with how often it was given; zeros if nobody gave it."""

    named: NamedPart
    count: int = 0
    upper: int = 0
    lower: int = 0
    score: Fraction | None = None


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One question of the exam with its figures.

    Attributes:
        number: Place in the exam as it was written; papers may show another order.
        pool: Name of its section.
    """

    number: int
    pool: str
    question: QuestionContent
    figures: QuestionFigures
    doubts: tuple[Doubt, ...]


def question_lines(
    exam_id: int, statistics: ExamStatistics, overlay: Overlay
) -> list[QuestionLine]:
    """Return every question that somebody was asked, in authored order.

    Args:
        exam_id: Whose questions.
        statistics: Their figures.
        overlay: What was corrected since in the sitting whose keys are shown.
    """
    answerable = [
        (pool.name, corrected(question, overlay.get(question.id)))
        for pool in exam_content(exam_id).pools
        for question in pool.questions
        if question.is_answerable
    ]
    return [
        _line(number, pool, question, statistics.questions[question.id])
        for number, (pool, question) in enumerate(answerable, start=1)
        if question.id in statistics.questions
    ]


def _line(
    number: int, pool: str, question: QuestionContent, figures: QuestionFigures
) -> QuestionLine:
    doubts = doubts_of(figures, _roles(question))
    return QuestionLine(number, pool, question, figures, doubts)


def _roles(question: QuestionContent) -> PartRole | None:
    if question.kind in _IN_PAIRS:
        return None
    named = possible_parts(question)
    if not named or any(one.is_key is None for one in named):
        return None
    return PartRole(
        keys=frozenset(one.part for one in named if one.is_key),
        wrong=frozenset(one.part for one in named if not one.is_key),
    )


def part_lines(line: QuestionLine) -> tuple[list[PartLine], int]:
    """Return what was given to a question, and how many gave something that is not listed.

    Choices come in authored order, unchosen ones too; of pairs and places only the right and the
    chosen ones; values by how often they were given.
    """
    counts = {one.part: one for one in line.figures.parts}
    listed = [
        _part(named, counts.get(named.part))
        for named in possible_parts(line.question)
        if named.part in counts or named.is_key or line.question.kind not in _IN_PAIRS
    ]
    shown = {one.named.part for one in listed}
    typed = [one for part, one in counts.items() if part not in shown]
    typed.sort(key=lambda one: (-one.count, one.part))
    listed += [_part(named_part(line.question, one.part), one) for one in typed[:MOST_VALUES]]
    return listed, sum(one.count for one in typed[MOST_VALUES:]) + line.figures.other


def _part(named: NamedPart, count: PartCount | None) -> PartLine:
    if count is None:
        return PartLine(named)
    return PartLine(named, count.count, count.upper, count.lower, count.score)
