"""What one person reads: language, calendar, zone, facts of this moment."""

from datetime import UTC, datetime

import pytest

from accounts.selectors import Contact, contacts_of
from notifications.domain.notice import Audience, AudienceKind
from notifications.errors import TextRefused
from notifications.services.wording import Facts, facts_of, word_for
from notifications.tests.cast import EN, FA, School

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 25, 21, 0, tzinfo=UTC)


def contact(school: School, who: str) -> Contact:
    person = getattr(school, who)
    return contacts_of([person.pk])[person.pk]


def test_facts_of_a_sitting_a_class_and_an_institution(school: School) -> None:
    sitting = school.sitting(START)
    facts = facts_of(school.to_sitting(sitting))
    assert facts == Facts(
        institution="Riverside School",
        class_name="Mathematics 10 A",
        exam="Linear Algebra, final",
        starts_at=START,
        link=facts.link,
    )
    assert facts.link.endswith(f"/sittings/{sitting.pk}/lobby")
    assert facts_of(school.to_class()).class_name == "Mathematics 10 A"
    everybody = Audience(AudienceKind.ROLE, school.institution.pk)
    assert facts_of(everybody).class_name == ""
    sitting.state = "cancelled"
    sitting.save()
    assert facts_of(school.to_sitting(sitting)).is_cancelled


def test_each_reads_their_own_language_zone_and_calendar(school: School) -> None:
    facts = facts_of(school.to_sitting(school.sitting(START)))
    ana = word_for(contact(school, "ana"), facts, text_en=EN, text_fa=FA)
    assert (ana.language, ana.body) == (
        "en",
        "Ana Moreno, Linear Algebra, final starts on 25 Nov 21:00.",
    )
    sara = word_for(contact(school, "sara"), facts, text_en=EN, text_fa=FA)
    assert sara.language == "fa"
    # already the next day in Tehran
    assert "۵ آذر" in sara.body
    assert "۰۰:۳۰" in sara.body


def test_the_other_language_is_better_than_none(school: School) -> None:
    facts = facts_of(school.to_class())
    assert word_for(contact(school, "sara"), facts, text_en="Hi", text_fa=" ").language == "en"
    assert word_for(contact(school, "ana"), facts, text_en="", text_fa="سلام").body == "سلام"


def test_a_variable_without_a_value_is_never_left_in_a_message(school: School) -> None:
    with pytest.raises(TextRefused):
        word_for(contact(school, "ana"), facts_of(school.to_class()), text_en=EN, text_fa="")


def test_a_name_with_braces_is_only_a_name(school: School) -> None:
    school.ana.full_name = "{exam} {name}"
    school.ana.save()
    facts = facts_of(school.to_class())
    assert word_for(contact(school, "ana"), facts, text_en="{name}!", text_fa="").body == (
        "{exam} {name}!"
    )
