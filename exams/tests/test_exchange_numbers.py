from decimal import Decimal

import pytest

from exams.exchange.items import ItemCode
from exams.exchange.numbers import BadNumber, number_of, points_of, tolerance_of, weight_of


@pytest.mark.parametrize(("text", "value"), [(" 3.50 ", "3.5"), ("-1e3", "-1000"), ("٣", "3")])
def test_a_number_is_read_exactly(text: str, value: str) -> None:
    assert number_of(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "x", "1_0", "NaN", "Infinity", "1e14", "1e-14", "1,5"])
def test_what_is_no_number_of_ordinary_size_is_refused(text: str) -> None:
    with pytest.raises(BadNumber) as refused:
        number_of(text)
    assert refused.value.code is ItemCode.BAD_NUMBER


def test_a_tolerance_has_ten_places_and_no_sign() -> None:
    assert tolerance_of(Decimal("-0.0000000001")) == Decimal("1e-10")
    with pytest.raises(BadNumber) as refused:
        tolerance_of(Decimal("1e-11"))
    assert refused.value.code is ItemCode.TOO_PRECISE


@pytest.mark.parametrize("text", ["101", "-100.1", "half", "1_0", "NaN"])
def test_a_weight_is_a_percentage(text: str) -> None:
    assert weight_of("33.333333") == Decimal("33.33333")
    with pytest.raises(BadNumber) as refused:
        weight_of(text)
    assert refused.value.code is ItemCode.BAD_WEIGHT


def test_points_have_two_places() -> None:
    assert points_of(Decimal("0.3333")) == Decimal("0.33")
