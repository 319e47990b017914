"""The country of phone numbers, guessed and chosen."""

import pytest

from accounts.forms_people import region_choices, region_of
from accounts.selectors import InstitutionCard


@pytest.mark.parametrize(
    ("zone", "locale", "region"),
    [
        ("Asia/Tehran", "en", "IR"),
        ("Europe/Berlin", "en", "DE"),
        ("UTC", "fa", "IR"),
        ("UTC", "en", "GB"),
    ],
)
def test_the_country_is_guessed_from_the_time_zone(zone: str, locale: str, region: str) -> None:
    assert region_of(InstitutionCard(1, "n", "N", zone, locale)) == region


def test_countries_are_listed_by_name() -> None:
    choices = dict(region_choices())
    assert choices["IR"] == "Iran"
    assert "ZZ" not in choices
    assert list(choices.values()) == sorted(choices.values())
