"""Texts of notices: variables, and what they cost in SMS segments (pure)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import smsutil  # type: ignore[import-untyped] # the package has no types

from notifications.errors import TextRefused

MAX_SEGMENTS: Final = 6
_VARIABLE: Final = re.compile(r"\{([^{}]*)\}")


class Encoding(StrEnum):
    """How an SMS is encoded; one letter outside GSM-7 makes the whole text UCS-2."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


@dataclass(frozen=True, slots=True)
class Size:
    """What a text costs.

    Attributes:
        units: GSM-7: septets (brackets and € count two); UCS-2: 16-bit units (emoji count two).
        capacity: Units that fit into this number of segments.
    """

    encoding: Encoding
    units: int
    segments: int
    capacity: int


class Variable(StrEnum):
    """What a text may say about its recipient and its sitting."""

    NAME = "name"
    CLASS = "class"
    INSTITUTION = "institution"
    EXAM = "exam"
    START = "start"
    DAY = "day"
    TIME = "time"
    LINK = "link"


OF_A_SITTING: Final = frozenset({Variable.EXAM, Variable.START, Variable.DAY, Variable.TIME})
_LIMITS: Final = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}


def size_of(text: str) -> Size:
    """Return what the text costs as an SMS."""
    is_gsm = not text or smsutil.is_valid_gsm(text)
    encoding = Encoding.GSM7 if is_gsm else Encoding.UCS2
    units = _septets(text) if is_gsm else len(text.encode("utf-16-be")) // 2
    segments = max(1, len(smsutil.split(text).parts)) if text else 0
    single, each = _LIMITS[encoding]
    return Size(encoding, units, segments, single if segments <= 1 else each * segments)


def variables_of(text: str) -> list[str]:
    """Return the names in braces, in order, each once."""
    return list(dict.fromkeys(_VARIABLE.findall(text)))


def check_text(text: str, *, has_sitting: bool) -> None:
    """Refuse a text that could not be sent to everybody as it stands.

    Raises:
        TextRefused: `reason` empty, brace, unknown_variable, needs_sitting or too_long.
    """
    if not text.strip():
        raise TextRefused(reason="empty")
    if "{" in _VARIABLE.sub("", text) or "}" in _VARIABLE.sub("", text):
        raise TextRefused(reason="brace")
    for name in variables_of(text):
        if name not in set(Variable):
            raise TextRefused(reason="unknown_variable", variable=name[:40])
        if name in OF_A_SITTING and not has_sitting:
            raise TextRefused(reason="needs_sitting", variable=name)
    if size_of(text).segments > MAX_SEGMENTS:
        raise TextRefused(reason="too_long", limit=MAX_SEGMENTS)


def render(text: str, values: Mapping[Variable, str]) -> str:
    """Return the text with its variables filled in, once: a value is never read as a template.

    Raises:
        TextRefused: A variable has no value; nothing half-filled is ever sent.
    """

    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in set(Variable) or Variable(name) not in values:
            raise TextRefused(reason="unknown_variable", variable=name[:40])
        return values[Variable(name)]

    return _VARIABLE.sub(fill, text).strip()


def _septets(text: str) -> int:
    return len(text) + sum(char in smsutil.GSM_EXT_CHARSET for char in text)
