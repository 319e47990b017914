"""Numbers: their country, and how they are shown."""

import pytest

from notifications.domain.numbers import country_of, is_allowed, masked


@pytest.mark.parametrize(
    ("phone", "country"),
    [("+442079460958", "GB"), ("+989123456789", "IR"), ("+999", ""), ("none", ""), ("", "")],
)
def test_the_country_of_a_number(phone: str, country: str) -> None:
    assert country_of(phone) == country


def test_without_a_list_every_country_is_allowed() -> None:
    assert is_allowed("+442079460958", [])
    assert is_allowed("+442079460958", ["GB", "IR"])
    assert not is_allowed("+12025550123", ["GB", "IR"])
    assert not is_allowed("nonsense", ["GB"])


def test_the_middle_of_a_number_is_hidden() -> None:
    assert masked("+442079460958") == "+44••••••••58"
    assert len(masked("+442079460958")) == 13
    assert masked("12345") == "•••••"
