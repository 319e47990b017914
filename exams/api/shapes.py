"""Shapes of exams on /api/v1/: the names of seed 002, and what is ours beside them.

`name` is the identifier in XML documents, `title` and `label` are what people read; "answer" is
what we call a choice. Numbers with decimals are strings, so that nothing is rounded on the way.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from ninja import Schema
from pydantic import ConfigDict, Field, PlainSerializer, field_validator

from exams.domain.answer import QuestionKind
from exams.domain.draft import MAX_LABEL, MAX_PROMPT
from exams.domain.numbers import plain
from exams.domain.states import ExamState
from exams.domain.texts import TextFormat
from exams.domain.widgets import Widget
from exams.selectors.records import MAX_PAGE

Name = Annotated[
    str, Field(max_length=MAX_LABEL, description="Unique in its exam; an XML name, or empty")
]
Text = Annotated[str, Field(max_length=MAX_PROMPT)]
Order = Annotated[int, Field(ge=1, le=10_000, description="From 1; a taken place inserts")]
Number = Annotated[Decimal, PlainSerializer(plain, return_type=str)]
_MOST: Final = 2**31 - 1  # what a column for a count holds
Count = Annotated[int, Field(ge=0, le=_MOST)]
Some = Annotated[int, Field(ge=1, le=_MOST)]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
# No more digits than their columns have; a share may have more, and is rounded.
Points = Annotated[Decimal, Field(ge=0, max_digits=7, decimal_places=2)]
Bound = Annotated[Decimal, Field(max_digits=24, decimal_places=10)]
Tolerance = Annotated[Decimal, Field(ge=0, max_digits=24, decimal_places=10)]
Share = Annotated[Decimal, Field(ge=-100, le=100, decimal_places=30)]
_NUL: Final = "U+0000 cannot be stored"


class Strict(Schema):
    """A body in which a field that is not known is an error, not a wish that nobody hears."""

    model_config = ConfigDict(extra="forbid")


class Written(Strict):
    """A body with texts that are stored: PostgreSQL holds no NUL in any of them."""

    @field_validator("*")
    @classmethod
    def storable(cls, value: Any) -> Any:  # noqa: ANN401 any field of the body
        """Refuse a text that cannot be stored."""
        if isinstance(value, str) and "\x00" in value:
            raise ValueError(_NUL)
        return value


class ExamIn(Written):
    """A new exam, or what to change of one."""

    name: Name = ""
    title: Annotated[str, Field(min_length=1, max_length=200)]
    version_label: Annotated[str, Field(max_length=40)] = "1"
    subject: Annotated[str, Field(max_length=200)] = ""
    passing_score: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)] = Decimal(0)


class ExamChange(Written):
    """What to change of an exam; a field that is left out stays."""

    name: Name | None = None
    title: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    version_label: Annotated[str, Field(max_length=40)] | None = None
    subject: Annotated[str, Field(max_length=200)] | None = None
    passing_score: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)] | None = None


class ExamOut(Schema):
    """One exam version."""

    id: int
    name: str
    title: str
    version_label: str
    subject: str
    state: ExamState
    passing_score: Number
    configuration: dict[str, Any]
    content_hash: str
    review_hash: Annotated[
        str, Field(description="Of an exam in review, where it is read alone; for its approval")
    ] = ""
    created_at: datetime
    question_pools: list[int]


class ExamQuery(Written):
    """Which exams to list: those whose title contains a text, of a name, in a state."""

    model_config = ConfigDict(extra="ignore")

    title: str = ""
    name: str = ""
    state: ExamState | None = None
    offset: Count = 0
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 50


class ExamPage(Schema):
    """One page of a list."""

    count: int
    items: list[ExamOut]


class PoolIn(Written):
    """A new question pool."""

    name: Name = ""
    title: Annotated[str, Field(max_length=200)] = ""
    order: Order | None = None
    randomize_questions: bool = False
    number_to_answer: Some | None = None
    next_question_pool: Id | None = None


class PoolChange(Written):
    """What to change of a question pool; a field that is left out stays."""

    name: Name | None = None
    title: Annotated[str, Field(max_length=200)] | None = None
    order: Order | None = None
    randomize_questions: bool | None = None
    number_to_answer: Some | None = None
    next_question_pool: Id | None = None


class PoolOut(Schema):
    """One question pool."""

    id: int
    exam: int
    name: str
    title: str
    order: int
    randomize_questions: bool
    number_to_answer: int | None
    next_question_pool: int | None
    questions: list[int]


class AnswerIn(Written):
    """A possible answer: an option, a pair, an item to put in order, or a right value.

    `correct` is short for a share of 100 or 0 percent; `fraction` says it exactly. A `match` is
    the right-hand side of a pair.
    """

    name: Name = ""
    order: Order | None = None
    label: Text = ""
    value: Annotated[str, Field(max_length=MAX_LABEL)] = ""
    correct: bool | None = None
    fraction: Share | None = None
    tolerance: Tolerance | None = None
    match: Text = ""
    rejoinder: Text = ""
    text_response: bool = False
    next_question_pool: Id | None = None
    end_question_pool: bool = False
    end_exam: bool = False


class AnswerOut(Schema):
    """A possible answer, key included: for authors only."""

    id: int
    question: int
    order: int
    name: str
    label: str
    value: str
    correct: bool | None
    fraction: Number | None
    tolerance: Number | None
    match: str
    rejoinder: str
    text_response: bool
    next_question_pool: int | None
    end_question_pool: bool
    end_exam: bool


class QuestionIn(Written):
    """A new question; its answers may come with it or be added one by one."""

    question_type: QuestionKind
    label: Text
    title: Annotated[
        str, Field(max_length=200, description="For authors; the label's beginning by default")
    ] = ""
    name: Name = ""
    order: Order | None = None
    format: TextFormat = TextFormat.MARKDOWN
    widget: Widget | None = None
    required: bool = False
    help_text: Text = ""
    rejoinder: Text = ""
    points: Points = Decimal(1)
    all_or_nothing: bool = True
    shuffle_choices: bool = False
    min_answers: Count = 1
    max_answers: Some | None = None
    min_value: Bound | None = None
    max_value: Bound | None = None
    min_length: Count = 0
    max_length: Some | None = None
    text_regex: Annotated[str, Field(max_length=500, description="RE2 syntax, whole match")] = ""
    text_response: bool = False
    text_response_label: Annotated[str, Field(max_length=MAX_LABEL)] = ""
    accept: list[str] = Field(default_factory=list)
    answers: list[AnswerIn] = Field(default_factory=list)


class QuestionChange(Written):
    """What to change of a question; a field that is left out stays, and so do its answers."""

    label: Text | None = None
    title: Annotated[str, Field(max_length=200)] | None = None
    name: Name | None = None
    order: Order | None = None
    format: TextFormat | None = None
    widget: Widget | None = None
    required: bool | None = None
    help_text: Text | None = None
    rejoinder: Text | None = None
    points: Points | None = None
    all_or_nothing: bool | None = None
    shuffle_choices: bool | None = None
    min_answers: Count | None = None
    max_answers: Some | None = None
    min_value: Bound | None = None
    max_value: Bound | None = None
    min_length: Count | None = None
    max_length: Some | None = None
    text_regex: Annotated[str, Field(max_length=500)] | None = None
    text_response: bool | None = None
    text_response_label: Annotated[str, Field(max_length=MAX_LABEL)] | None = None
    accept: list[str] | None = None


class QuestionOut(Schema):
    """One question, key included: for authors only."""

    id: int
    question_pool: int | None
    order: int
    question_type: QuestionKind
    label: str
    title: str
    name: str
    format: TextFormat
    widget: str
    required: bool
    help_text: str
    rejoinder: str
    points: Number
    all_or_nothing: bool
    shuffle_choices: bool
    min_answers: int
    max_answers: int | None
    min_value: Number | None
    max_value: Number | None
    min_length: int
    max_length: int | None
    text_regex: str
    text_response: bool
    text_response_label: str
    accept: list[str]
    answers: list[AnswerOut]


class Made(Schema):
    """The id of what was made."""

    id: int


class Reason(Written):
    """Why; kept in the audit trail."""

    reason: Annotated[str, Field(max_length=2000)]


class Approval(Strict):
    """What the approver has read: the `review_hash` that came with it; without one any will do."""

    review_hash: Annotated[str, Field(max_length=64)] | None = None


class VersionIn(Written):
    """The label of a new version."""

    version_label: Annotated[str, Field(min_length=1, max_length=40)]
