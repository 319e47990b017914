"""Draw one candidate's paper: which questions, in which order, with which order of choices (pure).

A shuffle orders things by the SHA-256 of the seed and the thing's own id: no state, the same on
every Python, and anybody can check a drawn paper from its seed.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from exams.domain.answer import QuestionKind
from exams.domain.content import ExamContent, PoolContent, QuestionContent
from exams.domain.pages import sizes_of, start_of
from exams.domain.policy import Navigation

SHOWN_KINDS: Final = frozenset({QuestionKind.CHOICE, QuestionKind.ORDERING})


class DrawnQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """One drawn question. `choices` and `lefts` hold keys in the order shown."""

    id: int
    choices: tuple[int, ...] = ()
    lefts: tuple[int, ...] = ()


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """What one candidate may be asked, in order.

    `pages` says how many of the questions each page holds; empty is one page for all.
    """

    seed: str
    questions: tuple[DrawnQuestion, ...]
    pages: tuple[int, ...] = ()

    @property
    def page_count(self) -> int:
        """How many pages there are, also those that nobody may reach."""
        return len(self.pages) or 1

    def page(self, index: int) -> tuple[DrawnQuestion, ...]:
        """Return the questions of one page, from 0."""
        if not self.pages:
            return self.questions
        start = start_of(self.pages, index)
        return self.questions[start : start + self.pages[index]]

    def question_ids(self) -> list[int]:
        """Return the ids in order."""
        return [question.id for question in self.questions]


def shuffled(seed: str, scope: str, ids: Iterable[int]) -> list[int]:
    """Return the ids in the order of their hashes under this seed and scope."""
    return sorted(ids, key=lambda one: hashlib.sha256(f"{seed}/{scope}/{one}".encode()).digest())


def draw(content: ExamContent, seed: str, navigation: Navigation = Navigation.FREE) -> Paper:
    """Return the paper that `seed` gives, cut into pages as `navigation` asks.

    Pools keep their order. A pool that randomises shuffles its questions and asks only
    `number_to_answer` of them; one that does not asks all of them in authored order.
    """
    drawn = [question for pool in content.pools for question in _drawn_of(pool, seed)]
    return Paper(
        seed=seed,
        questions=tuple(_paper_question(question, seed) for question in drawn),
        pages=sizes_of(content, drawn, navigation),
    )


def _drawn_of(pool: PoolContent, seed: str) -> Sequence[QuestionContent]:
    if not pool.randomize_questions:
        return pool.questions
    by_id = {question.id: question for question in pool.questions}
    order = shuffled(seed, f"pool{pool.id}", by_id)
    return [by_id[one] for one in order[: pool.number_to_answer]]


def _paper_question(question: QuestionContent, seed: str) -> DrawnQuestion:
    scope = f"question{question.id}"
    if question.kind is QuestionKind.MATCHING:
        # The right-hand sides are always shuffled: in authored order they would be the key.
        return DrawnQuestion(
            id=question.id,
            lefts=tuple(choice.key for choice in question.lefts),
            choices=tuple(shuffled(seed, scope, (c.match_key for c in question.rights))),
        )
    shown = question.choices if question.kind in SHOWN_KINDS else question.labelled
    keys = [choice.key for choice in shown]
    if question.shuffle_choices or question.kind is QuestionKind.ORDERING:
        keys = shuffled(seed, scope, keys)
    return DrawnQuestion(id=question.id, choices=tuple(keys))


def to_json(paper: Paper) -> dict[str, Any]:
    """Return the paper as stored with the attempt."""
    built: dict[str, Any] = msgspec.to_builtins(paper)
    return built


def from_json(stored: dict[str, Any]) -> Paper:
    """Return a stored paper as its typed form."""
    return msgspec.convert(stored, Paper)
