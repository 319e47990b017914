"""Numbers as people read them: digits, decimal separator and percent sign of the page's language.

The one place in Python; its twin for islands is `web/ui/i18n.ts` (formatNumber, formatPercent).
"""

from decimal import Decimal
from typing import Final

from django.utils import translation

PERSIAN: Final = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
LATIN: Final = str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789")
PERSIAN_POINT: Final = "\u066b"  # momayyez
PERSIAN_PERCENT: Final = "٪"


def is_persian() -> bool:
    """Whether texts are being written in Persian."""
    return (translation.get_language() or "").startswith("fa")


def in_digits(value: object) -> str:
    """Return a whole number, or a text that holds one, in the digits of the language.

    A point in it stays: it may be a date, an address or a version. Use write_number for decimals.
    """
    text = str(value)
    return text.translate(PERSIAN) if is_persian() else text


def write_number(value: Decimal | float) -> str:
    """Return a number without needless zeros and never with an exponent."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    text = f"{exact:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return write_typed(text)


def write_typed(text: str) -> str:
    """Return a number that was typed with a point, zeros and exponent as they are."""
    return in_digits(text.replace(".", PERSIAN_POINT) if is_persian() else text)


def read_typed(text: str) -> str:
    """Return what was typed in Persian or with a comma for the point in the form of Decimal."""
    plain = text.replace(PERSIAN_POINT, ".").translate(LATIN)
    return plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain


def write_percent(value: Decimal | float) -> str:
    """Return a percentage, 0 to 100, with its sign."""
    return f"{write_number(value)}{PERSIAN_PERCENT if is_persian() else '%'}"
