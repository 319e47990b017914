"""Numbers in the signs of the page's language."""

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given, strategies as st

from kernel.numerals import in_digits, read_typed, write_number, write_percent, write_typed


@pytest.mark.parametrize(
    ("value", "english", "persian"),
    [
        (Decimal("7.50"), "7.5", "۷٫۵"),
        (Decimal("100.00"), "100", "۱۰۰"),
        (Decimal("1E+2"), "100", "۱۰۰"),
        (Decimal("-0.25"), "-0.25", "-۰٫۲۵"),
        (0, "0", "۰"),
        (1200, "1200", "۱۲۰۰"),
        (0.1, "0.1", "۰٫۱"),
    ],
)
def test_a_number_is_written_without_needless_zeros(
    value: Decimal | float, english: str, persian: str
) -> None:
    with translation.override("en"):
        assert write_number(value) == english
    with translation.override("fa"):
        assert write_number(value) == persian


def test_a_percentage_carries_the_sign_of_its_language() -> None:
    with translation.override("en"):
        assert write_percent(Decimal("62.50")) == "62.5%"
    with translation.override("fa"):
        assert write_percent(Decimal("62.50")) == "۶۲٫۵٪"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9))
def test_no_latin_sign_is_left_in_persian_and_the_value_stays(value: Decimal) -> None:
    with translation.override("fa"):
        text = write_number(value)
    assert not set(text) & set("0123456789.E")
    assert Decimal(read_typed(text)) == value


def test_a_typed_number_keeps_its_zeros_and_exponent() -> None:
    with translation.override("fa"):
        assert write_typed("1.50e-3") == "۱٫۵۰e-۳"
    with translation.override("en"):
        assert write_typed("1.50e-3") == "1.50e-3"


def test_digits_of_a_text_change_and_its_points_stay() -> None:
    with translation.override("fa"):
        assert in_digits("1.2, 3") == "۱.۲, ۳"
    with translation.override("en"):
        assert in_digits(12) == "12"
