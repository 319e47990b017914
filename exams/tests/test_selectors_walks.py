"""An author walks as a student; the reasons that are told are those of the walk."""

from dataclasses import replace
from fractions import Fraction

import pytest

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.policy import Navigation
from exams.errors import ExamUnknown
from exams.models import Attempt, Choice
from exams.selectors.walks import navigation_of, walk_exam
from exams.services import pools
from exams.services.questions import add_question
from exams.tests.conftest import PERCENT, Cast
from exams.tests.pages import draft_exam, questions_of

pytestmark = pytest.mark.django_db


def choice_question(name: str, *choices: ChoiceDraft) -> QuestionDraft:
    return QuestionDraft(name=name, kind=QuestionKind.CHOICE, prompt=name, choices=choices)


def branching_exam(cast: Cast) -> int:
    """One → (easy: two, hard: three, stop: end) → end of each."""
    exam_id, one = draft_exam(cast, questions=False)
    two, three = pools.add_pool(exam_id, name="Two"), pools.add_pool(exam_id, name="Three")
    gate = choice_question(
        "gate",
        ChoiceDraft("easy", fraction=PERCENT),
        ChoiceDraft("hard", fraction=PERCENT, next_question_pool=three, end_question_pool=True),
        ChoiceDraft("stop", end_exam=True),
    )
    rest = choice_question("rest", ChoiceDraft("a", fraction=PERCENT), ChoiceDraft("b"))
    for pool_id, drafts in ((one, [gate, rest]), (two, [rest]), (three, [rest])):
        for draft in drafts:
            add_question(pool_id, replace(draft, name=f"{draft.name}-{pool_id}"))
    pools.update_pool(
        two, name="Two", randomize_questions=False, number_to_answer=None, next_question_pool=three
    )
    return exam_id


def answer(exam_id: int, text: str) -> dict[int, object]:
    gate = questions_of(exam_id)[0]
    key = Choice.objects.get(question_id=gate, text=text).key
    return {gate: [key]}


def names(exam_id: int, text: str) -> list[tuple[str, str | None]]:
    stop = walk_exam(exam_id, seed="1", given=answer(exam_id, text), closed=99)
    assert stop.questions == []
    return [(leg.pool, leg.following) for leg in stop.legs]


def test_each_answer_takes_its_own_way(cast: Cast) -> None:
    exam_id = branching_exam(cast)
    assert names(exam_id, "easy") == [("Part one", "Two"), ("Two", "Three"), ("Three", None)]
    assert names(exam_id, "hard") == [("Part one", "Three"), ("Three", None)]
    assert names(exam_id, "stop") == [("Part one", None)]


def test_the_reason_is_the_answer_the_section_or_the_order(cast: Cast) -> None:
    exam_id = branching_exam(cast)
    first, second, _third = walk_exam(
        exam_id, seed="1", given=answer(exam_id, "easy"), closed=99
    ).legs
    assert (first.question, first.by_section) == ("", False)
    assert second.by_section
    (hard, _end) = walk_exam(exam_id, seed="1", given=answer(exam_id, "hard"), closed=99).legs
    assert (hard.answer, hard.question[:4], hard.left_at[:4]) == ("hard", "gate", "gate")
    (stop,) = walk_exam(exam_id, seed="1", given=answer(exam_id, "stop"), closed=99).legs
    assert stop.answer == "stop"


def test_pages_open_one_after_the_other_and_the_end_tells_the_points(cast: Cast) -> None:
    exam_id = branching_exam(cast)
    start = walk_exam(exam_id, seed="1", given={}, closed=0)
    assert [question.prompt_html for question in start.questions] == ["<p>gate</p>"]
    assert (start.legs, start.outcome) == ((), None)
    over = walk_exam(exam_id, seed="1", given=answer(exam_id, "easy"), closed=99)
    assert over.outcome is not None
    assert (over.outcome.points, over.outcome.possible) == (Fraction(1), Fraction(4))
    assert over.answered == (1, 4)
    assert not over.outcome.passed


def test_questions_are_counted_along_the_way_as_in_the_exam_room(cast: Cast) -> None:
    exam_id = branching_exam(cast)
    stop = walk_exam(exam_id, seed="1", given=answer(exam_id, "easy"), closed=1)
    assert [one.number for one in stop.questions] == [2]
    after_jump = walk_exam(exam_id, seed="1", given=answer(exam_id, "hard"), closed=1)
    assert [one.number for one in after_jump.questions] == [2]


def test_nothing_is_stored_and_an_unknown_exam_is_unknown(cast: Cast) -> None:
    walk_exam(branching_exam(cast), seed="1", given={}, closed=3)
    assert not Attempt.objects.exists()
    with pytest.raises(ExamUnknown):
        walk_exam(0, seed="1", given={}, closed=0)


def test_the_exam_says_how_it_is_walked_through() -> None:
    assert navigation_of({"navigation": "linear"}) is Navigation.LINEAR
    assert navigation_of({"navigation": "sideways"}) is Navigation.FREE
    assert navigation_of({}) is Navigation.FREE
