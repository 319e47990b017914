"""Wire messages of the wall and of commands: what the board shows and what people ask for."""

from typing import Literal

import msgspec

from exams.selectors.progress import ProgressRow
from kernel.wire import Message


class WallCommand(Message, frozen=True):
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


class WallDecide(Message, frozen=True):
    """A person decides an incident."""

    incident_id: int
    action: str
    reason: str = ""


class WallReply(Message, frozen=True):
    """An invigilator answers a raised hand."""

    help_id: str
    reply: str


class WatchAck(Message, frozen=True):
    """The candidate's browser reports how far a command got."""

    command_id: str
    outcome: Literal["delivered", "applied"]


class WatchHelp(Message, frozen=True):
    """The candidate raises a hand; `help_id` is client-made, a repeat changes nothing."""

    help_id: str
    text: str


class WatchObserve(Message, frozen=True):
    """The candidate's browser reports a fact.

    Attributes:
        amount: In the unit of the rule for this kind (seconds, characters, times).
        at: Client clock, milliseconds since the epoch.
    """

    kind: str
    amount: float
    at: int


class WatchExplain(Message, frozen=True):
    """The candidate explains an incident in their own words."""

    incident_id: int
    text: str


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


class CommandIssued(Message, frozen=True, tag="command.issued", tag_field="t"):
    """Pushed to the candidate; again until it is acknowledged."""

    command: CommandView


class IncidentView(msgspec.Struct, frozen=True, kw_only=True):
    """An incident on the board and on the student's own page. `decided_at` in ms since the epoch."""

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
    decided_at: int | None


class IncidentTold(Message, frozen=True, tag="incident.told", tag_field="t"):
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


class HelpReplied(Message, frozen=True, tag="help.replied", tag_field="t"):
    """Pushed to the candidate: the answer to a raised hand."""

    help: HelpView


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """A connection or a camera that went or came back. Time in ms since the epoch."""

    id: int
    attempt: int
    link: str
    is_back: bool
    at: int


class Watchers(Message, frozen=True, tag="watch.changed", tag_field="t"):
    """Pushed to the candidate: who looks at the camera now."""

    names: list[str]


class CandidateSync(msgspec.Struct, frozen=True, kw_only=True):
    """Snapshot of `watch:<attempt>`: all that a candidate's browser must know after a reconnect."""

    commands: list[CommandView]
    incidents: list[IncidentView]
    help: list[HelpView]
    watchers: list[str]


class NetView(msgspec.Struct, frozen=True, kw_only=True):
    """Reachability of one candidate; never a state of the attempt."""

    state: str
    since: int | None


class SittingView(msgspec.Struct, frozen=True, kw_only=True):
    """What changes about the sitting itself."""

    state: str
    starts_at: int
    closes_at: int
    ended_early_at: int | None


class Outcome(msgspec.Struct, frozen=True):
    """Answer to wall.command: attempt id → "issued" or the code of the refusal."""

    outcome: dict[str, str]


class WallState(msgspec.Struct, frozen=True, kw_only=True):
    """Snapshot of the board.

    Attributes:
        rows: Attempt id (as text) → the candidate and how far they got.
        net: Attempt id (as text) → reachability, where it is known.
    """

    sitting: int
    title: str
    state: str
    starts_at: int
    closes_at: int
    ended_early_at: int | None
    can_command: bool
    can_lead: bool
    max_extra_s: int
    rows: dict[str, ProgressRow]
    net: dict[str, NetView]
    incidents: list[IncidentView]
    help: list[HelpView]
    commands: list[CommandView]
    links: list[LinkView]
