"""For tests: small exams that branch, written as they are read."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from exams.domain.answer import QuestionKind
from exams.domain.content import ChoiceContent, ExamContent, PoolContent, QuestionContent
from exams.domain.paper import Paper, draw
from exams.domain.policy import Navigation


def option(key: int, text: str = "", **fields: Any) -> ChoiceContent:
    """An option; `to` is the pool it leads to, `right` gives it all the points."""
    to, right = fields.pop("to", None), fields.pop("right", None)
    fraction = None if right is None else Decimal(100 if right else 0)
    words = text or f"choice {key}"
    return ChoiceContent(
        key=key,
        text=words,
        html=words,
        match_key=key,
        fraction=fraction,
        next_question_pool=to,
        **fields,
    )


def ask(number: int, *choices: ChoiceContent, **fields: Any) -> QuestionContent:
    """A question; two plain options unless others are given."""
    kind = fields.pop("kind", QuestionKind.CHOICE)
    standard = (option(number * 10 + 1, right=True), option(number * 10 + 2, right=False))
    return QuestionContent(
        id=number,
        name=f"Q{number}",
        kind=kind,
        prompt=f"Q{number}?",
        prompt_html=f"Q{number}?",
        choices=choices or (standard if kind is QuestionKind.CHOICE else ()),
        **fields,
    )


def section(number: int, *questions: QuestionContent, **fields: Any) -> PoolContent:
    """A pool; `to` is the one that follows."""
    to = fields.pop("to", None)
    return PoolContent(
        id=number, name=f"S{number}", questions=questions, next_question_pool=to, **fields
    )


def exam(*pools: PoolContent, passing_score: int = 50) -> ExamContent:
    return ExamContent(
        name="Exam",
        version_label="1",
        subject="",
        passing_score=Decimal(passing_score),
        pools=pools,
    )


def paper_of(content: ExamContent, navigation: Navigation = Navigation.FREE) -> Paper:
    return draw(content, "seed", navigation)


def pages_of(content: ExamContent, navigation: Navigation = Navigation.FREE) -> list[list[int]]:
    paper = paper_of(content, navigation)
    return [[one.id for one in paper.page(index)] for index in range(paper.page_count)]


def ids_of(questions: Sequence[QuestionContent]) -> list[int]:
    return [question.id for question in questions]
