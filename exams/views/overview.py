"""What a marked paper comes to: how many questions earned all, some or none of their points (pure)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from exams.selectors.results import MarkedAnswer, MarkedPaper


class Outcome(StrEnum):
    """What an answer came to."""

    FULL = "full"
    PARTLY = "partly"
    NONE = "none"
    UNANSWERED = "unanswered"
    WAITING = "waiting"
    UNCOUNTED = "uncounted"


@dataclass(frozen=True, slots=True)
class Overview:
    """Outcomes of all answers in the order of the paper, and how often each came."""

    outcomes: tuple[tuple[MarkedAnswer, Outcome], ...]
    counts: Mapping[Outcome, int]


def overview_of(paper: MarkedPaper) -> Overview:
    """Return what the answers came to."""
    outcomes = tuple((answer, outcome_of(answer)) for answer in paper.answers)
    counts = Counter(outcome for _answer, outcome in outcomes)
    return Overview(outcomes, {one: counts[one] for one in Outcome if counts[one]})


def outcome_of(answer: MarkedAnswer) -> Outcome:
    """Return what one answer came to; what was left out is not called wrong."""
    if not answer.possible:
        return Outcome.UNCOUNTED
    if answer.points is None:
        return Outcome.WAITING
    if answer.points >= answer.possible:
        return Outcome.FULL
    if answer.points > 0:
        return Outcome.PARTLY
    return Outcome.UNANSWERED if answer.valid is None else Outcome.NONE
