"""Shapes of exam sessions and responses on /api/v1/: what a candidate's program sends and gets.

An allow-list, as in exams/wire.py: there is no field for a key, a jump or a rejoinder of a question
that is still to be answered.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, PlainSerializer

from exams.api.shapes import Id, Strict
from exams.domain.answer import MAX_PARTS, MAX_TEXT, QuestionKind
from exams.domain.numbers import plain
from exams.domain.states import AttemptState

_Part = Annotated[str, Field(max_length=300)]  # as in exams/wire.py
Value = (
    bool
    | int
    | float
    | Annotated[str, Field(max_length=MAX_TEXT)]
    | Annotated[list[int], Field(max_length=MAX_PARTS)]
    | Annotated[dict[_Part, _Part | int | None], Field(max_length=MAX_PARTS)]
    | None
)
Number = Annotated[Decimal, PlainSerializer(plain, return_type=str)]


class SessionIn(Strict):
    """Begin or resume an exam session in a sitting."""

    sitting: Id
    resume: bool = True
    fetch_all: Annotated[bool, Field(description="Return the first questions at once")] = True


class ResponseIn(Strict):
    """One response: `answers` is another name for `value` where answers are chosen."""

    question: Id
    value: Value = None
    answers: Annotated[list[int], Field(max_length=MAX_PARTS)] | None = None
    text: Annotated[str, Field(max_length=MAX_TEXT)] | None = None


class ResponseOut(Schema):
    """What became of a response. Whether it is right is told with the released result."""

    exam_session: int
    question: int
    valid: bool | None
    message: str


class AskedAnswer(Schema):
    """A possible answer as shown. `label` is HTML from a safe list of tags."""

    id: int
    label: str
    text_response: bool


class GivenResponse(Schema):
    """The stored response to a question."""

    value: Value
    text: str | None


class AskedQuestion(Schema):
    """A question as shown; `pairs` are the left-hand sides of a matching question."""

    id: int
    name: str
    question_type: QuestionKind
    widget: str
    label: str
    help_text: str
    required: bool
    text_response: bool
    text_response_label: str
    min_answers: int
    max_answers: int | None
    min_length: int
    max_length: int | None
    min_value: str | None
    max_value: str | None
    answers: list[AskedAnswer]
    pairs: list[AskedAnswer]
    response: GivenResponse | None


class AskedPool(Schema):
    """A question pool with the questions that are asked now."""

    id: int
    name: str
    title: str
    questions: list[AskedQuestion]


class SessionOut(Schema):
    """An exam session; `question_pools` holds what is asked now, or nothing."""

    id: int
    exam: int
    name: str
    title: str
    state: AttemptState
    passing_score: str
    date_started: datetime | None
    date_completed: datetime | None
    deadline: datetime | None
    page: int
    is_last_page: bool
    question_pools: list[AskedPool]


class SessionCard(Schema):
    """One exam session in a list; score and passed only when they were released."""

    id: int
    sitting: int
    title: str
    state: AttemptState
    date_completed: datetime | None
    score: Number | None
    passed: bool | None


class Finished(Schema):
    """The end, or what comes next: then `question_pools` is not empty.

    A survey has neither score nor passed; an exam has both once its results are released.
    """

    id: int
    date_completed: datetime | None
    receipt: str
    score: Number | None
    passed: bool | None
    question_pools: list[AskedPool]


class Missed(Schema):
    """A question that was not answered right, or not validly, and what its author says to it."""

    label: str
    rejoinder: str


class ResultsOut(Schema):
    """The released result."""

    score: Number | None
    passed: bool | None
    missed_questions: list[Missed]
    invalid_questions: list[Missed]


class ReviewedResponse(Schema):
    """One response with its marks, released."""

    exam_session: int
    question: int
    label: str
    value: Any
    text: str
    valid: bool | None
    correct: bool | None
    points: Number
    possible: Number
    rejoinder: str
