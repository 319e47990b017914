"""Phone numbers become E.164, or nothing."""

import pytest
from hypothesis import given, strategies as st

from accounts.domain.phone import is_region, to_e164


@pytest.mark.parametrize(
    ("typed", "region", "stored"),
    [
        ("+44 7911 123456", None, "+447911123456"),
        ("0044 7911 123456", None, "+447911123456"),
        ("07911 123456", "GB", "+447911123456"),
        ("۰۹۱۲ ۳۴۵ ۶۷۸۹", "IR", "+989123456789"),
        ("(0170) 1234567", "DE", "+491701234567"),
        ("07911 123456", None, None),
        ("12", "GB", None),
        ("call me", "GB", None),
        ("", "GB", None),
        ("+999 123456", None, None),
    ],
)
def test_a_number_is_stored_in_one_form(typed: str, region: str | None, stored: str | None) -> None:
    assert to_e164(typed, region) == stored


@given(st.text(), st.sampled_from([None, "GB", "IR"]))
def test_whatever_is_typed_is_refused_or_stable(typed: str, region: str | None) -> None:
    stored = to_e164(typed, region)
    if stored is not None:
        assert stored.startswith("+")
        assert stored[1:].isdigit()
        assert len(stored) <= 16
        assert to_e164(stored) == stored


def test_regions_are_countries_with_phones() -> None:
    assert is_region("IR")
    assert not is_region("XX")
