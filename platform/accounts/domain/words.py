"""Bringing what people type or export into one form: digits, spaces, invisible marks (pure)."""

import unicodedata
from typing import Final

# Persian and Arabic-Indic digits, as schools' spreadsheets hold them.
DIGITS: Final = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
# Directional marks that spreadsheets put around numbers; never part of what is meant.
MARKS: Final = dict.fromkeys(
    [
        0x200B,
        0x200E,
        0x200F,
        0x202A,
        0x202B,
        0x202C,
        0x202D,
        0x202E,
        0x2066,
        0x2067,
        0x2068,
        0x2069,
        0xFEFF,
    ]
)


def to_latin_digits(text: str) -> str:
    """Return the text with Persian and Arabic digits written as 0 to 9."""
    return text.translate(DIGITS)


def clean_text(text: str) -> str:
    """Return the text composed, without directional marks, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).translate(MARKS).split())


def clean_code(text: str) -> str:
    """Return a registration number or code: as clean_text, digits 0 to 9, no joiners."""
    return clean_text(to_latin_digits(text)).replace("\u200c", "").replace("\u200d", "")


def clean_email(text: str) -> str:
    """Return an e-mail address in the form it is stored: lower case."""
    return clean_code(text).replace(" ", "").lower()
