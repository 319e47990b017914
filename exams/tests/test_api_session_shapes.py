"""What candidates' programs send and get: an allow-list, and values of every kind of answer."""

import pytest
from pydantic import ValidationError

from exams.api.session_shapes import AskedAnswer, AskedQuestion, ResponseIn

SHOWN = {
    "id", "name", "question_type", "widget", "label", "help_text", "required", "text_response",
    "text_response_label", "min_answers", "max_answers", "min_length", "max_length", "min_value",
    "max_value", "answers", "pairs", "response",
}  # fmt: skip


def test_a_candidate_sees_exactly_these_fields() -> None:
    """A new field must be put here by hand, by somebody who asked whether it gives a key away."""
    assert set(AskedQuestion.model_fields) == SHOWN
    assert set(AskedAnswer.model_fields) == {"id", "label", "text_response"}


@pytest.mark.parametrize(
    "value", [True, 7, 7.5, "text", [1, 2], {"1": 2, "3": None}, {"upload": "x"}, None]
)
def test_a_value_keeps_its_type(value: object) -> None:
    body = ResponseIn.model_validate({"question": 1, "value": value})
    assert body.value == value
    assert type(body.value) is type(value)


@pytest.mark.parametrize(
    "body", [{}, {"question": 1, "colour": 2}, {"question": 1, "value": [1] * 201}]
)
def test_what_is_no_response_is_refused(body: object) -> None:
    with pytest.raises(ValidationError):
        ResponseIn.model_validate(body)
