"""Words of marking and regrading for people."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from exams.domain.corrections import CorrectionFault, Remedy
from exams.domain.marking import AgreementRule, MarkingState
from exams.domain.regrade import Crossing, RegradeState
from exams.domain.rubric import RubricFault

if TYPE_CHECKING:  # lazy texts have a type in the stubs only
    from django_stubs_ext import StrOrPromise as Text

REGRADE_STATES: "Mapping[RegradeState, tuple[Text, str]]" = {
    RegradeState.DRAFT: (_("Draft"), "offline"),
    RegradeState.PREVIEWED: (_("Waits for approval"), "waiting"),
    RegradeState.APPROVED: (_("Being applied"), "checking"),
    RegradeState.REJECTED: (_("Rejected"), "offline"),
    RegradeState.APPLIED: (_("Applied"), "done"),
}

REMEDIES: "Mapping[Remedy, Text]" = {
    Remedy.KEY: _("Other answers are right"),
    Remedy.POINTS: _("It carries other points"),
    Remedy.VOID: _("It counts for nobody"),
    Remedy.FULL: _("Everybody gets all its points"),
}

# The same, as students read it beside the question.
REMEDIES_TOLD: "Mapping[Remedy, Text]" = {
    Remedy.KEY: _("The right answers of this question were corrected after the exam."),
    Remedy.POINTS: _("The points of this question were corrected after the exam."),
    Remedy.VOID: _("This question does not count, for anybody."),
    Remedy.FULL: _("Everybody gets all points of this question."),
}

CORRECTION_FAULTS: "Mapping[CorrectionFault, Text]" = {
    CorrectionFault.NOT_FOR_KIND: _("This cannot be done with this kind of question."),
    CorrectionFault.NO_FULL_SHARE: _(
        "Nobody could reach the full points: the right answers must add up to 100 percent."
    ),
    CorrectionFault.OUT_OF_RANGE: _("A number is out of range."),
    CorrectionFault.NOT_A_VALUE: _("One of the answers is not a value of this kind."),
    CorrectionFault.NOTHING: _("Say how many points the question carries."),
}

CROSSINGS: "Mapping[Crossing, tuple[Text, str]]" = {
    Crossing.NOW_PASSES: (_("Now passes"), "ok"),
    Crossing.NOW_FAILS: (_("Now fails"), "critical"),
}

MARKING_STATES: "Mapping[MarkingState, tuple[Text, str]]" = {
    MarkingState.WAITING: (_("Waits for the first mark"), "waiting"),
    MarkingState.FIRST_IN: (_("Waits for the second mark"), "waiting"),
    MarkingState.DISPUTED: (_("Two marks differ"), "attention"),
    MarkingState.SETTLED: (_("Marked"), "done"),
}

AGREEMENT_RULES: "Mapping[AgreementRule, Text]" = {
    AgreementRule.AVERAGE: _("Their average counts"),
    AgreementRule.FIRST: _("The first mark counts"),
    AgreementRule.HIGHER: _("The higher mark counts"),
}

RUBRIC_FAULTS: "Mapping[RubricFault, Text]" = {
    RubricFault.NOT_FOR_KIND: _("Only a text or a file is marked by a rubric."),
    RubricFault.TOO_MANY: _("There are too many criteria."),
    RubricFault.NO_NAME: _("The criterion needs a name."),
    RubricFault.TOO_FEW_LEVELS: _("Give two to eight levels, each with points and words."),
    RubricFault.OUT_OF_RANGE: _("Points cannot be below zero."),
    RubricFault.NOT_THE_POINTS: _("The best levels must add up to the points of the question."),
}

# What somebody did to the points of an answer, in its history.
MARK_ACTS: "Mapping[str, Text]" = {
    "given": _("given"),
    "agreed": _("two marks agreed"),
    "reconciled": _("reconciled"),
    "dropped": _("set aside: another answer counts"),
    "regraded": _("changed by a regrade"),
}
