"""How one section can be left, and with what points: the steps of exams.domain.paths (pure)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Final, TypeVar

from exams.domain.answer import InvalidAnswer, QuestionKind
from exams.domain.content import ChoiceContent, PoolContent, QuestionContent
from exams.domain.scoring import describing, is_scored, key_value, share_of
from exams.domain.walk import STRAIGHT_ON, Turn, turn_of_choices

Exit = int | None  # place of the section that follows; None is the end of the exam

MAX_TOGETHER: Final = 6  # branching choices tried in every combination; above, only in pairs


@dataclass(frozen=True, slots=True)
class Tally:
    """Points earned and points that could be, on a part of a way."""

    earned: Fraction = Fraction(0)
    possible: Fraction = Fraction(0)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.earned + other.earned, self.possible + other.possible)


Weight = Callable[[Tally], Fraction]
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Place:
    """Inside a section: how many were asked, where it goes on, and what is decided already."""

    asked: int = 0
    jump: int | None = None
    ends_exam: bool = False
    is_left: bool = False


def leads_back(pools: Sequence[PoolContent], place: int, target: int) -> bool:
    """Whether a jump from the pool at `place` leads to itself, back, or out of the exam."""
    return not any(pool.id == target for pool in pools[place + 1 :])


def exits_of(pools: Sequence[PoolContent], place: int, weight: Weight) -> dict[Exit, Tally]:
    """Return how a section can be left, each with the points of the way that weighs most.

    Where questions are drawn, any of them may be among those asked.
    """
    pool = pools[place]
    wanted = asked_of(pool)
    if not any(question.branches for question in pool.questions):
        return {_exit(pools, place, Place()): _whole(pool, wanted, weight)}
    states = {Place(): Tally()}
    for number, question in enumerate(pool.questions):
        left = len(pool.questions) - number - 1
        turns = turns_of(question, weight)
        found = _after(states, turns, wanted=wanted, left=left)
        states = _heaviest(_forward(found, pools, place), weight)
    return _heaviest(
        ((_exit(pools, place, state), tally) for state, tally in states.items()), weight
    )


def asked_of(pool: PoolContent) -> int:
    """Return how many questions one candidate gets from a pool."""
    drawn = pool.number_to_answer if pool.randomize_questions else None
    return len(pool.questions) if drawn is None else min(drawn, len(pool.questions))


def _whole(pool: PoolContent, wanted: int, weight: Weight) -> Tally:
    """Return the points of a section in which no answer leads anywhere."""
    tallies = [turns_of(question, weight)[0][1] for question in pool.questions]
    return sum(sorted(tallies, key=weight, reverse=True)[:wanted], Tally())


def _after(
    states: dict[Place, Tally], turns: Sequence[tuple[Turn, Tally]], *, wanted: int, left: int
) -> Iterator[tuple[Place, Tally, Turn]]:
    """Yield where one more question leads: asked with each of its turns, or not drawn."""
    for state, tally in states.items():
        if state.is_left or state.asked + left >= wanted:
            yield state, tally, STRAIGHT_ON
        if not state.is_left and state.asked < wanted:
            asked = Place(state.asked + 1, state.jump, state.ends_exam)
            for turn, points in turns:
                yield asked, tally + points, turn


def _forward(
    found: Iterable[tuple[Place, Tally, Turn]], pools: Sequence[PoolContent], place: int
) -> Iterator[tuple[Place, Tally]]:
    for state, tally, turn in found:
        jumps = [one for one in turn.jumps if not leads_back(pools, place, one)]
        yield (
            Place(
                state.asked,
                jumps[-1] if jumps else state.jump,
                state.ends_exam or turn.ends_exam,
                state.is_left or turn.ends_pool,
            ),
            tally,
        )


def _exit(pools: Sequence[PoolContent], place: int, state: Place) -> Exit:
    if state.ends_exam:
        return None
    jump = state.jump if state.jump is not None else pools[place].next_question_pool
    places = {pool.id: at for at, pool in enumerate(pools)}
    target = places.get(jump, place) if jump is not None else place
    following = target if target > place else place + 1
    return following if following < len(pools) else None


def _heaviest(found: Iterable[tuple[K, Tally]], weight: Weight) -> dict[K, Tally]:
    best: dict[K, Tally] = {}
    for key, tally in found:
        if key not in best or weight(best[key]) < weight(tally):
            best[key] = tally
    return best


def turns_of(question: QuestionContent, weight: Weight) -> list[tuple[Turn, Tally]]:
    """Return where answers to a question can lead, each with the points that weigh most."""
    possible = Fraction(question.points) if is_scored(question) else Fraction(0)
    found = (
        (turn_of_choices(chosen), Tally(possible * max(share, Fraction(0)), possible))
        for chosen, share in _answers(question)
    )
    return list(_heaviest(found, weight).items())


def _answers(question: QuestionContent) -> Iterator[tuple[tuple[ChoiceContent, ...], Fraction]]:
    """Yield answers that differ in where they lead or in what they earn; nothing given is one."""
    if not question.branches:
        yield (), Fraction(1) if is_scored(question) else Fraction(0)
        return
    if not question.required:
        yield (), Fraction(0)
    if question.kind is QuestionKind.CHOICE:
        for chosen in _selections(question):
            keys = frozenset(choice.key for choice in chosen)
            yield chosen, share_of(question, keys) if is_scored(question) else Fraction(0)
        return
    yield (), Fraction(0)  # some value that no key describes
    for key in question.choices:
        yield from _value(question, key)


def _value(
    question: QuestionContent, key: ChoiceContent
) -> Iterator[tuple[tuple[ChoiceContent, ...], Fraction]]:
    try:
        parsed = key_value(question.kind, key.text)
    except InvalidAnswer:
        return
    if parsed is not None:
        share = share_of(question, parsed) if is_scored(question) else Fraction(0)
        yield tuple(describing(question, parsed)), share


def _selections(question: QuestionContent) -> Iterator[tuple[ChoiceContent, ...]]:
    """Yield selections: branching choices together, with the right ones that fit beside them."""
    most = question.max_answers or len(question.choices)
    plain = [choice for choice in question.choices if not choice.branches]
    gains = sorted(plain, key=lambda choice: -(choice.fraction or 0))
    leading = [choice for choice in question.choices if choice.branches]
    together = min(most, len(leading) if len(leading) <= MAX_TOGETHER else 2)
    for size in range(together + 1):
        for some in combinations(leading, size):
            for others in range(min(most - size, len(gains)) + 1):
                chosen = {choice.key for choice in (*some, *gains[:others])}
                if chosen and len(chosen) >= question.min_answers:
                    yield tuple(one for one in question.choices if one.key in chosen)
