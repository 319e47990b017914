"""What a demo student of a given skill answers, from the exam's own key (pure but for the randomness)."""

import random
from collections.abc import Callable
from typing import Any, Final

from exams.domain.answer import QuestionKind
from exams.domain.content import QuestionContent

FULL: Final = 100


def given_by(question: QuestionContent, skill: float, rng: random.Random) -> Any:  # noqa: ANN401 any answer value
    """Return an answer that is right with probability `skill`; None leaves it out.

    Args:
        question: With its key.
        skill: 0 to 1.
        rng: Seeded.
    """
    make = _MAKERS.get(question.kind)
    return make(question, rng.random() < skill, rng) if make else None


def _choice(question: QuestionContent, right: bool, rng: random.Random) -> list[int]:  # noqa: FBT001 one of three equal makers
    wanted = [c.key for c in question.choices if (c.fraction or 0) > 0]
    others = [c.key for c in question.choices if (c.fraction or 0) <= 0]
    if right or not others:
        return wanted if question.max_answers != 1 else wanted[:1]
    return [rng.choice(others)]


def _bool(question: QuestionContent, right: bool, rng: random.Random) -> bool:  # noqa: FBT001 one of three equal makers
    del rng
    true_is_right = any(
        c.fraction == FULL and c.text.strip().lower() in {"true", "t", "1"}
        for c in question.choices
    )
    return true_is_right is right


def _value(question: QuestionContent, right: bool, rng: random.Random) -> str:  # noqa: FBT001 one of three equal makers
    keys = [c.text.split("..")[0] for c in question.choices if c.fraction == FULL]
    if right and keys:
        return keys[0]
    return str(rng.randint(1, 99))


def _matching(question: QuestionContent, right: bool, rng: random.Random) -> dict[str, int]:  # noqa: FBT001 one of three equal makers
    pairs = {str(c.key): c.match_key for c in question.lefts}
    if right:
        return pairs
    rights = list(pairs.values())
    rng.shuffle(rights)
    return dict(zip(pairs, rights, strict=True))


def _text(question: QuestionContent, right: bool, rng: random.Random) -> str:  # noqa: FBT001 one of three equal makers
    del question, rng
    long = "Both sides gave ground: the river froze early, and the harvest of that year was poor."
    return long if right else "I am not sure."


_MAKERS: Final[dict[QuestionKind, Callable[[QuestionContent, bool, random.Random], Any]]] = {
    QuestionKind.CHOICE: _choice,
    QuestionKind.BOOL: _bool,
    QuestionKind.MATCHING: _matching,
    QuestionKind.TEXT: _text,
    QuestionKind.CHAR: _value,
    QuestionKind.INT: _value,
    QuestionKind.FLOAT: _value,
    QuestionKind.DECIMAL: _value,
    QuestionKind.RATING: _value,
}
