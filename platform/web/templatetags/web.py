"""Template tags of the design system: `{% load web %}`."""

import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from kernel.numerals import in_digits, is_persian, write_number, write_percent

register = template.Library()

ICONS = Path(__file__).resolve().parents[1] / "ui/icons.json"
PERSIAN_COMMA = "، "
STYLES = frozenset({"time", "seconds", "date", "day", "datetime"})


@lru_cache(maxsize=1)
def icon_paths() -> dict[str, str]:
    """Return the line icons shared with the islands, name → path data."""
    paths: dict[str, str] = json.loads(ICONS.read_text(encoding="utf-8"))
    return paths


@register.simple_tag
def icon(name: str, size: int = 20) -> SafeString:
    """Draw a line icon in the colour of the text; always decoration beside a word."""
    return format_html(
        '<svg viewBox="0 0 24 24" width="{}" height="{}" fill="none" stroke="currentColor"'
        ' stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"'
        ' focusable="false"><path d="{}"/></svg>',
        size,
        size,
        icon_paths()[name],
    )


@register.simple_tag
def local_datetime(instant: datetime | None, style: str = "datetime") -> SafeString:
    """Write an instant as `<time>`; the page's script shows it in the reader's zone and calendar.

    Args:
        instant: Aware; None writes a dash.
        style: "time", "seconds", "date", "day" or "datetime", as in ui/i18n.ts.
    """
    if instant is None:
        return mark_safe('<span aria-hidden="true">—</span>')
    if style not in STYLES:
        raise template.TemplateSyntaxError(f"local_datetime: style {style!r} is unknown")
    return format_html(
        '<time datetime="{}" data-local="{}">{}</time>',
        instant.isoformat(),
        style,
        _without_script(instant, style),
    )


def _without_script(instant: datetime, style: str) -> str:
    local = timezone.localtime(instant)
    formats = {"time": "H:i", "seconds": "H:i:s", "date": "j F Y", "day": "l j F"}
    text = date_format(local, formats.get(style, "j M Y, H:i"))
    return f"{text} {local.tzname()}" if style in {"datetime", "time"} else text


@register.simple_tag
def countdown(instant: datetime) -> SafeString:
    """Write an instant as a running countdown; without scripts it is the instant itself."""
    return format_html(
        '<time class="tab-num" datetime="{}" data-countdown role="timer" aria-live="off">{}</time>',
        instant.isoformat(),
        _without_script(instant, "datetime"),
    )


MARKS = {
    "ok": "●",
    "attention": "◐",
    "critical": "✕",
    "offline": "○",
    "waiting": "…",
    "checking": "◔",
    "paused": "Ⅱ",
    "done": "✓",
}


@register.simple_tag
def chip(text: str | Promise, tone: str = "offline") -> SafeString:
    """Draw a state: mark, word and colour together."""
    return format_html(
        '<span class="chip {}"><span aria-hidden="true">{}</span>{}</span>',
        tone,
        MARKS[str(tone)],
        text,
    )


@register.filter
def digits(value: object) -> str:
    """Write a whole number in the digits of the page's language."""
    return in_digits(value)


@register.filter
def number(value: Decimal | float | None) -> str:
    """Write a number with the digits and the decimal separator of the page; None is a dash."""
    return "—" if value is None else write_number(value)


@register.filter
def percent(value: Decimal | float | None) -> str:
    """Write a percentage with the signs of the page; None is a dash."""
    return "—" if value is None else write_percent(value)


@register.filter
def listed(names: Iterable[object]) -> str:
    """Write names one after the other, with the comma of the page's language between them."""
    return PERSIAN_COMMA.join(map(str, names)) if is_persian() else ", ".join(map(str, names))


BANNERS = {
    "debug": "info",
    "info": "info",
    "success": "ok",
    "warning": "attention",
    "error": "critical",
}


@register.filter
def banner_tone(level: str) -> str:
    """Return the banner's tone for the level tag of a Django message."""
    return BANNERS.get(level, "info")
