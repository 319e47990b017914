"""What a QTI item declares of its response: its type, what is right, what each value is worth."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from exams.exchange.items import ItemRefused
from exams.exchange.numbers import BadNumber, number_of
from exams.exchange.qti_names import QtiCode
from exams.exchange.xml_parts import Element, child, children, words
from exams.exchange.xml_reader import line_of

SCORE: Final = "SCORE"
MAXSCORE: Final = "MAXSCORE"


@dataclass(frozen=True, slots=True)
class Entry:
    """What one value is worth."""

    key: str
    value: Decimal
    any_case: bool = False


@dataclass(frozen=True, slots=True)
class ValueMap:
    """What each value is worth; the sum of several is kept between the bounds."""

    entries: tuple[Entry, ...]
    default: Decimal = Decimal(0)
    lower: Decimal | None = None
    upper: Decimal | None = None

    def worth(self, key: str) -> Decimal:
        """Return what a value alone is worth, before the bounds."""
        return next((entry.value for entry in self.entries if entry.key == key), self.default)

    def bounded(self, value: Decimal) -> Decimal:
        """Return a sum between the bounds."""
        value = value if self.lower is None else max(value, self.lower)
        return value if self.upper is None else min(value, self.upper)


@dataclass(frozen=True, slots=True)
class Declaration:
    """A response and its key."""

    identifier: str
    cardinality: str = "single"
    base_type: str = ""
    correct: tuple[str, ...] = ()
    map: ValueMap | None = None
    other_marking: tuple[str, ...] = field(default_factory=tuple)

    @property
    def is_single(self) -> bool:
        """Whether one value is given."""
        return self.cardinality == "single"


def declaration_of(item: Element, identifier: str) -> Declaration:
    """Return the declaration of a response; a bare one when the item has none.

    Raises:
        ItemRefused: A number in it is none.
    """
    for element in children(item, "responseDeclaration"):
        if element.get("identifier") == identifier:
            return _declaration(element, identifier)
    return Declaration(identifier)


def _declaration(element: Element, identifier: str) -> Declaration:
    correct = child(element, "correctResponse")
    values = () if correct is None else tuple(words(one) for one in children(correct, "value"))
    mapping = child(element, "mapping")
    return Declaration(
        identifier=identifier,
        cardinality=element.get("cardinality", "single"),
        base_type=element.get("baseType", ""),
        correct=tuple(value for value in values if value),
        map=None if mapping is None else _map(mapping),
        other_marking=("areaMapping",) if child(element, "areaMapping") is not None else (),
    )


def _map(element: Element) -> ValueMap:
    entries = tuple(
        Entry(
            one.get("mapKey", "").strip(),
            attribute_number(one, "mappedValue") or Decimal(0),
            any_case=one.get("caseSensitive") == "false",
        )
        for one in children(element, "mapEntry")
    )
    return ValueMap(
        entries,
        default=attribute_number(element, "defaultValue") or Decimal(0),
        lower=attribute_number(element, "lowerBound"),
        upper=attribute_number(element, "upperBound"),
    )


def attribute_number(element: Element, name: str) -> Decimal | None:
    """Return the number in an attribute, None when it is not there.

    Raises:
        ItemRefused: It is no number.
    """
    said = element.get(name)
    if said is None or not said.strip():
        return None
    try:
        return number_of(said)
    except BadNumber as error:
        raise ItemRefused(error.code, error.text, line_of(element)) from None


def attribute_count(element: Element, name: str, default: int) -> int:
    """Return the whole number from 0 in an attribute.

    Raises:
        ItemRefused: It is none.
    """
    number = attribute_number(element, name)
    if number is None:
        return default
    if number < 0 or number != number.to_integral_value():
        raise ItemRefused(QtiCode.NO_KEY, f"{name}={number}", line_of(element))
    return int(number)


def outcome_default(item: Element, identifier: str) -> Decimal | None:
    """Return the number that an outcome begins with, None when nothing is said."""
    for element in children(item, "outcomeDeclaration"):
        if element.get("identifier") == identifier:
            default = child(element, "defaultValue")
            said = "" if default is None else words(child(default, "value"))
            try:
                return number_of(said) if said else None
            except BadNumber:
                return None
    return None


def said_maximum(item: Element) -> Decimal | None:
    """Return the points that an item says it is worth, None when it does not say."""
    said = outcome_default(item, MAXSCORE)
    if said is not None:
        return said
    for element in children(item, "outcomeDeclaration"):
        if element.get("identifier") == SCORE:
            return attribute_number(element, "normalMaximum")
    return None
