"""What a notice says to one person: facts of its sitting, in the person's language and zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from accounts import selectors as people
from accounts.selectors import Contact
from exams.selectors import sittings
from notifications.domain.calendar import day_text, time_text
from notifications.domain.delivery import zone_of
from notifications.domain.notice import Audience
from notifications.domain.text import Variable, render
from notifications.selectors import language_for


@dataclass(frozen=True, slots=True)
class Facts:
    """What the text may mention, read at the moment of sending so that it is never stale.

    Attributes:
        starts_at: The sitting's start; None without a sitting.
        is_cancelled: The sitting was cancelled.
    """

    institution: str
    class_name: str = ""
    exam: str = ""
    starts_at: datetime | None = None
    link: str = ""
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """A text as one person will read it."""

    language: str
    body: str


def facts_of(audience: Audience) -> Facts:
    """Return the facts behind an audience.

    Raises:
        DomainError: Its sitting, class or institution is gone.
    """
    institution = people.institution_card(audience.institution_id).name
    if audience.sitting_id is None:
        name = people.class_card(audience.class_id).name if audience.class_id else ""
        return Facts(institution=institution, class_name=name, link=settings.SITE_URL)
    sitting = sittings.sitting_view(audience.sitting_id)
    return Facts(
        institution=institution,
        class_name=people.class_card(sitting.class_group_id).name,
        exam=sitting.title,
        starts_at=sitting.starts_at,
        link=f"{settings.SITE_URL}/sittings/{sitting.id}/lobby",
        is_cancelled=sitting.state.value == "cancelled",
    )


def word_for(contact: Contact, facts: Facts, *, text_en: str, text_fa: str) -> Wording:
    """Return what this person will read.

    Raises:
        TextRefused: A variable has no value here.
    """
    language = language_for(
        contact.locale, has_persian=bool(text_fa.strip()), has_english=bool(text_en.strip())
    )
    is_persian = language == "fa"
    values = values_for(contact, facts, is_persian=is_persian)
    return Wording(language, render(text_fa if is_persian else text_en, values))


def values_for(contact: Contact, facts: Facts, *, is_persian: bool) -> Mapping[Variable, str]:
    """Return the value of each variable for one person; those without a value are left out."""
    values = {
        Variable.NAME: contact.name,
        Variable.INSTITUTION: facts.institution,
        Variable.CLASS: facts.class_name,
        Variable.LINK: facts.link,
    }
    if facts.starts_at is not None:
        local = facts.starts_at.astimezone(zone_of(contact.time_zone))
        day = day_text(local, persian=is_persian)
        clock_time = time_text(local, persian=is_persian)
        values |= {
            Variable.EXAM: facts.exam,
            Variable.DAY: day,
            Variable.TIME: clock_time,
            Variable.START: f"{day} {clock_time}",
        }
    return values
