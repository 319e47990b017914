"""Words of results and statistics: what an answer came to, what is conspicuous and by which rule."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from exams.domain.doubts import Doubt
from exams.domain.reliability import Undefined

if TYPE_CHECKING:  # lazy texts have a type in the stubs only
    from django_stubs_ext import StrOrPromise as Text

UNDEFINED: "Mapping[Undefined, Text]" = {
    Undefined.FEW_CANDIDATES: _("it needs at least two graded papers"),
    Undefined.FEW_QUESTIONS: _("it needs at least two questions that carry points"),
    Undefined.OTHER_QUESTIONS: _(
        "not everybody was asked the same questions, because a section draws some or the path "
        "branches"
    ),
    Undefined.NO_SPREAD: _("all papers reached the same points"),
}

# The word on the chip, and the rule that found it.
DOUBTS: "Mapping[Doubt, tuple[Text, Text]]" = {
    Doubt.NEGATIVE: (
        _("Negative discrimination"),
        _("Who reached more in the other questions reached less in this one."),
    ),
    Doubt.NOBODY: (_("Nobody right"), _("Nobody reached any of its points.")),
    Doubt.EVERYBODY: (_("Everybody right"), _("Everybody reached all of its points.")),
    Doubt.WRONG_BEATS_KEY: (
        _("Wrong choice preferred"),
        _("A wrong choice was given more often than every right one."),
    ),
    Doubt.WRONG_DRAWS_UPPER: (
        _("Wrong choice draws the best"),
        _("A wrong choice was given more often in the upper group than in the lower."),
    ),
    Doubt.UNUSED: (_("Unused choice"), _("Nobody gave one of the wrong choices.")),
    Doubt.OMITTED: (_("Often left out"), _("More than a quarter gave no answer.")),
}

# By the value of exams.views.overview.Outcome: word and tone.
OUTCOMES: "Mapping[str, tuple[Text, str]]" = {
    "full": (_("Right"), "ok"),
    "partly": (_("Partly right"), "attention"),
    "none": (_("Wrong"), "critical"),
    "unanswered": (_("Unanswered"), "offline"),
    "waiting": (_("Waits for a grader"), "waiting"),
    "uncounted": (_("Not counted"), "done"),
}
