"""What a person reads when a notice is refused: each reason in a sentence."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.errors import AudienceRefused, TextRefused, TimeRefused

Refusal = TextRefused | TimeRefused | AudienceRefused
REFUSALS: Final = (TextRefused, TimeRefused, AudienceRefused)

_WORDS: Final[Mapping[type[Refusal], Mapping[str, Promise]]] = {
    TextRefused: {
        "empty": _("Write the text in at least one language."),
        "brace": _("There is a single { or }. Variables look like {name}."),
        "unknown_variable": _("There is no variable {%(variable)s}."),
        "needs_sitting": _("{%(variable)s} needs the candidates of a sitting as audience."),
        "too_long": _("This text is too long: %(limit)s SMS at the most."),
    },
    TimeRefused: {
        "past": _("This time has passed. Choose a later one."),
        "lead_without_sitting": _(
            "Only the candidates of a sitting can be reminded before its start."
        ),
        "sitting_cancelled": _("This sitting was cancelled."),
    },
    AudienceRefused: {
        "empty": _("Nobody is in this audience yet."),
        "nobody_reachable": _(
            "Nobody would get this now: no number in this audience is verified and open to messages."
        ),
        "no_number_of_your_own": _("Your profile has no verified phone number for a test."),
    },
}


def text_of(error: Refusal) -> str:
    """Return the sentence for a refusal, its variables filled in."""
    text = str(_WORDS[type(error)].get(str(error.data.get("reason")), _("This is not possible.")))
    return text % {
        "variable": error.data.get("variable", ""),
        "limit": error.data.get("limit", ""),
    }


def field_of(error: Refusal) -> str:
    """Return the composer's field that a refusal belongs to."""
    match error:
        case TextRefused():
            return f"text_{error.data.get('language', 'en')}"
        case TimeRefused():
            return "when"  # always on the screen; the other fields of the time may be hidden
        case AudienceRefused():
            return "audience"
