"""Shapes of the API: an unknown field is an error, and a change names only what changes."""

import pytest
from pydantic import ValidationError

from exams.api.shapes import AnswerIn, ExamChange, QuestionChange, QuestionIn


@pytest.mark.parametrize("shape", [AnswerIn, ExamChange, QuestionChange])
def test_a_field_that_is_not_known_is_refused(shape: type[AnswerIn]) -> None:
    with pytest.raises(ValidationError, match="surprise"):
        shape.model_validate({"surprise": 1})


def test_a_change_says_what_was_given_even_if_it_is_nothing() -> None:
    change = QuestionChange.model_validate({"max_answers": None})
    assert change.model_dump(exclude_unset=True) == {"max_answers": None}


def test_every_field_of_a_new_question_can_be_changed_but_its_type_and_answers() -> None:
    fixed = {"question_type", "answers"}
    assert set(QuestionChange.model_fields) == set(QuestionIn.model_fields) - fixed
