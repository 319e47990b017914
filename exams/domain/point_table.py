"""Who got how many points for which question and gave what: compact, filled in one pass (pure).

A row is an attempt, a column a question. Points and answers repeat much, so each distinct one is
kept once and a cell holds two small numbers: 16 bytes for a question that was asked.
"""

from array import array
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

NOTHING: Final = 0  # code of "nothing was given"
OTHER: Final = 1  # code of an answer that is not told apart
MOST_ANSWERS: Final = 5000  # distinct answers kept per question; later new ones are OTHER

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Worth:
    """Points that were given, of those that could be reached; `possible` is 0 when not scored."""

    points: Fraction
    possible: Fraction


@dataclass(slots=True)
class Column:
    """One question: `rows` of those who were asked it, with the codes of worth and answer."""

    rows: "array[int]" = field(default_factory=lambda: array("l"))
    worths: "array[int]" = field(default_factory=lambda: array("l"))
    answers: "array[int]" = field(default_factory=lambda: array("l"))
    known: dict[Hashable, int] = field(default_factory=dict)
    parts: list[Parts] = field(default_factory=lambda: [(), ()])

    def code_of(self, answer: Hashable) -> int | None:
        """Return the code of an answer that came before."""
        return self.known.get(answer)

    def learn(self, answer: Hashable, parts: Parts) -> int:
        """Return the code of a new answer, which is counted by its parts."""
        if len(self.known) >= MOST_ANSWERS:
            return OTHER
        code = len(self.parts)
        self.parts.append(parts)
        self.known[answer] = code
        return code


@dataclass(slots=True)
class PointTable:
    """The whole table. Add a row with its cells, then the next; a row without cells counts too."""

    columns: dict[int, Column] = field(default_factory=dict)
    worths: list[Worth] = field(default_factory=list)
    height: int = 0
    _codes: dict[Worth, int] = field(default_factory=dict)

    def column(self, question: int) -> Column:
        """Return the column of a question, which is made if it is new."""
        found = self.columns.get(question)
        if found is None:
            found = self.columns[question] = Column()
        return found

    def worth(self, points: Fraction, possible: Fraction) -> int:
        """Return the code of what an answer was worth."""
        one = Worth(points, possible)
        code = self._codes.setdefault(one, len(self.worths))
        if code == len(self.worths):
            self.worths.append(one)
        return code

    def add_row(self, cells: Iterable[tuple[int, int, int]]) -> None:
        """Add one attempt: (question, code of the worth, code of the answer) for each asked."""
        for question, worth, answer in cells:
            column = self.column(question)
            column.rows.append(self.height)
            column.worths.append(worth)
            column.answers.append(answer)
        self.height += 1
