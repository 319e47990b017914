"""Wire messages of the wall and of commands: what the board shows and what people ask for."""

from typing import Literal

import msgspec

from kernel.wire import Message


class CommandIssue(Message, tag="command.issue", tag_field="t"):
    """An invigilator tells attempts to do something.

    Attributes:
        command_id: Client-made UUID of this act; a repeat changes nothing.
        attempts: Attempt ids; at most 500.
        extra_s: Seconds, for extend only.
    """

    command_id: str
    attempts: list[int]
    kind: str
    text: str = ""
    extra_s: int = 0


class IncidentDecide(Message, tag="incident.decide", tag_field="t"):
    """A person decides an incident."""

    incident_id: int
    action: str
    reason: str = ""


class HelpAnswer(Message, tag="help.answer", tag_field="t"):
    """An invigilator answers a raised hand."""

    help_id: str
    reply: str


class WatchFocus(Message, tag="watch.focus", tag_field="t"):
    """An invigilator looks at one student at large, or (None) at nobody."""

    attempt: int | None = None


class AttemptAck(Message, tag="attempt.ack", tag_field="t"):
    """The candidate's browser reports how far a command got."""

    command_id: str
    outcome: Literal["delivered", "applied"]


class AttemptHelp(Message, tag="attempt.help", tag_field="t"):
    """The candidate raises a hand; `help_id` is client-made, a repeat changes nothing."""

    help_id: str
    text: str


class AttemptObserve(Message, tag="attempt.observe", tag_field="t"):
    """The candidate's browser reports a fact.

    Attributes:
        amount: In the unit of the rule for this kind (seconds, characters, times).
        at: Client clock, milliseconds since the epoch.
    """

    kind: str
    amount: float
    at: int


class AttemptExplain(Message, tag="attempt.explain", tag_field="t"):
    """The candidate explains an incident in their own words."""

    incident_id: int
    text: str


class AttemptSync(Message, tag="attempt.sync", tag_field="t"):
    """The candidate's browser asks for everything it has not applied yet."""


class CommandView(msgspec.Struct, frozen=True, kw_only=True):
    """A command as both sides see it. Times in ms since the epoch."""

    id: str
    attempt: int
    seq: int
    kind: str
    text: str
    extra_s: int
    state: str
    by: str
    issued_at: int
    delivered_at: int | None
    applied_at: int | None


class CommandIssued(Message, tag="command.issued", tag_field="t"):
    """Pushed to the candidate; again until it is acknowledged."""

    command: CommandView


class IncidentView(msgspec.Struct, frozen=True, kw_only=True):
    """An incident on the board and on the student's own page."""

    id: int
    attempt: int
    kind: str
    severity: float
    state: str
    first_at: int
    last_at: int
    count: int
    amount: float
    unit: str
    statement: str
    owner: str
    reason: str


class IncidentTold(Message, tag="incident.told", tag_field="t"):
    """Pushed to the candidate: which fact was noticed, so that they can explain at once."""

    incident: IncidentView


class HelpView(msgspec.Struct, frozen=True, kw_only=True):
    """A raised hand."""

    id: str
    attempt: int
    text: str
    asked_at: int
    reply: str
    answered_at: int | None
    answered_by: str


class HelpReplied(Message, tag="help.replied", tag_field="t"):
    """Pushed to the candidate: the answer to a raised hand."""

    help: HelpView


class Watchers(Message, tag="attempt.watched", tag_field="t"):
    """Pushed to the candidate: who looks at the camera now."""

    names: list[str]


class CandidateSync(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to attempt.sync."""

    commands: list[CommandView]
    incidents: list[IncidentView]
    help: list[HelpView]
    watchers: list[str]


class WallCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """What does not change during the sitting about one candidate."""

    attempt: int
    name: str
    initials: str
    seat: str
    room: str


class WallState(msgspec.Struct, frozen=True, kw_only=True):
    """Snapshot of the board.

    Attributes:
        rows: Attempt id (as text) → progress row published by the exam engine.
    """

    sitting: int
    title: str
    state: str
    starts_at: int
    closes_at: int
    total_questions: int
    can_command: bool
    max_extra_s: int
    candidates: list[WallCandidate]
    rows: dict[str, msgspec.Struct]
    net: dict[str, str]
    incidents: list[IncidentView]
    help: list[HelpView]
    commands: list[CommandView]
