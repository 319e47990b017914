"""Reads of the wall: views of commands, incidents and help, and the whole board at once."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F

from accounts.selectors import user_card, user_cards
from kernel.clock import to_millis
from proctoring.domain.command import DeliveryState
from proctoring.domain.observation import RULES, ObservationKind
from proctoring.messages import CandidateSync, CommandView, HelpView, IncidentView
from proctoring.models import Command, HelpRequest, Incident, WatchView

RECENT_COMMANDS = 50


def command_view(command: Command) -> CommandView:
    """Return a command as both sides see it."""
    return CommandView(
        id=str(command.pk),
        attempt=command.attempt_id,
        seq=command.seq,
        kind=command.kind,
        text=command.text,
        extra_s=command.extra_s,
        state=command.state,
        by=user_card(command.issued_by_id).name,
        issued_at=to_millis(command.issued_at),
        delivered_at=to_millis(command.delivered_at) if command.delivered_at else None,
        applied_at=to_millis(command.applied_at) if command.applied_at else None,
    )


def incident_view(incident: Incident) -> IncidentView:
    """Return an incident as the board and the student see it."""
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
        owner=user_card(incident.owner_id).name if incident.owner_id else "",
        reason=incident.reason,
    )


def help_view(request: HelpRequest) -> HelpView:
    """Return a raised hand as both sides see it."""
    return HelpView(
        id=str(request.pk),
        attempt=request.attempt_id,
        text=request.text,
        asked_at=to_millis(request.asked_at),
        reply=request.reply,
        answered_at=to_millis(request.answered_at) if request.answered_at else None,
        answered_by=user_card(request.answered_by_id).name if request.answered_by_id else "",
    )


def open_commands(attempt_id: int) -> list[CommandView]:
    """Return the commands that the candidate's browser has not applied, oldest first."""
    rows = Command.objects.filter(attempt_id=attempt_id).exclude(state=DeliveryState.APPLIED)
    return [command_view(row) for row in rows.order_by("seq")]


def commands_of_sitting(sitting_id: int) -> list[CommandView]:
    """Return the latest commands of a sitting, newest first."""
    rows = Command.objects.filter(attempt__sitting_id=sitting_id).order_by("-issued_at")
    return [command_view(row) for row in rows[:RECENT_COMMANDS]]


def incidents_of_sitting(sitting_id: int) -> list[IncidentView]:
    """Return every incident of a sitting, newest first."""
    rows = Incident.objects.filter(attempt__sitting_id=sitting_id).order_by("-last_at")
    return [incident_view(row) for row in rows]


def help_of_sitting(sitting_id: int) -> list[HelpView]:
    """Return every raised hand of a sitting, oldest first."""
    rows = HelpRequest.objects.filter(attempt__sitting_id=sitting_id).order_by("asked_at")
    return [help_view(row) for row in rows]


def candidate_sync(attempt_id: int) -> CandidateSync:
    """Return what the candidate's browser must know after a (re)connection."""
    incidents = Incident.objects.filter(attempt_id=attempt_id).order_by("first_at")
    hands = HelpRequest.objects.filter(attempt_id=attempt_id).order_by("asked_at")
    return CandidateSync(
        commands=open_commands(attempt_id),
        incidents=[incident_view(row) for row in incidents],
        help=[help_view(row) for row in hands],
        watchers=watcher_names(attempt_id),
    )


def watcher_names(attempt_id: int) -> list[str]:
    """Return who looks at this student at large right now, by name."""
    ids = WatchView.objects.filter(attempt_id=attempt_id, ended_at=None).values_list(
        "viewer_id", flat=True
    )
    return sorted(card.name for card in user_cards(list(ids)).values())


def watch_log(attempt_ids: Sequence[int]) -> list[dict[str, object]]:
    """Return who watched these attempts at large, newest first, for the student's own page."""
    views = WatchView.objects.filter(attempt_id__in=attempt_ids).order_by("-started_at")
    return list(
        views.values(
            "attempt_id", "kind", "started_at", "ended_at", viewer_name=F("viewer__full_name")
        )
    )


def attempt_of_command(command_id: UUID) -> int | None:
    """Return whose attempt a command is for."""
    return Command.objects.filter(pk=command_id).values_list("attempt_id", flat=True).first()
