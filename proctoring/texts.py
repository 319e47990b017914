"""Words of proctoring on the server's pages; the board has its own in ui/words.ts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext, gettext_lazy as _, ngettext

from kernel.numerals import in_digits
from proctoring.domain.command import CommandKind
from proctoring.domain.incident import IncidentState
from proctoring.domain.link import Link
from proctoring.domain.observation import RULES, ObservationKind

if TYPE_CHECKING:  # lazy texts have a type in the stubs only
    from django_stubs_ext import StrOrPromise as Text

OBSERVATIONS: "Mapping[ObservationKind, Text]" = {
    ObservationKind.FOCUS_LOST: _("Left the page"),
    ObservationKind.FULLSCREEN_LEFT: _("Left full screen"),
    ObservationKind.PASTE: _("Pasted text"),
    ObservationKind.CAMERA_OFF: _("Camera off"),
    ObservationKind.CAMERA_DENIED: _("Camera refused"),
    ObservationKind.SECOND_DEVICE: _("Second device"),
    ObservationKind.CONNECTION_LOST: _("Connection lost"),
    ObservationKind.CLOCK_JUMP: _("Clock changed"),
}

INCIDENT_STATES: "Mapping[IncidentState, tuple[Text, str]]" = {
    IncidentState.OPEN: (_("Not decided"), "waiting"),
    IncidentState.ACKNOWLEDGED: (_("Being looked into"), "checking"),
    IncidentState.NOTED: (_("Noted"), "done"),
    IncidentState.DISMISSED: (_("Dismissed"), "ok"),
    IncidentState.ESCALATED: (_("Passed on"), "attention"),
}

# (link, is_back) → words
LINKS: "Mapping[tuple[Link, bool], Text]" = {
    (Link.CONNECTION, False): _("Connection lost"),
    (Link.CONNECTION, True): _("Connected again"),
    (Link.CAMERA, False): _("Camera lost"),
    (Link.CAMERA, True): _("Camera is back"),
}

COMMANDS: "Mapping[CommandKind, Text]" = {
    CommandKind.MESSAGE: _("Message from %(name)s"),
    CommandKind.PAUSE: _("Paused by %(name)s"),
    CommandKind.RESUME: _("Resumed by %(name)s"),
    CommandKind.EXTEND: _("%(minutes)s minutes more from %(name)s"),
    CommandKind.FORCE_SUBMIT: _("Handed in by %(name)s"),
    CommandKind.TERMINATE: _("Ended by %(name)s"),
}

TIME_TAKEN = _("%(minutes)s minutes less from %(name)s")


def command_text(kind: str, name: str, extra_s: int) -> str:
    """Say what somebody told the attempt to do."""
    words = TIME_TAKEN if extra_s < 0 else COMMANDS[CommandKind(kind)]
    return str(words) % {"name": name, "minutes": in_digits(abs(round(extra_s / 60)))}


def incident_text(kind: str, amount: float, count: int) -> str:
    """Say what was noticed, how much of it and how often."""
    what = ObservationKind(kind)
    parts = [str(OBSERVATIONS[what]), _amount(RULES[what].unit, round(amount))]
    if count > 1:
        times = ngettext("%(count)s time", "%(count)s times", count)
        parts.append(times % {"count": in_digits(count)})
    return " · ".join(part for part in parts if part)


def decision_text(state: str, name: str) -> str:
    """Say who decided an incident; empty while nobody has it."""
    if not name:
        return ""
    if state == IncidentState.ACKNOWLEDGED:
        return gettext("%(name)s looks into it") % {"name": name}
    return gettext("Decided by %(name)s") % {"name": name}


def ended_early_text() -> str:
    """Say that the exam was ended before its time."""
    return gettext("The exam was ended early for everybody")


def asked_text() -> str:
    """Say that the reader raised a hand."""
    return gettext("You asked for help")


def answered_text(name: str) -> str:
    """Say who answered."""
    return gettext("%(name)s answered") % {"name": name}


def _amount(unit: str, amount: int) -> str:
    words = {
        "seconds": ngettext("%(count)s second", "%(count)s seconds", amount),
        "characters": ngettext("%(count)s character", "%(count)s characters", amount),
    }
    return words[unit] % {"count": in_digits(amount)} if unit in words else ""
