"""What the pages of notices show: words and tones of states, the month, previews."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from accounts.selectors import Contact
from notifications.domain.calendar import (
    MONTHS_GREGORIAN,
    MONTHS_PERSIAN,
    persian_digits,
    to_persian,
)
from notifications.domain.delivery import DeliveryState
from notifications.domain.notice import NoticeState
from notifications.domain.text import Size, Variable, size_of
from notifications.selectors import AudiencePreview, DeliveryRow, NoticeCard
from notifications.services.wording import Facts, word_for
from web.home import Tone

NOTICE_WORDS: Final[Mapping[NoticeState, tuple[Promise, Tone]]] = {
    NoticeState.DRAFT: (_("Draft"), Tone.OFFLINE),
    NoticeState.SCHEDULED: (_("Scheduled"), Tone.WAITING),
    NoticeState.EXPANDING: (_("Starting"), Tone.CHECKING),
    NoticeState.SENDING: (_("Sending"), Tone.CHECKING),
    NoticeState.DONE: (_("Done"), Tone.DONE),
    NoticeState.CANCELLED: (_("Cancelled"), Tone.PAUSED),
}
DELIVERY_WORDS: Final[Mapping[DeliveryState, tuple[Promise, Tone]]] = {
    DeliveryState.PENDING: (_("Waiting"), Tone.OFFLINE),
    DeliveryState.CLAIMED: (_("Sending"), Tone.CHECKING),
    DeliveryState.SENDING: (_("Sending"), Tone.CHECKING),
    DeliveryState.ACCEPTED: (pgettext_lazy("SMS", "Sent"), Tone.CHECKING),
    DeliveryState.DELIVERED: (_("Delivered"), Tone.DONE),
    DeliveryState.UNDELIVERED: (_("Not delivered"), Tone.CRITICAL),
    DeliveryState.REJECTED: (_("Refused"), Tone.CRITICAL),
    DeliveryState.RETRY: (_("Tried again soon"), Tone.ATTENTION),
    DeliveryState.UNKNOWN: (_("Not known"), Tone.ATTENTION),
    DeliveryState.SKIPPED: (_("Left out"), Tone.OFFLINE),
}
REASONS: Final[Mapping[str, Promise]] = {
    "inactive": _("This account is not active."),
    "no_number": _("There is no phone number in the profile."),
    "unverified": _("The phone number was never verified."),
    "opted_out": _("This number asked for no more messages."),
    "country": _("Messages to this country are not allowed here."),
    "number_limit": _("This number got as many messages today as are allowed."),
    "institution_limit": _("The institution's messages of today are used up."),
    "sitting_cancelled": _("The sitting was cancelled."),
    "too_late": _("It could not be sent before it was out of date."),
    "night": _("It would only have been sent after it was out of date: it is night there."),
    "cancelled": _("The notice was cancelled first."),
    "text": _("The text has a variable without a value."),
    "refused": _("The SMS provider refused it."),
    "gave_up": _("The SMS provider could not be reached, many times."),
    "retry": _("The SMS provider could not take it just now."),
    "no_answer": _(
        "The SMS provider's answer was lost. Its records are asked; nothing is sent twice."
    ),
    "worker_lost": _(
        "Sending was interrupted. The provider's records are asked; nothing is sent twice."
    ),
    "broken": _(
        "Sending was interrupted. The provider's records are asked; nothing is sent twice."
    ),
    "no_record": _("The SMS provider has no record of it, so it is sent again."),
    "number_changed": _(
        "The number in the profile has changed, so nobody can tell whether it reached the old one."
    ),
    "undelivered": _("The network could not deliver it."),
}
VARIABLES: Final[Sequence[tuple[Variable, Promise]]] = (
    (Variable.NAME, _("name")),
    (Variable.EXAM, _("exam")),
    (Variable.START, _("day and time")),
    (Variable.DAY, _("day")),
    (Variable.TIME, _("time")),
    (Variable.CLASS, _("class")),
    (Variable.INSTITUTION, _("institution")),
    (Variable.LINK, _("link")),
)
_WEEKDAYS: Final = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Day:
    """One cell of the month."""

    date: date
    label: str
    is_today: bool
    notices: tuple[NoticeCard, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the reader's calendar, with empty cells before its first day."""

    title: str
    weekdays: tuple[Promise, ...]
    blanks: range
    days: tuple[Day, ...]
    before: date
    after: date


@dataclass(frozen=True, slots=True)
class Sample:
    """A text as one real recipient will read it."""

    language: str
    name: str
    body: str
    size: Size


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One recipient with the words for where their message stands."""

    row: DeliveryRow
    word: str | Promise
    tone: Tone
    reason: str | Promise


def month_span(anchor: date, *, persian: bool) -> tuple[date, date]:
    """Return the first day of the month that `anchor` lies in, and of the next one."""
    month = _month_of(anchor, persian=persian)
    first = after = anchor
    while _month_of(first - timedelta(days=1), persian=persian) == month:
        first -= timedelta(days=1)
    while _month_of(after, persian=persian) == month:
        after += timedelta(days=1)
    return first, after


def month_of(
    span: tuple[date, date],
    cards: Sequence[NoticeCard],
    *,
    today: date,
    zone: ZoneInfo,
    persian: bool,
) -> Month:
    """Return the month between the two days with its notices, in the reader's calendar."""
    first, after = span
    week_start = _SATURDAY if persian else 0
    by_day: dict[date, list[NoticeCard]] = {}
    for card in cards:
        if card.send_at is not None:
            by_day.setdefault(card.send_at.astimezone(zone).date(), []).append(card)
    days = [first + timedelta(days=number) for number in range((after - first).days)]
    return Month(
        title=_month_title(first, persian=persian),
        weekdays=tuple(_WEEKDAYS[(week_start + number) % 7] for number in range(7)),
        blanks=range((first.weekday() - week_start) % 7),
        days=tuple(
            Day(each, _day_label(each, persian=persian), each == today, tuple(by_day.get(each, ())))
            for each in days
        ),
        before=first - timedelta(days=1),
        after=after,
    )


def samples_of(
    preview: AudiencePreview, facts: Facts, writer: Contact, *, text_en: str, text_fa: str
) -> list[Sample]:
    """Return each written text as a real recipient of that language will read it."""
    samples = []
    for language, text in (("en", text_en), ("fa", text_fa)):
        if text.strip():
            reader = _reader(preview, writer, language)
            words = (
                {"text_en": text, "text_fa": ""}
                if language == "en"
                else {
                    "text_en": "",
                    "text_fa": text,
                }
            )
            body = word_for(reader, facts, **words).body
            samples.append(Sample(language, reader.name, body, size_of(body)))
    return samples


def board_lines(rows: Sequence[DeliveryRow], *, is_console: bool) -> list[BoardLine]:
    """Return the delivery board in words."""
    lines = []
    for row in rows:
        word, tone = DELIVERY_WORDS[row.state]
        said: str | Promise = word
        if is_console and row.state is DeliveryState.ACCEPTED:
            said, tone = _("Written to the log"), Tone.DONE
        lines.append(BoardLine(row, said, tone, REASONS.get(row.reason, row.reason)))
    return lines


def _reader(preview: AudiencePreview, writer: Contact, language: str) -> Contact:
    own = [one for one in preview.reachable if one.locale.startswith("fa") == (language == "fa")]
    return next(iter(own), next(iter(preview.reachable), writer))


def _month_of(day: date, *, persian: bool) -> tuple[int, int]:
    if persian:
        return to_persian(day.year, day.month, day.day)[:2]
    return day.year, day.month


def _month_title(day: date, *, persian: bool) -> str:
    year, month = _month_of(day, persian=persian)
    if persian:
        return f"{MONTHS_PERSIAN[month - 1]} {persian_digits(year)}"
    return f"{MONTHS_GREGORIAN[month - 1]} {year}"


def _day_label(day: date, *, persian: bool) -> str:
    return persian_digits(to_persian(day.year, day.month, day.day)[2]) if persian else str(day.day)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the start of a day in a zone."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)
