"""What was recorded of one attempt, and who looked: read for the student it is about."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from accounts.selectors import user_cards
from exams.selectors.attempts import AttemptFacts
from exams.selectors.sittings import SittingView, sitting_view
from proctoring.domain.incident import IncidentState
from proctoring.domain.link import Link
from proctoring.domain.look import Look, joined
from proctoring.domain.observation import ObservationKind
from proctoring.models import Command, HelpRequest, Incident, LinkChange, Observation, WatchView
from proctoring.texts import (
    INCIDENT_STATES,
    LINKS,
    OBSERVATIONS,
    answered_text,
    asked_text,
    command_text,
    decision_text,
    ended_early_text,
    incident_text,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of an incident; `by` and `reason` are empty while nobody has it."""

    state: str
    tone: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened.

    Attributes:
        text: What, in the reader's language.
        words: The message, question, answer or explanation that goes with it.
        decision: Of an incident, else None.
    """

    at: datetime
    text: str
    words: str = ""
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class NamedLook:
    """Somebody saw the student at large; `ended_at` None while they still do."""

    name: str
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Record:
    """All that proctoring keeps of one attempt.

    Attributes:
        uses_camera: Whether the sitting showed cameras to its invigilators.
        facts: What was reported, by kind → how often; incidents are made of them.
    """

    title: str
    starts_at: datetime
    uses_camera: bool
    lines: list[Line]
    looks: list[NamedLook]
    facts: list[tuple[str, int]]


Names = Callable[[int | None], str]


def record_of(facts: AttemptFacts) -> Record:
    """Return what is recorded of an attempt, oldest first.

    Needs: The caller has seen to it that the reader may see this attempt (policies.own_attempt).

    Budget: 8 queries, however much there is.
    """
    attempt = facts.attempt_id
    commands = list(Command.objects.filter(attempt_id=attempt))
    hands = list(HelpRequest.objects.filter(attempt_id=attempt))
    incidents = list(Incident.objects.filter(attempt_id=attempt))
    looks = joined(_looks(attempt))
    name = _names(
        [one.issued_by_id for one in commands]
        + [one.answered_by_id for one in hands]
        + [one.owner_id for one in incidents]
        + [one.viewer_id for one in looks]
    )
    sitting = sitting_view(facts.sitting_id)
    lines = [
        *_end_lines(sitting, facts),
        *_link_lines(attempt),
        *_command_lines(commands, name),
        *_help_lines(hands, name),
        *_incident_lines(incidents, name),
    ]
    return Record(
        title=sitting.title,
        starts_at=sitting.starts_at,
        uses_camera=facts.camera != "off",
        lines=sorted(lines, key=lambda line: line.at),
        looks=[NamedLook(name(one.viewer_id), one.started_at, one.ended_at) for one in looks],
        facts=_facts(attempt),
    )


def _names(ids: Iterable[int | None]) -> Names:
    cards = user_cards({one for one in ids if one is not None})

    def name(user_id: int | None) -> str:
        return cards[user_id].name if user_id in cards else ""

    return name


def _looks(attempt_id: int) -> list[Look]:
    views = WatchView.objects.filter(attempt_id=attempt_id)
    return [Look(*row) for row in views.values_list("viewer_id", "started_at", "ended_at")]


def _end_lines(sitting: SittingView, facts: AttemptFacts) -> list[Line]:
    """Return the end for everybody, if it stopped this attempt."""
    early = sitting.ended_early
    if early is None or facts.started_at is None or facts.deadline != early.at:
        return []
    return [Line(early.at, ended_early_text(), early.reason)]


def _link_lines(attempt_id: int) -> list[Line]:
    changes = LinkChange.objects.filter(attempt_id=attempt_id).order_by("number")
    return [Line(one.at, str(LINKS[Link(one.link), one.is_back])) for one in changes]


def _command_lines(commands: Iterable[Command], name: Names) -> list[Line]:
    return [
        Line(one.issued_at, command_text(one.kind, name(one.issued_by_id), one.extra_s), one.text)
        for one in commands
    ]


def _help_lines(hands: Iterable[HelpRequest], name: Names) -> list[Line]:
    asked = [Line(one.asked_at, asked_text(), one.text) for one in hands]
    answered = [
        Line(one.answered_at, answered_text(name(one.answered_by_id)), one.reply)
        for one in hands
        if one.answered_at is not None
    ]
    return asked + answered


def _incident_lines(incidents: Iterable[Incident], name: Names) -> list[Line]:
    return [
        Line(
            one.first_at,
            incident_text(one.kind, one.amount, one.count),
            one.statement,
            _decision(one, name),
        )
        for one in incidents
    ]


def _decision(incident: Incident, name: Names) -> Decision:
    word, tone = INCIDENT_STATES[IncidentState(incident.state)]
    by = decision_text(incident.state, name(incident.owner_id))
    return Decision(str(word), tone, by, incident.reason)


def _facts(attempt_id: int) -> list[tuple[str, int]]:
    counted: Mapping[str, int] = dict(
        Observation.objects.filter(attempt_id=attempt_id)
        .values_list("kind")
        .annotate(count=Count("pk"))
        .order_by("kind")
    )
    return [(str(OBSERVATIONS[ObservationKind(kind)]), count) for kind, count in counted.items()]
