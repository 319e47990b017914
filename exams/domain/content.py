"""The frozen content of an exam version: what is approved, hashed, drawn from and graded (pure).

Ids of choices are random numbers (`key`, `match_key`): neither their order nor their value says
which choice is right, so they may be shown to candidates.
"""

import hashlib
import json
from decimal import Decimal
from typing import Any, Final

import msgspec

from exams.domain.answer import QuestionKind
from exams.domain.rubric import RubricContent

# Kinds whose choices are shown as what they are; a label says nothing there.
DRAWN_WHOLE: Final = frozenset(
    {QuestionKind.CHOICE, QuestionKind.MATCHING, QuestionKind.ORDERING, QuestionKind.INFO}
)


class ChoiceContent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An option, a matching pair, or a right value; see exams.models.Choice."""

    key: int
    text: str
    html: str
    match_key: int
    match: str = ""
    match_html: str = ""
    fraction: Decimal | None = None
    tolerance: Decimal | None = None
    rejoinder_html: str = ""
    xml_id: str = ""
    label: str = ""
    value: str = ""
    text_response: bool = False
    next_question_pool: int | None = None
    end_question_pool: bool = False
    end_exam: bool = False

    @property
    def branches(self) -> bool:
        """Whether who gives this goes another way."""
        return self.next_question_pool is not None or self.end_question_pool or self.end_exam


class QuestionContent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One question with its key."""

    id: int
    name: str
    kind: QuestionKind
    prompt: str
    prompt_html: str
    help_html: str = ""
    rejoinder_html: str = ""
    points: Decimal = Decimal(1)
    required: bool = False
    shuffle_choices: bool = False
    min_answers: int = 1
    max_answers: int | None = 1
    min_value: Decimal | None = None
    max_value: Decimal | None = None
    min_length: int = 0
    max_length: int | None = None
    text_regex: str = ""
    accept: tuple[str, ...] = ()
    choices: tuple[ChoiceContent, ...] = ()
    xml_id: str = ""
    widget: str = ""
    all_or_nothing: bool = False
    text_response: bool = False
    text_response_label: str = ""
    # Left out of the stored form where there is none: the hash of older content stays the same.
    rubric: RubricContent | msgspec.UnsetType = msgspec.UNSET

    @property
    def is_answerable(self) -> bool:
        """Whether a candidate can give an answer: all kinds but plain information."""
        return self.kind is not QuestionKind.INFO

    @property
    def branches(self) -> bool:
        """Whether an answer to it can lead elsewhere."""
        return any(choice.branches for choice in self.choices)

    @property
    def is_gate(self) -> bool:
        """Whether an answer to it can end its section at once."""
        return any(choice.end_question_pool for choice in self.choices)

    @property
    def rights(self) -> tuple[ChoiceContent, ...]:
        """The distinct right-hand sides of a matching question, in authored order."""
        seen: dict[int, ChoiceContent] = {}
        for choice in self.choices:
            if choice.match:
                seen.setdefault(choice.match_key, choice)
        return tuple(seen.values())

    @property
    def labelled(self) -> tuple[ChoiceContent, ...]:
        """Of a question for a value: the values that candidates see by their labels, to pick one.

        Values without a label are keys: nobody sees them.
        """
        if self.kind in DRAWN_WHOLE:
            return ()
        return tuple(choice for choice in self.choices if choice.label)

    @property
    def lefts(self) -> tuple[ChoiceContent, ...]:
        """The left-hand sides of a matching question; a pair without one is only a distractor."""
        return tuple(choice for choice in self.choices if choice.text)


class PoolContent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An ordered section."""

    id: int
    name: str
    randomize_questions: bool = False
    number_to_answer: int | None = None
    questions: tuple[QuestionContent, ...] = ()
    xml_id: str = ""
    next_question_pool: int | None = None


class ExamContent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything an approved exam version consists of.

    `images` binds the pictures of its texts: upload id → SHA-256 of the approved bytes.
    """

    name: str
    version_label: str
    subject: str
    passing_score: Decimal
    pools: tuple[PoolContent, ...]
    xml_id: str = ""
    configuration: dict[str, Any] = msgspec.field(default_factory=dict)
    images: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def branches(self) -> bool:
        """Whether not everybody is asked all that was drawn, in the order of the sections."""
        return any(
            pool.next_question_pool is not None or any(one.branches for one in pool.questions)
            for pool in self.pools
        )

    def question_map(self) -> dict[int, QuestionContent]:
        """Return every question by its id."""
        return {question.id: question for pool in self.pools for question in pool.questions}


def to_json(content: ExamContent) -> dict[str, Any]:
    """Return the content as JSON-safe values; numbers with decimals become strings."""
    built: dict[str, Any] = msgspec.to_builtins(content)
    return built


def from_json(stored: dict[str, Any]) -> ExamContent:
    """Return stored content as its typed form; unknown fields are refused."""
    return msgspec.convert(stored, ExamContent)


def canonical(value: object) -> bytes:
    """Return the one byte form that is hashed: sorted keys, no spaces, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def hash_of(stored: dict[str, Any]) -> str:
    """Return the SHA-256 of the stored form, in hexadecimal."""
    return hashlib.sha256(canonical(stored)).hexdigest()
