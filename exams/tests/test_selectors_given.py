"""What was given, as people read it: safe, by what it names, never by keys."""

import pytest

from exams.domain.answer import QuestionKind
from exams.domain.content import ChoiceContent, QuestionContent
from exams.selectors import given
from exams.selectors.contents import approved_content
from exams.tests.conftest import Taking


def test_what_was_given_is_shown_as_safe_html(running: Taking) -> None:
    exam = running.attempt.sitting.exam
    first, second, third, _ = approved_content(exam.pk, exam.content_hash).question_map().values()
    right = first.choices[0]
    assert given.given_html(first, [right.key]) == (right.html,)
    assert given.given_html(second, "<script>") == ("&lt;script&gt;",)
    assert given.given_html(third, None) == ()


@pytest.mark.parametrize("value", ["nonsense", 7, {"1": 2}])
def test_what_is_no_list_of_choices_is_no_text_either(running: Taking, value: object) -> None:
    exam = running.attempt.sitting.exam
    first = approved_content(exam.pk, exam.content_hash).question_map()[running.questions[0]]
    assert given.given_html(first, value) == ("?",)


def test_an_invalid_choice_is_shown_by_what_it_names_and_never_by_keys(running: Taking) -> None:
    exam = running.attempt.sitting.exam
    first = approved_content(exam.pk, exam.content_hash).question_map()[running.questions[0]]
    right, wrong = first.choices
    both = [987654321, str(wrong.key), right.key]
    assert given.given_html(first, both) == (right.html, wrong.html, "?")


def test_invalid_pairs_are_shown_by_what_they_name() -> None:
    def pair(key: int, left: str, right: str) -> ChoiceContent:
        return ChoiceContent(
            key=key, text=left, html=left, match_key=key + 100, match=right, match_html=right
        )

    question = QuestionContent(
        id=1,
        name="",
        kind=QuestionKind.MATCHING,
        prompt="p",
        prompt_html="p",
        choices=(pair(1, "a", "A"), pair(2, "b", "B")),
    )
    pairs = {"9": "101", "1": 102, "2": None}
    assert given.given_html(question, pairs) == ("a → B", "?")


def test_an_order_is_shown_as_it_was_given() -> None:
    items = tuple(
        ChoiceContent(key=number, text=text, html=text, match_key=number + 10)
        for number, text in enumerate("abc", start=1)
    )
    question = QuestionContent(
        id=1, name="", kind=QuestionKind.ORDERING, prompt="", prompt_html="", choices=items
    )
    assert given.given_html(question, [3, 1, 2]) == ("c", "a", "b")
    assert given.given_html(question, [3, 9]) == ("c", "?")
    assert given.given_html(question, "x") == ("?",)
