"""Dates as an SMS writes them: Gregorian in English, the Persian calendar in Persian (pure)."""

from datetime import datetime
from typing import Final

_PERSIAN_DIGITS: Final = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
MONTHS_GREGORIAN: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_GREGORIAN: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
MONTHS_PERSIAN: Final = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور",
    "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
)  # fmt: skip
_DAYS_BEFORE_MONTH: Final = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


def day_text(local: datetime, *, persian: bool) -> str:
    """Return the day of a local instant: `21 Nov` or `۳۰ آبان`."""
    if not persian:
        return f"{local.day} {_GREGORIAN[local.month - 1]}"
    _, month, day = to_persian(local.year, local.month, local.day)
    return f"{persian_digits(day)} {MONTHS_PERSIAN[month - 1]}"


def time_text(local: datetime, *, persian: bool) -> str:
    """Return the time of a local instant: `09:30` or `۰۹:۳۰`."""
    text = f"{local.hour:02}:{local.minute:02}"
    return persian_digits(text) if persian else text


def persian_digits(value: object) -> str:
    """Return the value with Persian digits."""
    return str(value).translate(_PERSIAN_DIGITS)


def to_persian(year: int, month: int, day: int) -> tuple[int, int, int]:
    """Return a Gregorian date in the Persian calendar, by the 33-year rule.

    The tests compare it with known new-year days, leap years included.
    """
    after_february = year + 1 if month > 2 else year
    days = (
        355_666
        + 365 * year
        + (after_february + 3) // 4
        - (after_february + 99) // 100
        + (after_february + 399) // 400
        + day
        + _DAYS_BEFORE_MONTH[month - 1]
    )
    persian_year = -1595 + 33 * (days // 12_053)
    days %= 12_053
    persian_year += 4 * (days // 1461)
    days %= 1461
    if days > 365:
        persian_year += (days - 1) // 365
        days = (days - 1) % 365
    if days < 186:
        return persian_year, 1 + days // 31, 1 + days % 31
    return persian_year, 7 + (days - 186) // 30, 1 + (days - 186) % 30
