"""The questions of an exam with their figures."""

from decimal import Decimal

import pytest

from exams.domain.answer import QuestionKind
from exams.domain.corrections import Correction, Overlay, Remedy
from exams.domain.doubts import Doubt
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.selectors import question_statistics
from exams.selectors.question_statistics import QuestionLine, part_lines, question_lines
from exams.selectors.statistics import exam_statistics
from exams.tests.conftest import PERCENT, Cast
from exams.tests.marked import Marked, right_or_wrong, take


def lines_of(marked: Marked, overlay: Overlay | None = None) -> list[QuestionLine]:
    return question_lines(
        marked.exam_id, exam_statistics(marked.exam_id, [marked.sitting_id]), overlay or {}
    )


def test_questions_are_numbered_as_they_were_written(cast: Cast) -> None:
    info = QuestionDraft(name="read", kind=QuestionKind.INFO, prompt="Read this")
    marked = take(
        cast, [(None, "right")], questions=[info, right_or_wrong("a"), right_or_wrong("b")]
    )
    assert [(one.number, one.question.name) for one in lines_of(marked)] == [(1, "a"), (2, "b")]


def test_unchosen_choices_are_listed_too(cast: Cast) -> None:
    marked = take(cast, [("right",), ("right",), ("wrong",)], questions=[right_or_wrong("q")])
    listed, others = part_lines(lines_of(marked)[0])
    assert [(one.named.text, one.named.is_key, one.count) for one in listed] == [
        ("right", True, 2),
        ("wrong", False, 1),
        ("odd", False, 0),
    ]
    assert others == 0


def test_a_wrong_choice_that_is_preferred_is_a_doubt(cast: Cast) -> None:
    rows = [("wrong",)] * 7 + [("right",)] * 3
    (line,) = lines_of(take(cast, rows, questions=[right_or_wrong("q")]))
    assert line.doubts == (Doubt.WRONG_BEATS_KEY, Doubt.UNUSED)


def test_typed_values_are_listed_by_how_often_they_came(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(question_statistics, "MOST_VALUES", 2)
    word = QuestionDraft(
        name="w",
        kind=QuestionKind.CHAR,
        prompt="?",
        choices=(ChoiceDraft("Paris", fraction=PERCENT),),
    )
    rows = [("rome",), ("Paris",), ("PARIS ",), ("bern",), ("rome",), ("oslo",), ("rome",)]
    listed, others = part_lines(lines_of(take(cast, rows, questions=[word]))[0])
    assert [(one.named.text, one.named.is_key, one.count) for one in listed] == [
        ("rome", False, 3),
        ("paris", True, 2),
    ]
    assert others == 2


def test_of_pairs_only_the_right_and_the_chosen_ones_are_listed(cast: Cast) -> None:
    pairs = QuestionDraft(
        name="m",
        kind=QuestionKind.MATCHING,
        prompt="?",
        choices=tuple(
            ChoiceDraft(left, match=right, fraction=PERCENT)
            for left, right in (("1", "one"), ("2", "two"), ("3", "three"))
        ),
    )
    (line,) = lines_of(take(cast, [(None,)], questions=[pairs]))
    listed, _others = part_lines(line)
    assert [one.named.text for one in listed] == ["1 → one", "2 → two", "3 → three"]
    assert all(one.count == 0 for one in listed)


def test_right_is_what_was_corrected_since(cast: Cast) -> None:
    marked = take(cast, [("wrong",), ("right",)], questions=[right_or_wrong("q")])
    shares = {
        str(choice.key): Decimal(100 if choice.text == "wrong" else 0)
        for choice in marked.questions[0].choices
    }
    overlay = {marked.questions[0].id: Correction(remedy=Remedy.KEY, shares=shares)}
    listed, _others = part_lines(lines_of(marked, overlay)[0])
    assert [one.named.text for one in listed if one.named.is_key] == ["wrong"]
