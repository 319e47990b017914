"""Facts about a question that an author should look at, each with the rule that found it (pure).

They say what the numbers are, not what to do: a question everybody gets right may be meant so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from exams.domain.analysis import PartCount, QuestionFigures

FEWEST: Final = 10  # answers below which nothing is said
MUCH_OMITTED: Final = Fraction(1, 4)


class Doubt(StrEnum):
    """What is conspicuous. The words stand in exams/texts_statistics.py."""

    NEGATIVE = "negative"  # who does well elsewhere does worse here
    NOBODY = "nobody"  # nobody reached any point
    EVERYBODY = "everybody"  # everybody reached all points
    WRONG_BEATS_KEY = "wrong_beats_key"  # a wrong choice was given more often than every right one
    WRONG_DRAWS_UPPER = (
        "wrong_draws_upper"  # a wrong choice: more of the upper group than the lower
    )
    UNUSED = "unused"  # a wrong choice that nobody gave
    OMITTED = "omitted"  # more than a quarter gave nothing


@dataclass(frozen=True, slots=True)
class PartRole:
    """Which parts can be given and whether each is right, for the rules about distractors."""

    keys: frozenset[str]
    wrong: frozenset[str]


def doubts_of(figures: QuestionFigures, roles: PartRole | None) -> tuple[Doubt, ...]:
    """Return what is conspicuous, in the order of `Doubt`.

    Args:
        figures: Of the question.
        roles: None for a question without choices that are right or wrong.
    """
    if figures.asked < FEWEST or not figures.is_scored:
        return ()
    found = {
        Doubt.NEGATIVE: figures.discrimination is not None and figures.discrimination < 0,
        Doubt.NOBODY: figures.facility is not None and figures.facility <= 0,
        Doubt.EVERYBODY: figures.full == figures.asked,
        Doubt.OMITTED: figures.omitted > MUCH_OMITTED * figures.asked,
    }
    if roles is not None and roles.keys and figures.given >= FEWEST:
        found |= _of_choices({part.part: part for part in figures.parts}, roles)
    return tuple(doubt for doubt in Doubt if found.get(doubt))


def _of_choices(parts: Mapping[str, PartCount], roles: PartRole) -> dict[Doubt, bool]:
    counts = {part: one.count for part, one in parts.items()}
    best = max(counts.get(key, 0) for key in roles.keys)
    wrong = [parts[part] for part in roles.wrong if part in parts]
    return {
        Doubt.WRONG_BEATS_KEY: any(part.count > best for part in wrong),
        Doubt.WRONG_DRAWS_UPPER: any(part.upper > part.lower for part in wrong),
        Doubt.UNUSED: any(not counts.get(part) for part in roles.wrong),
    }
