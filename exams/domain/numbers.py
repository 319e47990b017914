"""A number as a form or a message carries it: ASCII digits, no exponent, no needless zeros (pure)."""

from decimal import Decimal


def plain(value: Decimal) -> str:
    """Return 100 for 1E+2 and 33.33333 for 33.3333300000; numbers for people are written elsewhere."""
    return format(value.normalize(), "f")


def plain_or_none(value: Decimal | None) -> str | None:
    """Return the plain form of a number that may be missing."""
    return None if value is None else plain(value)
