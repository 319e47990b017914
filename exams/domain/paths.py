"""What ways lead through an exam: checked for its author and drawn as a graph (pure).

Ways are not listed one by one, there may be millions. Each section is looked at once, from the
last to the first, since jumps lead forward only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from exams.domain.answer import QuestionKind
from exams.domain.content import ExamContent, PoolContent, QuestionContent
from exams.domain.turns import Exit, Tally, Weight, asked_of, exits_of, leads_back

_ROUNDS: Final = 8  # of the search for the best share; it doubles its digits with each


class Flaw(StrEnum):
    """What is wrong with the ways. Texts for people are made at the edge."""

    UNREACHABLE = "unreachable_section"
    LEADS_BACK = "leads_back"
    LEADS_TO_NOTHING = "leads_to_nothing"
    NEVER_ASKED = "never_asked"


@dataclass(frozen=True, slots=True)
class PathFinding:
    """One thing to mend, with the section and, if it is about one, the question."""

    flaw: Flaw
    pool_id: int
    pool_name: str
    question_id: int | None = None
    question_name: str = ""


class EdgeKind(StrEnum):
    """Why somebody goes this way."""

    ORDER = "order"
    POOL = "pool"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class PathNode:
    """A section. `asked` is how many questions are drawn from those it has."""

    id: int
    name: str
    questions: int
    asked: int
    is_reachable: bool


@dataclass(frozen=True, slots=True)
class PathEdge:
    """A way from one section to the next.

    Attributes:
        source: Id of the section that is left.
        target: Id of the section that follows; None is the end of the exam.
        kind: By the order of the sections, by the section's own jump, or by an answer.
        question: Name of the question whose answer leads here; empty for the other kinds.
        choice: The answer as its author wrote it.
        leaves_at_once: The rest of the section is not asked.
    """

    source: int
    target: int | None
    kind: EdgeKind
    question: str = ""
    choice: str = ""
    leaves_at_once: bool = False


@dataclass(frozen=True, slots=True)
class PathReport:
    """The ways through an exam.

    Attributes:
        paths: How many different sequences of sections there are.
        endings: In how many sections the exam can end.
        most_points: What can be earned on the richest way.
        least_possible: What the way with the fewest points carries.
        best_score: The highest score in percent, exact; None when nothing is marked.
    """

    nodes: tuple[PathNode, ...]
    edges: tuple[PathEdge, ...]
    findings: tuple[PathFinding, ...]
    paths: int
    endings: int
    most_points: Fraction
    least_possible: Fraction
    best_score: Fraction | None


def report_paths(content: ExamContent) -> PathReport:
    """Return everything about the ways through an exam; texts need not be rendered."""
    pools = content.pools
    ways = [exits_of(pools, place, _earned) for place in range(len(pools))]
    reached = _reachable(ways)
    richest, poorest = _best(pools, _earned), _best(pools, _poor)
    return PathReport(
        nodes=tuple(
            PathNode(pool.id, pool.name, len(pool.questions), asked_of(pool), place in reached)
            for place, pool in enumerate(pools)
        ),
        edges=tuple(edge for place in range(len(pools)) for edge in _edges(pools, place)),
        findings=tuple(_findings(pools, reached)),
        paths=_count(ways),
        endings=sum(1 for place in reached if None in ways[place]),
        most_points=richest.earned,
        least_possible=poorest.possible,
        best_score=_best_score(pools),
    )


# ── Sums over all ways ──────────────────────────────────────────────────────────────────────
def _earned(tally: Tally) -> Fraction:
    return tally.earned


def _poor(tally: Tally) -> Fraction:
    return -tally.possible


def _best(pools: Sequence[PoolContent], weight: Weight) -> Tally:
    """Return the points of the way that weighs most."""
    after: dict[Exit, Tally] = {None: Tally()}
    for place in reversed(range(len(pools))):
        ways = exits_of(pools, place, weight)
        after[place] = max((tally + after[to] for to, tally in ways.items()), key=weight)
    return after[0] if pools else Tally()


def _best_score(pools: Sequence[PoolContent]) -> Fraction | None:
    """Return the highest share of the points of a way, in percent.

    A way with more points need not be the one with the better share, so the share is searched
    for: the way that gains most over a guess gives the next guess, until nothing is gained.

    Source: Dinkelbach 1967, On Nonlinear Fractional Programming.
    """
    share: Fraction | None = None
    for _ in range(_ROUNDS):
        found = _best(pools, _over(share or Fraction(0)))
        if not found.possible or found.earned / found.possible == share:
            break
        share = found.earned / found.possible
    return None if share is None else 100 * share


def _over(share: Fraction) -> Weight:
    # A way without any points earns no share; the hair keeps it from winning a tie.
    hair = Fraction(1, 10**9)
    return lambda tally: tally.earned - share * tally.possible + (hair if tally.possible else 0)


def _count(ways: Sequence[Mapping[Exit, Tally]]) -> int:
    after: dict[Exit, int] = {None: 1}
    for place in reversed(range(len(ways))):
        after[place] = sum(after[to] for to in ways[place])
    return after[0] if ways else 0


def _reachable(ways: Sequence[Mapping[Exit, Tally]]) -> set[int]:
    reached = {0} if ways else set()
    for place, exits in enumerate(ways):
        if place in reached:
            reached |= {to for to in exits if to is not None}
    return reached


# ── Findings ────────────────────────────────────────────────────────────────────────────────
def _findings(pools: Sequence[PoolContent], reached: set[int]) -> Iterator[PathFinding]:
    for place, pool in enumerate(pools):
        if place not in reached:
            yield PathFinding(Flaw.UNREACHABLE, pool.id, pool.name)
        yield from _jumps_that_fail(pools, place)
        for question in _never_asked(pool):
            yield PathFinding(Flaw.NEVER_ASKED, pool.id, pool.name, question.id, question.name)


def _jumps_that_fail(pools: Sequence[PoolContent], place: int) -> Iterator[PathFinding]:
    pool = pools[place]
    empty = {one.id for one in pools if not asked_of(one)}
    jumps: list[tuple[int | None, QuestionContent | None]] = [(pool.next_question_pool, None)]
    jumps += [
        (choice.next_question_pool, question)
        for question in pool.questions
        for choice in question.choices
    ]
    for target, question in dict.fromkeys((to, id_of(one)) for to, one in jumps if to is not None):
        flaw = Flaw.LEADS_BACK if leads_back(pools, place, target) else Flaw.LEADS_TO_NOTHING
        if flaw is Flaw.LEADS_BACK or target in empty:
            yield PathFinding(flaw, pool.id, pool.name, *question)


def id_of(question: QuestionContent | None) -> tuple[int | None, str]:
    """Return what a finding says of a question."""
    return (None, "") if question is None else (question.id, question.name)


def _never_asked(pool: PoolContent) -> Iterator[QuestionContent]:
    """Yield what stands behind a question that everybody leaves the section at."""
    if pool.randomize_questions:
        return
    is_over = False
    for question in pool.questions:
        if is_over:
            yield question
        is_over = is_over or (
            question.required
            and bool(question.choices)
            and question.kind is QuestionKind.CHOICE
            and question.min_answers > 0
            and all(choice.end_question_pool for choice in question.choices)
        )


# ── The graph ───────────────────────────────────────────────────────────────────────────────
def _edges(pools: Sequence[PoolContent], place: int) -> Iterator[PathEdge]:
    pool = pools[place]
    places: dict[int | None, int] = {one.id: at for at, one in enumerate(pools)}
    own = places.get(pool.next_question_pool)
    is_own = own is not None and own > place
    after = own if is_own else place + 1
    following = pools[after].id if after is not None and after < len(pools) else None
    yield PathEdge(pool.id, following, EdgeKind.POOL if is_own else EdgeKind.ORDER)
    for question in pool.questions:
        for choice in question.choices:
            if not choice.branches:
                continue
            jump = places.get(choice.next_question_pool)
            target = pools[jump].id if jump is not None and jump > place else following
            yield PathEdge(
                source=pool.id,
                target=None if choice.end_exam else target,
                kind=EdgeKind.ANSWER,
                question=question.name,
                choice=choice.label or choice.text,
                leaves_at_once=choice.end_question_pool,
            )
