"""Words of marking and regrading in templates: `{% load grading %}`."""

from datetime import timedelta

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, ngettext

from exams import texts_grading as texts
from exams.domain.corrections import Correction, Remedy
from exams.domain.marking import MarkingState
from exams.domain.regrade import Crossing, RegradeState
from web.templatetags.web import chip, digits

register = template.Library()


@register.filter
def regrade_chip(state: str) -> SafeString:
    """Draw the state of a regrade."""
    return chip(*texts.REGRADE_STATES[RegradeState(state)])


@register.filter
def crossing_chip(crossing: str) -> SafeString | str:
    """Draw whether a result crosses the pass mark; nothing when it does not."""
    said = texts.CROSSINGS.get(Crossing(crossing))
    return chip(*said) if said else ""


@register.filter
def marking_chip(state: str) -> SafeString:
    """Draw the state of the marking of an answer."""
    return chip(*texts.MARKING_STATES[MarkingState(state)])


@register.filter
def remedy_text(correction: Correction | None) -> str:
    """Return what holds for a question; None takes a correction back."""
    return str(texts.REMEDIES[correction.remedy]) if correction else _("As it was approved")


@register.filter
def remedy_told(remedy: str) -> str:
    """Return what students read about a corrected question."""
    return str(texts.REMEDIES_TOLD[Remedy(remedy)])


@register.filter
def mark_act(act: str) -> str:
    """Return what somebody did to the points of an answer."""
    return str(texts.MARK_ACTS.get(act, act))


@register.filter
def late_by(span: timedelta) -> str:
    """Write by how much an answer came too late."""
    seconds = round(span.total_seconds())
    if seconds < 120:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": digits(seconds)}
    minutes = round(seconds / 60)
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": digits(minutes)}
