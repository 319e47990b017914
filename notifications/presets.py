"""Texts to start from. They are written in both languages here: an SMS is no page of ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Preset:
    """A template of the composer."""

    label: Promise
    title: Promise
    text_en: str
    text_fa: str
    when: str = "before"
    lead: str = "1440"


PRESETS: Final[Mapping[str, Preset]] = {
    "reminder": Preset(
        label=_("Reminder"),
        title=_("Reminder"),
        text_en="{name}, your exam {exam} starts on {start}. Check-in: {link}",
        text_fa="{name}، آزمون {exam} روز {day} ساعت {time} آغاز می‌شود. ورود: {link}",
    ),
    "moved": Preset(
        label=_("New time"),
        title=_("New time"),
        text_en="{name}, the exam {exam} has a new time: {start}.",
        text_fa="{name}، زمان آزمون {exam} تغییر کرد: {day} ساعت {time}.",
        when="now",
    ),
    "results": Preset(
        label=_("Results"),
        title=_("Results"),
        text_en="{name}, your result of {exam} is ready: {link}",
        text_fa="{name}، نتیجهٔ آزمون {exam} آماده است: {link}",
        when="now",
    ),
    "message": Preset(
        label=_("Own words"),
        title=_("Message"),
        text_en="",
        text_fa="",
        when="at",
    ),
}
