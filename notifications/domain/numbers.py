"""Phone numbers of notices: which country, and how to show one without giving it away (pure)."""

from collections.abc import Collection

import phonenumbers


def is_allowed(phone: str, countries: Collection[str]) -> bool:
    """Whether the number (E.164) is of an allowed country; no list allows every country."""
    return not countries or country_of(phone) in countries


def country_of(phone: str) -> str:
    """Return the two-letter country of an E.164 number; empty when it has none."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or ""
    except phonenumbers.NumberParseException:
        return ""


def masked(phone: str) -> str:
    """Return the number with its middle hidden: `+44•••••••58`."""
    if len(phone) < 7:
        return "•" * len(phone)
    return f"{phone[:3]}{'•' * (len(phone) - 5)}{phone[-2:]}"
