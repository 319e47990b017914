"""What is right for each kind of question, as students see it."""

from decimal import Decimal

import pytest

from exams.domain.answer import QuestionKind
from exams.domain.content import ChoiceContent, QuestionContent
from exams.selectors.keys import right_of


def choice(key: int, text: str, fraction: int | None, match: str = "") -> ChoiceContent:
    return ChoiceContent(
        key=key,
        text=text,
        html=text,
        match_key=key + 100,
        match=match,
        match_html=match,
        fraction=None if fraction is None else Decimal(fraction),
    )


def question(kind: QuestionKind, *choices: ChoiceContent) -> QuestionContent:
    return QuestionContent(id=1, name="", kind=kind, prompt="p", prompt_html="p", choices=choices)


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        (
            question(
                QuestionKind.CHOICE, choice(1, "a", 50), choice(2, "b", 0), choice(3, "c", 50)
            ),
            ("a", "c"),
        ),
        (question(QuestionKind.CHOICE, choice(1, "a", None)), ()),
        (question(QuestionKind.INT, choice(1, "4", 100), choice(2, "5", 0)), ("4",)),
        (question(QuestionKind.ORDERING, choice(1, "x", 0), choice(2, "y", 0)), ("x", "y")),
        (question(QuestionKind.MATCHING, choice(1, "l", None, "r")), ("l → r",)),
        (question(QuestionKind.TEXT), ()),
        (question(QuestionKind.FILE), ()),
    ],
)
def test_each_kind_shows_what_is_right(asked: QuestionContent, right: tuple[str, ...]) -> None:
    assert right_of(asked) == right


@pytest.mark.parametrize("truth", ["true", "false"])
def test_a_statement_shows_whether_it_holds(truth: str) -> None:
    (shown,) = right_of(question(QuestionKind.BOOL, choice(1, truth, 100)))
    assert truth in shown
