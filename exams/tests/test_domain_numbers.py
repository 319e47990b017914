"""Numbers on the wire and in forms."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from exams.domain.numbers import plain, plain_or_none


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1E+2", "100"),
        ("50.00", "50"),
        ("33.3333300000", "33.33333"),
        ("-0.50", "-0.5"),
        ("0", "0"),
    ],
)
def test_a_number_is_plain(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=10))
def test_nothing_is_lost(value: Decimal) -> None:
    text = plain(value)
    assert Decimal(text) == value
    assert "E" not in text


def test_what_is_missing_stays_missing() -> None:
    assert plain_or_none(None) is None
    assert plain_or_none(Decimal(5)) == "5"
