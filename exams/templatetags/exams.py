"""Words and numbers of the exam engine in templates: `{% load exams %}`."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format, time_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from accounts.roles import Role
from exams import texts
from exams.domain.answer import NUMBER_KINDS, Fault, InvalidAnswer, QuestionKind, to_decimal
from exams.domain.deadline import LateStart
from exams.domain.late import LateCause, LateState
from exams.domain.policy import Camera, ChatLock
from exams.domain.states import AttemptState, ExamState, ResultState
from exams.domain.texts import to_plain
from exams.exchange.items import Finding
from exams.selectors.results import MarkedPaper, ResultRow
from exams.selectors.sittings import SittingView
from exams.texts_exchange import IMPORT_FINDINGS
from kernel.numerals import in_digits, write_typed
from web import built
from web.templatetags.web import chip, digits, number

register = template.Library()

# What the templates of the exam room load, base template included.
ROOM_ENTRIES = ("platform/web/ui/page.entry.ts", "exams/ui/room.entry.ts")

# How the answers of these kinds are written; ValueError for what is none.
_MOMENTS: Final[Mapping[str, Callable[[str], str]]] = {
    QuestionKind.DATE: lambda text: date_format(date.fromisoformat(text), "j F Y"),
    QuestionKind.TIME: lambda text: time_format(time.fromisoformat(text), "H:i"),
    QuestionKind.DATETIME: lambda text: date_format(datetime.fromisoformat(text), "j F Y, H:i"),
}


@register.filter
def exam_chip(state: str) -> SafeString:
    """Draw the state of an exam version."""
    return chip(*texts.EXAM_STATES[ExamState(state)])


@register.filter
def sitting_chip(sitting: SittingView) -> SafeString:
    """Draw the state of a sitting."""
    return chip(*texts.sitting_word(sitting.state, needs_person=sitting.needs_person))


@register.filter
def attempt_chip(state: str) -> SafeString:
    """Draw the state of an attempt."""
    return chip(*texts.ATTEMPT_STATES[AttemptState(state)])


@register.filter
def ending_chip(row: ResultRow | MarkedPaper) -> SafeString:
    """Draw the state of an attempt in the results: an end for everybody is no end of its time."""
    return chip(*texts.ending_word(row.attempt_state, ended_early=row.ended_early))


@register.filter
def result_chip(state: str) -> SafeString:
    """Draw the state of a result."""
    return chip(*texts.RESULT_STATES[ResultState(state)])


@register.filter
def late_chip(state: str) -> SafeString:
    """Draw what was decided on a late answer."""
    return chip(*texts.LATE_STATES[LateState(state)])


@register.filter
def late_cause(cause: str) -> str:
    """Return why an answer was held."""
    return str(texts.LATE_CAUSES[LateCause(cause)])


@register.filter
def kind_name(kind: str) -> str:
    """Return what a kind of question is called."""
    return str(texts.KINDS[QuestionKind(kind)][0])


@register.filter
def plain_text(markup: str) -> str:
    """Return the words of some markup in one line."""
    return to_plain(markup.replace("</p>", " </p>").replace("<br", " <br"))


@register.filter
def leading_role(role: str) -> str:
    """Return as what somebody ended a sitting."""
    return str(texts.LEADING_ROLES[Role(role)])


@register.filter
def camera_text(camera: str) -> str:
    """Return what a sitting asks of the camera."""
    return str(texts.CAMERAS[Camera(camera)])


@register.filter
def chat_lock_text(lock: str) -> str:
    """Return from when the class chat is locked."""
    return str(texts.CHAT_LOCKS[ChatLock(lock)])


@register.filter
def late_start_text(late: str) -> str:
    """Return what happens to who starts late."""
    return str(texts.LATE_STARTS[LateStart(late)])


@register.filter
def fault_text(code: str) -> str:
    """Return why an answer is not valid."""
    return str(texts.ANSWER_FAULTS[Fault(code)]) if code in set(Fault) else ""


@register.filter
def finding_text(finding: Finding) -> str:
    """Return what an import says about a line."""
    return str(IMPORT_FINDINGS[finding.code])


@register.filter
def given_text(part: str, kind: str) -> str:
    """Write one part of what was given: a word for true and false, numbers and days as the page does.

    Args:
        part: Safe HTML, as in MarkedAnswer.given_html.
        kind: Of the question.
    """
    if kind == QuestionKind.BOOL:
        return str(texts.TRUTHS.get(to_plain(part), part))
    if kind in _MOMENTS:
        return _moment(part, QuestionKind(kind))
    if kind not in NUMBER_KINDS:
        return part
    try:
        to_decimal(to_plain(part))
    except InvalidAnswer:
        return part
    return write_typed(to_plain(part))


def _moment(part: str, kind: QuestionKind) -> str:
    """Write a day or a time of day; it belongs to no zone, so that no reader's zone moves it."""
    try:
        return in_digits(_MOMENTS[kind](to_plain(part)))
    except ValueError:
        return part


@register.filter
def points(value: Decimal) -> str:
    """Write points with their word."""
    whole = int(value) if value == int(value) else 2  # a fraction is spoken of like several
    return ngettext("%(n)s point", "%(n)s points", whole) % {"n": number(value)}


@register.filter
def minutes(span: timedelta) -> str:
    """Write a span in minutes."""
    count = round(span.total_seconds() / 60)
    return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": digits(count)}


@register.filter
def instant(millis: int) -> datetime:
    """Return the instant of a wire time, milliseconds since the epoch."""
    return datetime.fromtimestamp(millis / 1000, UTC)


@register.simple_tag
def share_bar(value: int, most: int, label: str) -> SafeString:
    """Draw how much `value` is of `most`; the number stands beside it as text."""
    return format_html(
        '<progress value="{}" max="{}" aria-label="{}"></progress>', value, max(most, 1), label
    )


@register.simple_tag(takes_context=True)
def candidate_props(context: dict[str, Any]) -> dict[str, object]:
    """Return what the lobby and the room say about the candidate, for `json_script`."""
    attempt = context["attempt"]
    back = reverse("exams:lobby", args=[attempt.sitting.id])
    return {
        "user": context["request"].user.pk,
        "name": context["request"].user.full_name,
        "seat": " · ".join(part for part in (attempt.room, attempt.seat) if part),
        "urls": {
            "home": "/",
            "results": reverse("exams:results"),
            "login": f"{reverse(settings.LOGIN_URL)}?next={back}",
        },
    }


@register.simple_tag(takes_context=True)
def room_shell(context: dict[str, Any]) -> dict[str, object]:
    """Return whose room this page is and every file it needs, for the worker that keeps it.

    Keep the keys in step with `Shell` in ui/offline/shell.ts.
    """
    catalogue = reverse("web:catalogue", args=[context["language"]])
    return {
        "user": context["request"].user.pk,
        "assets": [
            f"{catalogue}?v={context['catalogue_version']}",
            *built.addresses_of(*ROOM_ENTRIES),
        ],
    }
