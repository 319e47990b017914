"""What a marked paper comes to."""

from decimal import Decimal

import pytest

from exams.domain.answer import QuestionKind
from exams.selectors.results import MarkedAnswer, marked_paper
from exams.tests.conftest import Cast
from exams.tests.marked import right_or_wrong, take
from exams.views.overview import Outcome, outcome_of, overview_of


def answer(points: str | None, possible: str = "2", *, valid: bool | None = True) -> MarkedAnswer:
    return MarkedAnswer(
        question_id=1,
        number=1,
        kind=QuestionKind.CHOICE,
        name="",
        prompt_html="",
        given_html=(),
        upload=None,
        points=None if points is None else Decimal(points),
        possible=Decimal(possible),
        valid=valid,
        correct=None,
        needs_person=False,
        message="",
        comment="",
        marked_by_id=None,
        rejoinder_html="",
    )


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (answer("2"), Outcome.FULL),
        (answer("0.5"), Outcome.PARTLY),
        (answer("0"), Outcome.NONE),
        (answer("-1"), Outcome.NONE),
        (answer("0", valid=False), Outcome.NONE),
        (answer("0", valid=None), Outcome.UNANSWERED),
        (answer("2", valid=None), Outcome.FULL),
        (answer(None), Outcome.WAITING),
        (answer("0", "0"), Outcome.UNCOUNTED),
    ],
)
def test_each_answer_comes_to_one_thing(given: MarkedAnswer, outcome: Outcome) -> None:
    assert outcome_of(given) is outcome


def test_a_paper_is_counted_in_the_order_of_the_words(cast: Cast) -> None:
    marked = take(
        cast, [("wrong", "right", None)], questions=[right_or_wrong(name) for name in "abc"]
    )
    found = overview_of(marked_paper(marked.attempt_ids[0]))
    assert list(found.counts.items()) == [
        (Outcome.FULL, 1),
        (Outcome.NONE, 1),
        (Outcome.UNANSWERED, 1),
    ]
    assert [one.number for one, _outcome in found.outcomes] == [1, 2, 3]
