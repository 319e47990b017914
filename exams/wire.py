"""Shapes on the wire of the exam engine: candidate HTTP and the attempt, sitting and wall topics.

What a candidate gets is an allow-list: nothing here has room for a key, a fraction or a
rejoinder. Times are whole milliseconds since the Unix epoch.
"""

from typing import Annotated, Final

import msgspec

from exams.domain.answer import MAX_PARTS, MAX_TEXT, QuestionKind
from exams.domain.policy import Camera, ChatLock, Navigation
from exams.domain.states import AttemptState, SittingState
from kernel.wire import Message

MAX_SAVE_BYTES: Final = 1024 * 1024
MAX_ANSWERS: Final = 20

# A browser's clock may have fractions of a millisecond; they are dropped.
Millis = Annotated[float, msgspec.Meta(ge=0, le=4_102_444_800_000)]
Seq = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
Short = Annotated[str, msgspec.Meta(max_length=300)]
AnswerValue = (
    bool
    | Text
    | Annotated[list[int], msgspec.Meta(max_length=MAX_PARTS)]
    | Annotated[dict[Short, Short | int | None], msgspec.Meta(max_length=MAX_PARTS)]
    | None
)


# ── What the candidate's browser sends ──────────────────────────────────────────────────────
class TakeLease(Message, frozen=True):
    """Ask to be the one tab that writes. `connection` is the tab's own socket, to be spared."""

    device: Annotated[str, msgspec.Meta(max_length=120)] = ""
    connection: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class StartAttempt(Message, frozen=True):
    """Begin; idempotent."""

    lease: str


class AnswerIn(Message, frozen=True):
    """One answer with the client's own counter for its question.

    `text` is what stands beside it, where the question or a chosen choice asks for one; a change
    of either counts the same counter up.
    """

    question: Id
    seq: Seq
    value: AnswerValue
    client_at: Millis | None = None
    text: Text | None = None


class SaveAnswers(Message, frozen=True):
    """A batch of answers."""

    lease: str
    answers: Annotated[list[AnswerIn], msgspec.Meta(min_length=1, max_length=MAX_ANSWERS)]


class SubmitAttempt(Message, frozen=True):
    """Hand in, naming every answer the client believes is stored: question id → seq."""

    lease: str
    digest: Annotated[dict[str, Seq], msgspec.Meta(max_length=1000)]


class AdvancePage(Message, frozen=True):
    """Close the open page for good and go on; `digest` as for the hand-in, of this page."""

    lease: str
    page: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    digest: Annotated[dict[str, Seq], msgspec.Meta(max_length=1000)]


# ── What it gets back ───────────────────────────────────────────────────────────────────────
class Leased(msgspec.Struct, frozen=True):
    """The fencing token of this tab."""

    lease: str


class PaperChoice(msgspec.Struct, frozen=True):
    """An option as shown; who takes one with `text_response` may add a text."""

    id: int
    html: str
    text_response: bool = False


class PaperQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question as shown. For matching, `lefts` are to be paired with `choices`.

    `number` counts what can be answered, from 1; it is 0 for plain information. `widget` is how
    to draw it, empty for kinds that are drawn in one way only. A question for a value may offer
    `choices`: the answer is then a list of one id, as for a choice.
    """

    id: int
    number: int
    pool: str
    kind: QuestionKind
    prompt_html: str
    help_html: str
    points: str
    required: bool
    multiple: bool
    choices: list[PaperChoice]
    lefts: list[PaperChoice]
    min_answers: int
    max_answers: int | None
    min_length: int
    max_length: int | None
    min_value: str | None
    max_value: str | None
    accept: list[str]
    widget: str
    text_response: bool
    text_response_label: str


class SavedAnswer(msgspec.Struct, frozen=True):
    """The stored answer to one question."""

    seq: int
    value: AnswerValue
    saved_at: int
    text: str | None = None


class EarlyEnd(msgspec.Struct, frozen=True, kw_only=True):
    """A person ended the sitting for everybody. `by` is a role: `chief_invigilator` or `admin`."""

    at: int
    by: str
    reason: str


class SittingCard(msgspec.Struct, frozen=True, kw_only=True):
    """What a candidate may know about the sitting before it starts."""

    id: int
    title: str
    subject: str
    state: SittingState
    lobby_opens_at: int
    starts_at: int
    closes_at: int
    duration_s: int
    grace_s: int
    camera: Camera
    chat_lock: ChatLock
    navigation: Navigation
    early_end: EarlyEnd | None


class PageView(msgspec.Struct, frozen=True, kw_only=True):
    """Where the candidate is: the number of the open page, from 1, and what came before it.

    `is_last` only when nothing can follow, whatever is answered; `asked_before` counts the
    questions of closed pages that took an answer.
    """

    number: int
    is_last: bool
    asked_before: int


class AttemptSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the exam room needs. `lease` is the first 8 characters of the live token.

    `questions` and `answers` are those of the open page; `total` counts the closed ones too.
    """

    attempt: int
    sitting: SittingCard
    state: AttemptState
    version: int
    seat: str
    room: str
    started_at: int | None
    deadline: int | None
    paused_at: int | None
    ended_at: int | None
    duration_s: int
    server_time: int
    lease: str | None
    lease_device: str
    questions: list[PaperQuestion] | None
    answers: dict[str, SavedAnswer]
    total: int
    page: PageView
    last_command_seq: int
    hold_reason: str
    receipt: str | None
    submitted_at: int | None
    answered: int | None


class SaveReply(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored now, by question id; each save doubles as a check for commands.

    `held` names those of the refused questions whose answers are kept for a person's decision.
    """

    saved: dict[str, int]
    refused: dict[str, str]
    held: list[int]
    state: AttemptState
    version: int
    deadline: int
    server_time: int
    last_command_seq: int


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Proof of the hand-in."""

    receipt: str
    submitted_at: int
    answered: int
    total: int


# ── What the sockets push ───────────────────────────────────────────────────────────────────
class AttemptChanged(
    msgspec.Struct, frozen=True, kw_only=True, tag="attempt.changed", tag_field="t"
):
    """The attempt moved, or its deadline did. The snapshot of `attempt:<id>` has the same shape."""

    state: AttemptState
    version: int
    started_at: int | None
    deadline: int | None
    paused_at: int | None
    ended_at: int | None
    reason: str
    last_command_seq: int
    early_end: EarlyEnd | None


class LeaseTaken(
    msgspec.Struct, frozen=True, kw_only=True, tag="attempt.lease_taken", tag_field="t"
):
    """Another tab writes from now on. `lease` is the first 8 characters of its token."""

    lease: str
    device: str


class SittingChanged(
    msgspec.Struct, frozen=True, kw_only=True, tag="sitting.changed", tag_field="t"
):
    """The sitting moved. The snapshot of `sitting:<id>` has the same shape."""

    state: str
    lobby_opens_at: int
    starts_at: int
    closes_at: int
    duration_s: int
    early_end: EarlyEnd | None


class ProgressValue(msgspec.Struct, frozen=True, kw_only=True):
    """What changes on the wall while a candidate works. Published on `wall:<sitting>`.

    While `paused_at` is set the clock stands there: the deadline moves when the attempt goes on.
    """

    state: str
    started_at: int | None
    deadline: int | None
    paused_at: int | None
    ended_at: int | None
    answered: int
    total: int
    current: int | None
    last_saved_at: int | None
    reason: str


class ProgressRow(ProgressValue, frozen=True, kw_only=True):
    """A whole tile: who, where, how far, and what invigilators have to know of this candidate.

    `exemptions` are of exams.domain.accommodation; `breaks` of `break_s` seconds each are allowed.
    """

    attempt: int
    student: int
    name: str
    seat: str
    room: str
    checked_in_at: int | None
    late_answers: int
    exemptions: list[str]
    breaks: int
    break_s: int
    note: str
