"""Per question kind: the shape of a given answer, its limits, and author patterns (pure).

Patterns written by authors run only through RE2: it matches in linear time, so no pattern can
stall the server. `re` must never be imported here (an import contract guards it).
"""

import unicodedata
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

import re2  # type: ignore[import-untyped] # google-re2 ships no types

MAX_TEXT: Final = 100_000  # characters of one text answer, whatever the author allows
MAX_CHAR: Final = 255
MAX_NUMBER: Final = 64  # characters of a typed number
MAX_PARTS: Final = 200  # choices or pairs in one answer
MAX_PATTERN: Final = 500
# Arabic decimal separator, minus sign, Arabic thousands separator.
_NUMBER_SIGNS: Final = str.maketrans({"\u066b": ".", "\u2212": "-", "\u066c": None})


class QuestionKind(StrEnum):
    """The kinds of question the engine asks."""

    BOOL = "bool"
    CHAR = "char"
    CHOICE = "choice"
    DATE = "date"
    DATETIME = "datetime"
    DECIMAL = "decimal"
    FLOAT = "float"
    INT = "int"
    RATING = "rating"
    TEXT = "text"
    TIME = "time"
    FILE = "file"
    MATCHING = "matching"
    ORDERING = "ordering"
    INFO = "info"


NUMBER_KINDS: Final = frozenset(
    {QuestionKind.DECIMAL, QuestionKind.FLOAT, QuestionKind.INT, QuestionKind.RATING}
)
TEXT_KINDS: Final = frozenset({QuestionKind.CHAR, QuestionKind.TEXT})
# The longest text the engine takes; no author can set a limit above it.
MAX_LENGTHS: Final = {QuestionKind.CHAR: MAX_CHAR, QuestionKind.TEXT: MAX_TEXT}
# Source: seed 002, what a boolean may be written as; nothing is what these words say.
_YES: Final = frozenset({"1", "t", "true", "y", "yes"})
_NO: Final = frozenset({"0", "f", "false", "n", "no"})
_NEITHER: Final = frozenset({"none", "null", "nil"})
PERSON_KINDS: Final = frozenset({QuestionKind.TEXT, QuestionKind.FILE})


class Fault(StrEnum):
    """Why an answer is not valid. Texts for people are made at the edge."""

    REQUIRED = "required"
    WRONG_SHAPE = "wrong_shape"
    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE = "not_whole"
    TOO_MANY_DIGITS = "too_many_digits"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    PATTERN = "pattern"
    TOO_FEW_CHOICES = "too_few_choices"
    TOO_MANY_CHOICES = "too_many_choices"
    UNKNOWN_CHOICE = "unknown_choice"
    NOT_A_DATE = "not_a_date"
    NOT_A_TIME = "not_a_time"
    NOT_ANSWERABLE = "not_answerable"
    FILE_UNKNOWN = "file_unknown"
    TEXT_NOT_ASKED = "text_not_asked"


class InvalidAnswer(Exception):
    """The answer breaks a rule of its question."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.value)


Parsed = (
    bool
    | str
    | Decimal
    | date
    | datetime
    | time
    | frozenset[int]
    | tuple[int, ...]
    | Mapping[int, int]
    | uuid.UUID
)


@dataclass(frozen=True, slots=True)
class Rules:
    """The limits of one question, whatever table or document they come from.

    `values`: key → value of the labelled values, of which a candidate may pick one by its key.
    """

    kind: QuestionKind
    required: bool = False
    min_answers: int = 1
    max_answers: int | None = 1
    min_value: Decimal | None = None
    max_value: Decimal | None = None
    min_length: int = 0
    max_length: int | None = None
    text_regex: str = ""
    choices: frozenset[int] = field(default_factory=frozenset)
    lefts: frozenset[int] = field(default_factory=frozenset)
    values: Mapping[int, str] = field(default_factory=dict)


def is_empty(value: object) -> bool:
    """Whether the value says nothing: cleared, blank text, no choice, no pair."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return not any(part not in (None, "") for part in value.values())
    return isinstance(value, list) and not value


def parse(rules: Rules, value: object) -> Parsed | None:
    """Return the typed answer; None when nothing was given and nothing is required.

    Raises:
        InvalidAnswer: With the rule that is broken.
    """
    if rules.kind is QuestionKind.INFO:
        raise InvalidAnswer(Fault.NOT_ANSWERABLE)
    value = _picked(rules, value)
    if is_empty(value) or (rules.kind is QuestionKind.BOOL and _word(value) in _NEITHER):
        if rules.required:
            raise InvalidAnswer(Fault.REQUIRED)
        return None
    return _PARSERS[rules.kind](rules, value)


def _picked(rules: Rules, value: object) -> object:
    """Return the value behind a labelled one that was picked by its key.

    Source: seed 002: a list of ids for a question of another type is the value of that answer.
    """
    if not (rules.values and isinstance(value, list) and value):
        return value
    if len(value) > 1:
        raise InvalidAnswer(Fault.TOO_MANY_CHOICES)
    key = _key(value[0])
    if key not in rules.values:
        raise InvalidAnswer(Fault.UNKNOWN_CHOICE)
    return rules.values[key]


def _bool(rules: Rules, value: object) -> bool:
    del rules
    if isinstance(value, bool):
        return value
    word = _word(value)
    if word in _YES or word in _NO:
        return word in _YES
    raise InvalidAnswer(Fault.WRONG_SHAPE)


def _word(value: object) -> str:
    return value.strip().lower() if isinstance(value, str) else ""


def _string(value: object, limit: int) -> str:
    if not isinstance(value, str):
        raise InvalidAnswer(Fault.WRONG_SHAPE)
    if len(value) > limit:
        raise InvalidAnswer(Fault.TOO_LONG)
    return value


def _text(rules: Rules, value: object) -> str:
    text = _string(value, MAX_LENGTHS[rules.kind])
    check_limits(rules, text)
    return text


def check_limits(rules: Rules, text: str) -> None:
    """Check a text by the lengths and the pattern of its question.

    Raises:
        InvalidAnswer: It breaks one of them.
    """
    if len(text) < rules.min_length:
        raise InvalidAnswer(Fault.TOO_SHORT)
    if rules.max_length is not None and len(text) > rules.max_length:
        raise InvalidAnswer(Fault.TOO_LONG)
    if rules.text_regex and not compile_pattern(rules.text_regex)(text):
        raise InvalidAnswer(Fault.PATTERN)


def _number(rules: Rules, value: object) -> Decimal:
    number = to_decimal(_string(value, MAX_NUMBER))
    whole = rules.kind in {QuestionKind.INT, QuestionKind.RATING}
    if whole and number != number.to_integral_value():
        raise InvalidAnswer(Fault.NOT_WHOLE)
    if rules.kind is QuestionKind.DECIMAL and _digits_exceed(number):
        raise InvalidAnswer(Fault.TOO_MANY_DIGITS)
    lowest = _lowest(rules)
    if lowest is not None and number < lowest:
        raise InvalidAnswer(Fault.TOO_SMALL)
    if rules.max_value is not None and number > rules.max_value:
        raise InvalidAnswer(Fault.TOO_LARGE)
    return number


def _lowest(rules: Rules) -> Decimal | None:
    """A rating is never below zero, whatever its limits say."""
    if rules.kind is QuestionKind.RATING:
        return max(rules.min_value or Decimal(0), Decimal(0))
    return rules.min_value


def _digits_exceed(number: Decimal) -> bool:
    """Whether the number does not fit 24 digits with 10 after the point."""
    exponent = number.normalize().as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return places > 10 or abs(number) >= Decimal(10) ** 14


def to_decimal(text: str) -> Decimal:
    """Return a number as typed, in Latin, Persian or Arabic digits, with a point or a comma.

    Raises:
        InvalidAnswer: It is not a finite number of ordinary size.
    """
    plain = latin_digits(text).strip().translate(_NUMBER_SIGNS)
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    if "_" in plain:
        raise InvalidAnswer(Fault.NOT_A_NUMBER)
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise InvalidAnswer(Fault.NOT_A_NUMBER) from None
    if not number.is_finite() or abs(number.adjusted()) > 400:
        raise InvalidAnswer(Fault.NOT_A_NUMBER)
    return number


def latin_digits(text: str) -> str:
    """Return the text with every decimal digit of any script as 0 to 9."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def _choice(rules: Rules, value: object) -> frozenset[int]:
    if not isinstance(value, list) or len(value) > MAX_PARTS:
        raise InvalidAnswer(Fault.WRONG_SHAPE)
    chosen = frozenset(_key(one) for one in value)
    if not chosen <= rules.choices:
        raise InvalidAnswer(Fault.UNKNOWN_CHOICE)
    if len(chosen) < rules.min_answers:
        raise InvalidAnswer(Fault.TOO_FEW_CHOICES)
    if rules.max_answers is not None and len(chosen) > rules.max_answers:
        raise InvalidAnswer(Fault.TOO_MANY_CHOICES)
    return chosen


def _matching(rules: Rules, value: object) -> Mapping[int, int]:
    if not isinstance(value, Mapping) or len(value) > MAX_PARTS:
        raise InvalidAnswer(Fault.WRONG_SHAPE)
    pairs = {_key(left): _key(right) for left, right in value.items() if right not in (None, "")}
    if not (pairs.keys() <= rules.lefts and set(pairs.values()) <= rules.choices):
        raise InvalidAnswer(Fault.UNKNOWN_CHOICE)
    return pairs


def _ordering(rules: Rules, value: object) -> tuple[int, ...]:
    """Every item, each once, in the candidate's order."""
    if not isinstance(value, list) or len(value) > MAX_PARTS:
        raise InvalidAnswer(Fault.WRONG_SHAPE)
    order = tuple(_key(one) for one in value)
    if not rules.choices.issuperset(order):
        raise InvalidAnswer(Fault.UNKNOWN_CHOICE)
    if len(set(order)) < len(order):
        raise InvalidAnswer(Fault.WRONG_SHAPE)
    if len(order) < len(rules.choices):
        raise InvalidAnswer(Fault.TOO_FEW_CHOICES)
    return order


def _key(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value)
    raise InvalidAnswer(Fault.WRONG_SHAPE)


def _date(rules: Rules, value: object) -> date:
    del rules
    try:
        return date.fromisoformat(latin_digits(_string(value, MAX_NUMBER)).strip())
    except ValueError:
        raise InvalidAnswer(Fault.NOT_A_DATE) from None


def _datetime(rules: Rules, value: object) -> datetime:
    """A date and time on the wall: an offset, if one was sent, is not part of the answer."""
    del rules
    text = latin_digits(_string(value, MAX_NUMBER)).strip()
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidAnswer(Fault.NOT_A_DATE) from None
    if "T" not in text.upper() and " " not in text:
        raise InvalidAnswer(Fault.NOT_A_DATE)
    return parsed.replace(tzinfo=None)


def _time(rules: Rules, value: object) -> time:
    """Military time, H:M or H:M:S."""
    del rules
    parts = latin_digits(_string(value, MAX_NUMBER)).strip().split(":")
    if not (
        2 <= len(parts) <= 3 and all(p.isascii() and p.isdigit() and len(p) <= 2 for p in parts)
    ):
        raise InvalidAnswer(Fault.NOT_A_TIME)
    try:
        hour, minute, second = (int(part) for part in [*parts, "0"][:3])
        return time(hour, minute, second)
    except ValueError:
        raise InvalidAnswer(Fault.NOT_A_TIME) from None


def _file(rules: Rules, value: object) -> uuid.UUID:
    del rules
    reference = value.get("upload") if isinstance(value, Mapping) else None
    try:
        return uuid.UUID(_string(reference, MAX_NUMBER))
    except ValueError:
        raise InvalidAnswer(Fault.WRONG_SHAPE) from None


_PARSERS: Final[Mapping[QuestionKind, Callable[[Rules, object], Parsed]]] = {
    QuestionKind.BOOL: _bool,
    QuestionKind.CHAR: _text,
    QuestionKind.TEXT: _text,
    QuestionKind.INT: _number,
    QuestionKind.RATING: _number,
    QuestionKind.FLOAT: _number,
    QuestionKind.DECIMAL: _number,
    QuestionKind.CHOICE: _choice,
    QuestionKind.MATCHING: _matching,
    QuestionKind.ORDERING: _ordering,
    QuestionKind.DATE: _date,
    QuestionKind.DATETIME: _datetime,
    QuestionKind.TIME: _time,
    QuestionKind.FILE: _file,
}


class BadPattern(ValueError):
    """RE2 does not take this pattern; the text says why."""


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Return a test that says whether a whole text matches the author's pattern.

    The whole, from its first letter to its last: seed 002 took a text that only began so, and
    let `ab; anything` through where an author had asked for `[a-z]+`.

    Raises:
        BadPattern: Too long, or outside of RE2's syntax (look-around, back-references, …).
    """
    if len(pattern) > MAX_PATTERN:
        raise BadPattern(f"longer than {MAX_PATTERN} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise BadPattern(text) from None
    return lambda text: compiled.fullmatch(text) is not None
