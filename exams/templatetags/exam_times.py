"""Words about time in templates: `{% load exam_times %}`."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, ngettext

from exams import texts, texts_documents
from exams.domain.accommodation import Adjustment
from exams.domain.counting import AttemptsCount
from exams.domain.documents import DocumentFault
from exams.domain.policy import Navigation
from exams.domain.timetable import TimetableState
from exams.templatetags.exams import minutes
from web.templatetags.web import chip, digits, local_datetime, percent

register = template.Library()


@register.filter
def adjustment_lines(adjustment: Adjustment) -> list[str]:
    """Return what an adjustment gives, one line for each thing; a word for nothing."""
    lines = []
    if adjustment.extra_percent:
        lines.append(_("%(share)s more time") % {"share": percent(adjustment.extra_percent)})
    if adjustment.extra_time:
        lines.append(_("%(span)s more") % {"span": minutes(adjustment.extra_time)})
    if adjustment.breaks:
        count = ngettext(
            "%(n)s break of %(span)s", "%(n)s breaks of %(span)s each", adjustment.breaks
        )
        lines.append(
            count % {"n": digits(adjustment.breaks), "span": minutes(adjustment.break_length)}
        )
    lines += [str(texts.EXEMPTIONS[one][0]) for one in sorted(adjustment.exemptions)]
    return lines or [_("Nothing")]


@register.simple_tag
def local_date(day: date) -> SafeString:
    """Write a day of the institution's calendar in the reader's; noon is the same day nearly everywhere."""
    return local_datetime(datetime.combine(day, time(12), UTC), "date")


@register.filter
def fault_text(fault: DocumentFault) -> str:
    """Say what is wrong with a document at one place."""
    words = {**texts_documents.DOCUMENT_FAULTS, **texts_documents.TIMETABLE_FAULTS}[fault.code]
    return str(words) % {"detail": fault.detail}


@register.filter
def fault_place(fault: DocumentFault, document: Mapping[str, Any]) -> str:
    """Say which entry of a timetable a fault is about; the path where it is about none."""
    found = re.match(r"entries\[([0-9]{1,4})\]", fault.path)
    entries = document.get("entries", [])
    if found is None or int(found[1]) >= len(entries):
        return fault.path
    place = int(found[1])
    words = {"number": digits(place + 1), "name": entries[place].get("name", "")}
    return _("Entry %(number)s: %(name)s") % words


@register.filter
def navigation_text(navigation: str) -> str:
    """Say how candidates move through the paper."""
    return str(texts.NAVIGATIONS[Navigation(navigation)])


@register.filter
def attempts_count_text(rule: str) -> str:
    """Say which of several attempts counts."""
    return str(texts.ATTEMPTS_COUNTS[AttemptsCount(rule)])


@register.filter
def lookup(mapping: Mapping[object, object], key: object) -> object:
    """Return what a mapping has for a key; None without it."""
    return mapping.get(key)


@register.filter
def timetable_chip(state: str) -> SafeString:
    """Draw the state of a timetable."""
    return chip(*texts_documents.TIMETABLE_STATES[TimetableState(state)])
