"""Shapes of the API: an unknown field is an error, and a change names only what changes."""

import pytest
from pydantic import ValidationError

from exams.api.session_shapes import ResponseIn
from exams.api.shapes import AnswerIn, ExamChange, ExamQuery, QuestionChange, QuestionIn


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


@pytest.mark.parametrize(
    "hostile",
    [
        {"label": "a\x00b"},
        {"answers": [{"label": "a\x00b"}]},
        {"answers": [{"tolerance": "1e30"}]},
        {"answers": [{"fraction": "1e-999999"}]},
        {"answers": [{"next_question_pool": 2**63}]},
        {"points": "1e-999999"},
        {"points": "0.005"},
        {"min_value": "1e25"},
        {"max_answers": 2**31},
        {"max_length": 2**31},
        {"order": 2**31 - 1},
    ],
)
def test_what_no_column_holds_is_refused(hostile: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        QuestionIn.model_validate({"question_type": "choice", "label": "?", **hostile})


@pytest.mark.parametrize("asked", [{"title": "\x00"}, {"name": "\x00"}, {"offset": 2**63}])
def test_a_search_that_no_column_takes_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ExamQuery.model_validate(asked)
    assert ExamQuery.model_validate({"unknown": "1"}).offset == 0


@pytest.mark.parametrize("question", [0, 2**63])
def test_a_response_names_a_question_that_can_exist(question: int) -> None:
    with pytest.raises(ValidationError):
        ResponseIn.model_validate({"question": question, "value": "x"})
