"""Reads of the wall: views of commands, incidents and help, and the whole board at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.roles import Role
from accounts.selectors import UserCard, staff_of_class, user_card, user_cards
from exams.selectors.progress import wall_rows
from exams.selectors.sittings import SittingView, candidate_ids
from kernel.clock import to_millis, to_millis_or_none
from proctoring.domain.command import DeliveryState
from proctoring.domain.observation import RULES, ObservationKind
from proctoring.messages import (
    CandidateSync,
    CommandView,
    HelpView,
    IncidentView,
    LinkView,
    NetView,
    WallState,
)
from proctoring.models import (
    Assignment,
    Command,
    HelpRequest,
    Incident,
    LinkChange,
    WatchView,
)
from proctoring.watch import Watch
from realtime.leases import states_of
from realtime.presence import Seat

RECENT_COMMANDS = 50
RECENT_LINKS = 100
Names = Mapping[int, str]
INVIGILATORS = frozenset({Role.INVIGILATOR, Role.CHIEF_INVIGILATOR})


@dataclass(frozen=True, slots=True)
class Assigned:
    """An invigilator of a sitting, and since when they are assigned to it."""

    person: UserCard
    since: datetime


def command_view(command: Command, names: Names | None = None) -> CommandView:
    """Return a command as both sides see it; one query for the name unless `names` has it."""
    return CommandView(
        id=str(command.pk),
        attempt=command.attempt_id,
        seq=command.seq,
        kind=command.kind,
        text=command.text,
        extra_s=command.extra_s,
        state=command.state,
        by=_name(command.issued_by_id, names),
        issued_at=to_millis(command.issued_at),
        delivered_at=to_millis(command.delivered_at) if command.delivered_at else None,
        applied_at=to_millis(command.applied_at) if command.applied_at else None,
    )


def incident_view(incident: Incident, names: Names | None = None) -> IncidentView:
    """Return an incident as the board and the student see it; for `names` see command_view."""
    return IncidentView(
        id=incident.pk,
        attempt=incident.attempt_id,
        kind=incident.kind,
        severity=incident.severity,
        state=incident.state,
        first_at=to_millis(incident.first_at),
        last_at=to_millis(incident.last_at),
        count=incident.count,
        amount=incident.amount,
        unit=RULES[ObservationKind(incident.kind)].unit,
        statement=incident.statement,
        owner=_name(incident.owner_id, names),
        reason=incident.reason,
        decided_at=to_millis_or_none(incident.decided_at),
    )


def help_view(request: HelpRequest, names: Names | None = None) -> HelpView:
    """Return a raised hand as both sides see it; for `names` see command_view."""
    return HelpView(
        id=str(request.pk),
        attempt=request.attempt_id,
        text=request.text,
        asked_at=to_millis(request.asked_at),
        reply=request.reply,
        answered_at=to_millis(request.answered_at) if request.answered_at else None,
        answered_by=_name(request.answered_by_id, names),
    )


def _name(user_id: int | None, names: Names | None) -> str:
    if user_id is None:
        return ""
    return user_card(user_id).name if names is None else names[user_id]


@dataclass(frozen=True, slots=True)
class _Acts:
    """What people did, as both sides see it."""

    commands: list[CommandView]
    incidents: list[IncidentView]
    help: list[HelpView]


def _acts(
    commands: QuerySet[Command], incidents: QuerySet[Incident], hands: QuerySet[HelpRequest]
) -> _Acts:
    """Return the views of these rows. Four queries: the rows, and the names of all at once."""
    people = {
        *(row.issued_by_id for row in commands),
        *(row.owner_id for row in incidents),
        *(row.answered_by_id for row in hands),
    }
    cards = user_cards(user_id for user_id in people if user_id is not None)
    names = {user_id: card.name for user_id, card in cards.items()}
    return _Acts(
        commands=[command_view(row, names) for row in commands],
        incidents=[incident_view(row, names) for row in incidents],
        help=[help_view(row, names) for row in hands],
    )


def _acts_of_sitting(sitting_id: int) -> _Acts:
    """Return the latest commands and every incident, newest first, and every hand, oldest first."""
    mine = Command.objects.filter(attempt__sitting_id=sitting_id, is_of_ledger=False)
    commands = mine.order_by("-issued_at")
    return _acts(
        commands[:RECENT_COMMANDS],
        Incident.objects.filter(attempt__sitting_id=sitting_id).order_by("-last_at"),
        HelpRequest.objects.filter(attempt__sitting_id=sitting_id).order_by("asked_at"),
    )


def link_view(change_id: int) -> LinkView:
    """Return a loss or a return as the board shows it."""
    return _link_view(LinkChange.objects.get(pk=change_id))


def links_of_sitting(sitting_id: int) -> list[LinkView]:
    """Return the latest losses and returns of a sitting, newest first."""
    rows = LinkChange.objects.filter(attempt__sitting_id=sitting_id).order_by("-at", "-pk")
    return [_link_view(row) for row in rows[:RECENT_LINKS]]


def _link_view(change: LinkChange) -> LinkView:
    return LinkView(
        id=change.pk,
        attempt=change.attempt_id,
        link=change.link,
        is_back=change.is_back,
        at=to_millis(change.at),
    )


def candidate_sync(attempt_id: int) -> CandidateSync:
    """Return what the candidate's browser must know after a (re)connection.

    Commands are those that it has not applied. All oldest first.

    Budget: 3 queries for commands, incidents and help, 1 for the names in them, 2 for who looks.
    """
    commands = Command.objects.filter(attempt_id=attempt_id).exclude(state=DeliveryState.APPLIED)
    acts = _acts(
        commands.order_by("seq"),
        Incident.objects.filter(attempt_id=attempt_id).order_by("first_at"),
        HelpRequest.objects.filter(attempt_id=attempt_id).order_by("asked_at"),
    )
    return CandidateSync(
        commands=acts.commands,
        incidents=acts.incidents,
        help=acts.help,
        watchers=watcher_names(attempt_id),
    )


def wall_state(watch: Watch) -> WallState:
    """Return the whole board of a sitting for one person.

    Budget: 1 query for the rows, 4 for incidents, help, commands and links, 1 for the names of
    those who acted, 1 look-up of presence.
    """
    sitting = watch.sitting
    rows = wall_rows(sitting.id)
    acts = _acts_of_sitting(sitting.id)
    seats = {attempt: Seat(row.student, attempt) for attempt, row in rows.items()}
    presence = states_of(seats.values())
    return WallState(
        sitting=sitting.id,
        title=sitting.title,
        state=sitting.state,
        starts_at=to_millis(sitting.starts_at),
        closes_at=to_millis(sitting.closes_at),
        ended_early_at=to_millis(sitting.ended_early.at) if sitting.ended_early else None,
        can_command=watch.can_command,
        can_lead=watch.can_lead,
        max_extra_s=int(watch.max_extra.total_seconds()),
        rows={str(attempt): row for attempt, row in rows.items()},
        net={
            str(attempt): NetView(state=presence[seat].value, since=None)
            for attempt, seat in seats.items()
            if seat in presence
        },
        incidents=acts.incidents,
        help=acts.help,
        commands=acts.commands,
        links=links_of_sitting(sitting.id),
    )


def assigned_to(sitting_id: int) -> list[Assigned]:
    """Return the invigilators assigned to a sitting, by name. Two queries."""
    rows = Assignment.objects.filter(sitting_id=sitting_id)
    since = dict(rows.values_list("invigilator_id", "created_at"))
    people = sorted(user_cards(since).values(), key=lambda card: card.name)
    return [Assigned(person=card, since=since[card.id]) for card in people]


def assignable_to(sitting: SittingView) -> list[UserCard]:
    """Return who may be assigned to a sitting and is not yet, by name."""
    staff = staff_of_class(sitting.class_group_id, INVIGILATORS)
    taken = {one.person.id for one in assigned_to(sitting.id)} | set(candidate_ids(sitting.id))
    return [card for card in staff if card.id not in taken]


def watcher_names(attempt_id: int) -> list[str]:
    """Return who looks at this student at large right now, by name."""
    ids = WatchView.objects.filter(attempt_id=attempt_id, ended_at=None).values_list(
        "viewer_id", flat=True
    )
    return sorted(card.name for card in user_cards(list(ids)).values())
