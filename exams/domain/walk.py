"""Which questions an attempt asks: the walk over the pools, led by what was answered (pure).

Pools come in their order. A pool's `next_question_pool` says where it goes on after it; one of a
given answer overrides that, and of several the last one in order wins. Jumps lead forward only;
what leads elsewhere is passed over. After a jump or `end_exam` the rest of the pool is still
asked; `end_question_pool` ends this pool at once, and only this one. An answer leads as soon as it
is given, valid or not, right or wrong.

Source: seed 002, iter_questions; its flag that stays up for all later pools is not copied.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from exams.domain.answer import (
    MAX_PARTS,
    InvalidAnswer,
    QuestionKind,
    Rules,
    is_empty,
    parse,
)
from exams.domain.content import ChoiceContent, ExamContent, PoolContent, QuestionContent
from exams.domain.paper import DrawnQuestion, Paper
from exams.domain.scoring import describing

Given = Mapping[int, object]  # question id → value as stored


@dataclass(frozen=True, slots=True)
class Turn:
    """What one answer does to the walk. `jumps` are pools in the order of the choices."""

    jumps: tuple[int, ...] = ()
    ends_pool: bool = False
    ends_exam: bool = False


STRAIGHT_ON = Turn()


def turn_of(question: QuestionContent, value: object) -> Turn:
    """Return where an answer leads."""
    return turn_of_choices(carriers(question, value)) if question.branches else STRAIGHT_ON


def turn_of_choices(chosen: Sequence[ChoiceContent]) -> Turn:
    """Return where these choices lead together."""
    return Turn(
        tuple(one.next_question_pool for one in chosen if one.next_question_pool is not None),
        any(one.end_question_pool for one in chosen),
        any(one.end_exam for one in chosen),
    )


def carriers(question: QuestionContent, value: object) -> tuple[ChoiceContent, ...]:
    """Return the choices that an answer stands for, marked or not, valid or not.

    For a value these are all choices with this value, however they are written.
    """
    if is_empty(value):
        return ()
    if question.kind is QuestionKind.CHOICE:
        keys = {str(one) for one in value[:MAX_PARTS]} if isinstance(value, list) else set()
        return tuple(choice for choice in question.choices if str(choice.key) in keys)
    values = {choice.key: choice.text for choice in question.labelled}
    try:
        parsed = parse(Rules(kind=question.kind, values=values), value)
    except InvalidAnswer:
        return ()
    return () if parsed is None else tuple(describing(question, parsed))


class Route:
    """The pools of an exam with the questions that one paper drew from each."""

    def __init__(self, content: ExamContent, paper: Paper) -> None:
        self.pools: Sequence[PoolContent] = content.pools
        self.places = {pool.id: place for place, pool in enumerate(content.pools)}
        self.questions = content.question_map()
        home = {one.id: pool.id for pool in content.pools for one in pool.questions}
        self.drawn: dict[int, list[int]] = {pool.id: [] for pool in content.pools}
        for question in paper.questions:
            self.drawn[home[question.id]].append(question.id)

    def place_after(self, place: int, turns: Sequence[Turn]) -> int | None:
        """Return the place of the pool that follows, None when the exam ends here."""
        if any(turn.ends_exam for turn in turns):
            return None
        own = self.pools[place].next_question_pool
        jumps = [own, *(jump for turn in turns for jump in turn.jumps)]
        forward = [to for to in map(self._place_of, jumps) if to is not None and to > place]
        following = forward[-1] if forward else place + 1
        return following if following < len(self.pools) else None

    def _place_of(self, pool_id: int | None) -> int | None:
        return None if pool_id is None else self.places.get(pool_id)

    def asked_in(self, place: int, given: Given) -> tuple[list[int], list[Turn]]:
        """Return what a pool asks, in order, and where the answers to it lead."""
        asked: list[int] = []
        turns: list[Turn] = []
        for question_id in self.drawn[self.pools[place].id]:
            asked.append(question_id)
            turns.append(turn_of(self.questions[question_id], given.get(question_id)))
            if turns[-1].ends_pool:
                break
        return asked, turns

    def steps(self, given: Given) -> Iterator[tuple[int, list[int]]]:
        """Yield each pool of the walk by its place, with what it asks."""
        place: int | None = 0 if self.pools else None
        while place is not None:
            asked, turns = self.asked_in(place, given)
            yield place, asked
            place = self.place_after(place, turns)


def walk(content: ExamContent, paper: Paper, given: Given) -> list[int]:
    """Return the questions on the walk, in the order asked, plain information included.

    Of what is not answered yet it takes the way of somebody who leaves everything empty.
    """
    return [one for _, asked in Route(content, paper).steps(given) for one in asked]


def asked_questions(
    content: ExamContent, paper: Paper, answers: Mapping[str, Mapping[str, object]]
) -> list[QuestionContent]:
    """Return the questions that count of an attempt that has ended, in the order of the paper.

    What was never reached is on the walk of what was answered and counts as not answered; what a
    jump went past is not. Only the answers as handed in lead: one that is accepted later, or a
    key that is corrected, changes marks and never what was asked.

    Args:
        content: What the paper was drawn from.
        paper: The candidate's own.
        answers: As frozen at the end: question id → {"value": …}.
    """
    given = {int(one): answer.get("value") for one, answer in answers.items()}
    questions = content.question_map()
    asked = (questions[one] for one in walk(content, paper, given))
    return [question for question in asked if question.is_answerable]


def next_page(content: ExamContent, paper: Paper, index: int, given: Given) -> int | None:
    """Return the index of the page that follows an open one; None when nothing does."""
    asked = set(walk(content, paper, given))
    later = range(index + 1, paper.page_count)
    return next((one for one in later if paper.page(one)[0].id in asked), None)


def may_go_on(content: ExamContent, paper: Paper, index: int, given: Given) -> bool:
    """Whether a page can follow the open one, whatever is answered on it.

    Args:
        content: The frozen exam.
        paper: The candidate's own.
        index: Of the open page.
        given: Answers of closed pages; those of the open one may still change and do not count.
    """
    if not paper.pages:
        return False
    route = Route(content, paper)
    last = paper.page(index)[-1].id
    place = next(at for at, pool in enumerate(route.pools) if last in route.drawn[pool.id])
    drawn = route.drawn[route.pools[place].id]
    if drawn[-1] != last:
        return True
    on_page = {one.id for one in paper.page(index)}
    behind = [turn_of(route.questions[one], given.get(one)) for one in drawn if one not in on_page]
    ahead = [
        turn_of_choices([choice])
        for one in drawn
        if one in on_page
        for choice in route.questions[one].choices
    ]
    ways = [behind, *([*behind, turn] for turn in ahead)]
    return any(_leads_to_questions(route, route.place_after(place, way)) for way in ways)


def _leads_to_questions(route: Route, place: int | None) -> bool:
    while place is not None:
        if route.drawn[route.pools[place].id]:
            return True
        place = route.place_after(place, ())
    return False


@dataclass(frozen=True, slots=True)
class Step:
    """Where somebody is who walks through an exam.

    Attributes:
        page: Index of the open page; None at the end.
        shown: What is on it.
        closed: Indexes of the pages before, in order.
        asked: Questions on all of these pages that take an answer.
        pools: Ids of the sections walked through, in order, the open one included.
    """

    page: int | None
    shown: tuple[DrawnQuestion, ...]
    closed: tuple[int, ...]
    asked: tuple[int, ...]
    pools: tuple[int, ...]


def simulate(content: ExamContent, paper: Paper, given: Given, *, closed: int) -> Step:
    """Return where a student is who has closed so many pages with these answers.

    For authors who try their exam: nothing is stored.
    """
    pages: list[int] = []
    page: int | None = 0 if paper.questions else None
    while page is not None and len(pages) < closed:
        pages.append(page)
        page = next_page(content, paper, page, given)
    shown = paper.page(page) if page is not None else ()
    seen = [one.id for index in pages for one in paper.page(index)] + [one.id for one in shown]
    questions, home = content.question_map(), {}
    for pool in content.pools:
        home.update({question.id: pool.id for question in pool.questions})
    return Step(
        page=page,
        shown=shown,
        closed=tuple(pages),
        asked=tuple(one for one in seen if questions[one].is_answerable),
        pools=tuple(dict.fromkeys(home[one] for one in seen)),
    )
