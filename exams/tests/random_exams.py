"""For tests: random exams of every kind of question, with what each answer to them must do.

Everything an answer does is written down when the question is made: right or wrong, where it
leads. Nothing here parses, compares or walks with the code under test.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from exams.domain.answer import QuestionKind as Kind
from exams.domain.content import ChoiceContent, ExamContent, PoolContent, QuestionContent
from exams.domain.policy import Navigation
from exams.tests.branching import option

Draw = Callable[..., Any]


@dataclass(frozen=True)
class Way:
    """One answer that can be given, and all it does."""

    value: Any
    is_right: bool = False
    jumps: tuple[int, ...] = ()
    ends_pool: bool = False
    ends_exam: bool = False


@dataclass(frozen=True)
class Asked:
    """A question and its answers. `points` is zero where nothing is marked."""

    content: QuestionContent
    ways: tuple[Way, ...]
    points: int

    @property
    def is_answerable(self) -> bool:
        return self.content.kind is not Kind.INFO


@dataclass(frozen=True)
class RandomExam:
    """The exam as approved, as its author meant it, and how its sitting is held."""

    content: ExamContent
    pools: tuple[tuple[Asked, ...], ...]
    navigation: Navigation
    intended: Mapping[int, Way]

    def questions(self) -> dict[int, Asked]:
        return {one.content.id: one for pool in self.pools for one in pool}


# kind → (key as its author wrote it, the same as somebody may give it), twice, and another value.
VALUES: dict[Kind, tuple[tuple[str, Any], tuple[str, Any], Any]] = {
    Kind.BOOL: (("true", True), ("no", False), None),
    Kind.CHAR: (("Mars", " mars "), ("V*s", "Venus"), "Pluto"),
    Kind.INT: (("7", "۷"), ("12", "12"), "8"),
    Kind.RATING: (("3", "3"), ("0", "0"), "4"),
    Kind.DECIMAL: (("1.50", "1,5"), ("2", "2.00"), "3"),
    Kind.FLOAT: (("1e3", "1000"), ("0.5", ".5"), "1"),
    Kind.DATE: (("2026-11-21", "2026-11-21"), ("2027-01-01", "2027-01-01"), "2020-02-29"),
    Kind.DATETIME: (
        ("2026-11-21T10:30", "2026-11-21 10:30"),
        ("2027-01-01T00:00", "2027-01-01T00:00:00"),
        "2020-02-29T01:00",
    ),
    Kind.TIME: (("9:05", "09:05:00"), ("23:59", "23:59"), "12:00"),
}
SELECTIONS = st.sampled_from([*VALUES, *[Kind.CHOICE] * 6])
WITHOUT_WAYS = st.sampled_from([Kind.TEXT, Kind.FILE, Kind.INFO, Kind.MATCHING, Kind.ORDERING])


@dataclass(frozen=True)
class Spot:
    """The section that a question is made for, and how many there are."""

    place: int
    pools: int

    def targets(self) -> list[int]:
        """Sections to lead to: forward, but also back, to itself and out of the exam."""
        return [*range(self.place + 1, self.pools + 1)] * 3 + [1, self.place, self.pools + 1]


def _effects(draw: Draw, spot: Spot) -> dict[str, Any]:
    """Where a choice leads."""
    rest = ["", "pool", "both", "exam"] if spot.place > 1 else ["", "pool"]
    found = draw(st.sampled_from(["jump"] * 5 + rest))
    to = draw(st.sampled_from(spot.targets())) if found in {"jump", "both"} else None
    return {"to": to, "end_question_pool": found in {"pool", "both"}, "end_exam": found == "exam"}


def _way(value: Any, chosen: Sequence[ChoiceContent], *, is_right: bool) -> Way:
    jumps = (one.next_question_pool for one in chosen)
    return Way(
        value,
        is_right,
        tuple(jump for jump in jumps if jump is not None),
        any(one.end_question_pool for one in chosen),
        any(one.end_exam for one in chosen),
    )


def _content(number: int, kind: Kind, choices: Sequence[ChoiceContent], **fields: Any) -> Any:
    return QuestionContent(
        id=number,
        name=f"Q{number}",
        kind=kind,
        prompt=f"Q{number}?",
        prompt_html=f"Q{number}?",
        choices=tuple(choices),
        **fields,
    )


def _selection(draw: Draw, number: int, spot: Spot, fields: dict[str, Any]) -> Asked:
    is_survey, several = draw(st.sampled_from([False, False, True])), draw(st.booleans())
    marks = [True, draw(st.booleans()), False]
    choices = [
        option(number * 10 + at, right=None if is_survey else right, **_effects(draw, spot))
        for at, right in enumerate(marks)
    ]
    ways = [
        _way([one.key for one in some], some, is_right=not is_survey and _all_right(some))
        for size in (1, 2)
        for some in combinations(choices, size)
    ]
    if not several:  # two of them are an invalid answer, which leads all the same
        ways = [replace(one, is_right=one.is_right and len(one.value) == 1) for one in ways]
    limits = {"max_answers": None if several else 1, "all_or_nothing": True}
    content = _content(number, Kind.CHOICE, choices, **limits, **fields)
    return Asked(content, tuple(ways), 0 if is_survey else int(content.points))


def _all_right(some: Sequence[ChoiceContent]) -> bool:
    return all(one.fraction == 100 for one in some)


def _value(draw: Draw, number: int, kind: Kind, spot: Spot, fields: dict[str, Any]) -> Asked:
    first, second, other = VALUES[kind]
    marks = draw(st.sampled_from([(True, True), (True, False), (True, None), (None, None)]))
    shown = draw(st.booleans())
    choices = [
        option(
            number * 10 + at,
            text,
            right=right,
            label=f"label {at}" if shown else "",
            **_effects(draw, spot),
        )
        for at, ((text, _), right) in enumerate(zip((first, second), marks, strict=True))
    ]
    ways = [
        _way([one.key] if shown else given, [one], is_right=right is True)
        for one, (_, given), right in zip(choices, (first, second), marks, strict=True)
    ]
    if other is not None:
        ways.append(Way(other))
    content = _content(number, kind, choices, **fields)
    return Asked(content, tuple(ways), 0 if marks == (None, None) else int(content.points))


def _whole(number: int, kind: Kind, fields: dict[str, Any]) -> Asked:
    one, two = number * 10, number * 10 + 1
    if kind is Kind.ORDERING:
        content = _content(number, kind, [option(one), option(two)], **fields)
        return Asked(content, (Way([one, two], is_right=True), Way([two, one])), _points(fields))
    pairs = [option(key, match=f"to {key}", match_html=f"to {key}") for key in (one, two)]
    content = _content(number, kind, pairs, **fields)
    right, wrong = {str(one): one, str(two): two}, {str(one): two, str(two): one}
    return Asked(content, (Way(right, is_right=True), Way(wrong)), _points(fields))


def _points(fields: dict[str, Any]) -> int:
    return int(fields["points"])


def _plain(number: int, kind: Kind, fields: dict[str, Any]) -> Asked:
    """Without points, so that no person has to mark it and the score can be told at once."""
    value = {"upload": str(UUID(int=number))} if kind is Kind.FILE else "words"
    ways = () if kind is Kind.INFO else (Way(value),)
    return Asked(_content(number, kind, [], **{**fields, "points": Decimal(0)}), ways, 0)


@st.composite
def questions(draw: Draw, number: int, spot: Spot) -> Asked:
    fields = {
        "points": Decimal(draw(st.sampled_from([3, 7]))),  # few scores are round
        "required": draw(st.sampled_from([False, False, False, False, True])),
    }
    if spot.place == 1 or draw(st.sampled_from([True] * 5 + [False])):
        kind = draw(SELECTIONS)
        if kind is Kind.CHOICE:
            return _selection(draw, number, spot, fields)
        return _value(draw, number, kind, spot, fields)
    kind = draw(WITHOUT_WAYS)
    if kind in {Kind.MATCHING, Kind.ORDERING}:
        return _whole(number, kind, fields)
    return _plain(number, kind, fields)


@st.composite
def random_exams(draw: Draw) -> RandomExam:
    count = draw(st.sampled_from([4, 4, 3, 2]))
    number, made, pools = 0, [], []
    for place in range(1, count + 1):
        asked = []
        for _ in range(draw(st.sampled_from([3, 2, 1] if place == 1 else [2, 1, 0]))):
            number += 1
            asked.append(draw(questions(number, Spot(place, count))))
        made.append(tuple(asked))
        is_drawn = draw(st.booleans())
        pools.append(
            PoolContent(
                id=place,
                name=f"S{place}",
                questions=tuple(one.content for one in asked),
                randomize_questions=is_drawn,
                number_to_answer=max(1, len(asked) - 1) if is_drawn and asked else None,
                next_question_pool=draw(st.sampled_from([None] * 9 + Spot(place, count).targets())),
            )
        )
    content = ExamContent(
        name="Random",
        version_label="1",
        subject="",
        passing_score=Decimal(50),
        pools=tuple(pools),
    )
    intended = {one.content.id: _intended(draw, one) for pool in made for one in pool if one.ways}
    return RandomExam(content, tuple(made), draw(st.sampled_from(Navigation)), intended)


def _intended(draw: Draw, question: Asked) -> Way:
    """What the candidate means to answer; something that leads somewhere, if there is any."""
    leading = [one for one in question.ways if one.jumps or one.ends_pool or one.ends_exam]
    return draw(st.sampled_from(leading or question.ways))  # type: ignore[no-any-return] # a Way
