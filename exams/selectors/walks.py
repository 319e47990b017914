"""An exam walked through by its author as a student would: nothing is read but the exam, nothing stored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from exams.domain import paper as papers
from exams.domain.content import ExamContent
from exams.domain.paper import Paper
from exams.domain.policy import Navigation
from exams.domain.scoring import Outcome, mark, total
from exams.domain.walk import Given, Route, Step, carriers, simulate
from exams.selectors.contents import current_content, paper_view
from exams.wire import PaperQuestion


@dataclass(frozen=True, slots=True)
class Leg:
    """How one section was left.

    Attributes:
        pool: Its name.
        following: Name of the next one; None is the end of the exam.
        question: Name of the question whose answer decided; empty when none did.
        answer: What decided, as its author wrote it.
        by_section: The section itself says where it goes on.
        left_at: Name of the question whose answer ended the section at once; empty when none did.
    """

    pool: str
    following: str | None
    question: str = ""
    answer: str = ""
    by_section: bool = False
    left_at: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where somebody stands.

    Attributes:
        questions: Of the open page; empty at the end.
        legs: The sections left behind, in order.
        closed: How many pages are closed.
        answered: Of the questions asked so far, how many were answered, and how many there were.
        outcome: Points of what was asked; only at the end.
    """

    questions: list[PaperQuestion]
    legs: tuple[Leg, ...]
    closed: int
    answered: tuple[int, int]
    outcome: Outcome | None


def walk_exam(exam_id: int, *, seed: str, given: Given, closed: int) -> Stop:
    """Return where a student of this draw is who has closed so many pages with these answers.

    Raises:
        ExamUnknown: There is none.
    """
    return stop_in(current_content(exam_id), seed=seed, given=given, closed=closed)


def stop_in(content: ExamContent, *, seed: str, given: Given, closed: int) -> Stop:
    """Return the same for an exam that is at hand."""
    paper = papers.draw(content, seed, navigation_of(content.configuration))
    step = simulate(content, paper, given, closed=closed)
    questions = content.question_map()
    given = {one: value for one, value in given.items() if one in step.asked}
    marks = [mark(questions[one], given.get(one)) for one in step.asked]
    return Stop(
        questions=_open_questions(content, paper, step),
        legs=tuple(legs_of(content, paper, given, step)),
        closed=len(step.closed),
        answered=(sum(1 for one in marks if one.valid is not None), len(step.asked)),
        outcome=total(marks, content.passing_score) if step.page is None else None,
    )


def _open_questions(content: ExamContent, paper: Paper, step: Step) -> list[PaperQuestion]:
    """Return the open page, counted on from what was asked on this way as in the exam room."""
    if step.page is None:
        return []
    here = {question.id for question in step.shown}
    before = sum(1 for one in step.asked if one not in here)
    return paper_view(content, paper, step.page, asked_before=before)


def navigation_of(configuration: Mapping[str, object]) -> Navigation:
    """Return how an exam wants to be walked through; free where it says nothing."""
    wanted = configuration.get("navigation")
    return next((one for one in Navigation if one == wanted), Navigation.FREE)


def legs_of(content: ExamContent, paper: Paper, given: Given, step: Step) -> Iterator[Leg]:
    """Yield why each section that was left was followed by the next one."""
    route = Route(content, paper)
    left = step.pools if step.page is None else step.pools[:-1]
    following = [*step.pools[1:], None]
    for pool_id, after in zip(left, following, strict=False):
        yield _leg(route, pool_id, after, given)


def _leg(route: Route, pool_id: int, after: int | None, given: Given) -> Leg:
    place = route.places[pool_id]
    pool = route.pools[place]
    asked, turns = route.asked_in(place, given)
    following = None if after is None else route.pools[route.places[after]].name
    question = answer = left_at = ""
    for question_id, turn in zip(asked, turns, strict=True):
        name = route.questions[question_id].name
        left_at = name if turn.ends_pool else left_at
        forward = any(route.places.get(jump, -1) > place for jump in turn.jumps)
        if turn.ends_exam or forward:
            chosen = carriers(route.questions[question_id], given.get(question_id))
            question, answer = name, ", ".join(one.label or one.text for one in chosen)
        if turn.ends_exam:
            break
    own = route.places.get(pool.next_question_pool or 0, -1) > place
    return Leg(
        pool.name, following, question, answer, by_section=own and not question, left_at=left_at
    )
