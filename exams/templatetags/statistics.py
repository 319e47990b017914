"""Figures of the statistics in templates: `{% load statistics %}`."""

from fractions import Fraction
from typing import Final

from django import template
from django.utils.safestring import SafeString

from exams.domain.answer import NUMBER_KINDS, QuestionKind
from exams.domain.doubts import Doubt
from exams.domain.reliability import Undefined
from exams.domain.statistics import rounded
from exams.selectors.question_statistics import PartLine
from exams.texts import TRUTHS
from exams.texts_statistics import DOUBTS, OUTCOMES, UNDEFINED
from kernel.numerals import write_number, write_percent, write_typed
from web.templatetags.web import MARKS, chip

register = template.Library()

_DASH: Final = "—"
_LEFT_TO_RIGHT: Final = "\u200e"  # keeps the minus before its number on a page from right to left


@register.filter
def share(value: Fraction | None) -> str:
    """Write a share of one as a percentage with one decimal place; None is a dash."""
    return _DASH if value is None else write_percent(rounded(value * 100, 1))


@register.filter
def percentage(value: Fraction | float | None) -> str:
    """Write percent with one decimal place; None is a dash."""
    return _DASH if value is None else write_percent(rounded(Fraction(value), 1))


@register.filter
def coefficient(value: Fraction | float | None) -> str:
    """Write a figure between -1 and 1 with two decimal places; None is a dash."""
    if value is None:
        return _DASH
    text = write_typed(str(abs(rounded(Fraction(value), 2))))
    return f"{_LEFT_TO_RIGHT}\u2212{text}" if rounded(Fraction(value), 2) < 0 else text


@register.filter
def points_of(value: Fraction) -> str:
    """Write points with two decimal places at most."""
    return write_number(rounded(value, 2))


@register.filter
def share_of(count: int, of: int) -> str:
    """Write how much `count` is of a group, as a percentage; a dash for an empty one."""
    return share(Fraction(count, of)) if of else _DASH


@register.filter
def doubt_chip(doubt: Doubt) -> SafeString:
    """Draw what is conspicuous."""
    return chip(DOUBTS[doubt][0], "attention")


@register.filter
def doubt_rule(doubt: Doubt) -> str:
    """Return the rule that found it."""
    return str(DOUBTS[doubt][1])


@register.filter
def undefined_text(reason: Undefined) -> str:
    """Return why a figure is not defined."""
    return str(UNDEFINED[reason])


@register.filter
def part_text(part: PartLine, kind: str) -> str:
    """Write a value that was typed, with the signs of the page."""
    if kind == QuestionKind.BOOL:
        return str(TRUTHS.get(part.named.text, part.named.text))
    return write_typed(part.named.text) if kind in NUMBER_KINDS else part.named.text


@register.filter
def outcome_chip(outcome: str) -> SafeString:
    """Draw what an answer came to."""
    return chip(*OUTCOMES[outcome])


@register.filter
def outcome_word(outcome: str) -> str:
    """Return what an answer came to."""
    return str(OUTCOMES[outcome][0])


@register.filter
def outcome_mark(outcome: str) -> str:
    """Return the sign of what an answer came to."""
    return MARKS[OUTCOMES[outcome][1]]
