"""Phone numbers: whatever a person writes becomes E.164, or nothing (pure)."""

import phonenumbers

from accounts.domain.words import clean_code


def to_e164(text: str, region: str | None = None) -> str | None:
    """Return the number as E.164.

    Args:
        text: As typed; Persian digits, spaces and brackets are fine.
        region: Two-letter country of numbers without a country code; None needs the code.

    Returns:
        For example `+442079460958`; None when it is no number that exists.
    """
    typed = clean_code(text)
    # 00 is how many countries write the + of a country code.
    international = f"+{typed[2:]}" if typed.startswith("00") else typed
    try:
        number = phonenumbers.parse(international, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_region(code: str) -> bool:
    """Whether this is a country phone numbers are known for."""
    return code in phonenumbers.SUPPORTED_REGIONS
