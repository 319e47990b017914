"""Numbers in files of any format: read exactly, within what the columns of a key can hold."""

from decimal import Decimal, InvalidOperation
from typing import Final

from exams.exchange.items import ItemCode

FULL: Final = Decimal(100)
NONE: Final = Decimal(0)
_PLACES: Final = Decimal("1e-10")  # what the tolerance's column holds
_WEIGHT_PLACES: Final = Decimal("0.00001")
_POINT_PLACES: Final = Decimal("0.01")


class BadNumber(Exception):
    """The text is not a number that can be kept; `code` says why."""

    def __init__(self, code: ItemCode, text: str) -> None:
        self.code, self.text = code, text.strip()[:80]
        super().__init__(code.value)


def number_of(text: str) -> Decimal:
    """Return the number that a text is.

    Raises:
        BadNumber: It is none, or larger or smaller than anybody needs.
    """
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise BadNumber(ItemCode.BAD_NUMBER, text) from None
    if "_" in text or not number.is_finite() or abs(number.adjusted()) > 13:
        raise BadNumber(ItemCode.BAD_NUMBER, text)
    return number


def tolerance_of(number: Decimal) -> Decimal:
    """Return a tolerance as its column holds it.

    Raises:
        BadNumber: It has more places.
    """
    if number != number.quantize(_PLACES):
        raise BadNumber(ItemCode.TOO_PRECISE, str(number))
    return abs(number.normalize())


def weight_of(text: str) -> Decimal:
    """Return a percentage from -100 to 100.

    Raises:
        BadNumber: It is none.
    """
    try:
        weight = Decimal(text.strip())
    except InvalidOperation:
        raise BadNumber(ItemCode.BAD_WEIGHT, text) from None
    if "_" in text or not weight.is_finite() or abs(weight) > FULL:
        raise BadNumber(ItemCode.BAD_WEIGHT, text)
    return weight.quantize(_WEIGHT_PLACES)


def points_of(number: Decimal) -> Decimal:
    """Return points as their column holds them: two places."""
    return number.quantize(_POINT_PLACES)
