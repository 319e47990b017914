"""How a QTI item turns a response into its score: the two standard ways, however they are written.

A response is compared with the right one, or its values are looked up and added. Whatever else an
item may program is reported, never guessed. What only sets feedback does not touch the score.

Source: QTI 2.2 Information Model, 6 Response Processing; the templates match_correct and
map_response are given there in full.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, auto
from typing import Final

from exams.exchange.items import ItemRefused
from exams.exchange.numbers import BadNumber, number_of
from exams.exchange.qti_declarations import MAXSCORE, SCORE, outcome_default
from exams.exchange.qti_names import QtiCode
from exams.exchange.xml_parts import Element, child, words
from exams.exchange.xml_reader import line_of

_TEMPLATE_RESPONSE: Final = "RESPONSE"
_ZERO: Final = Decimal(0)


class How(Enum):
    """The ways of marking."""

    UNSAID = auto()
    MATCH = auto()
    MAP = auto()


@dataclass(frozen=True, slots=True)
class Marking:
    """How one response is marked.

    Attributes:
        points: What a right response earns; only of MATCH.
        below: How far below the right number is still right, `above` likewise.
        any_case: Capital and small letters are not told apart.
        shows_choice: Outcomes that are set to the response itself, to show feedback by it.
    """

    how: How
    points: Decimal = Decimal(1)
    below: Decimal = _ZERO
    above: Decimal = _ZERO
    any_case: bool = False
    shows_choice: frozenset[str] = frozenset()


class _When(Enum):
    EMPTY = auto()
    GIVEN = auto()
    RIGHT = auto()
    ELSE = auto()


@dataclass(frozen=True, slots=True)
class _Branch:
    """One way through a condition: when it is taken, and how the score is then found."""

    when: _When
    marking: Marking | None  # None: the score is zero


def marking_of(item: Element, response: str) -> Marking:
    """Return how a response is marked.

    Raises:
        ItemRefused: In a way that is not one of ours.
    """
    processing = child(item, "responseProcessing")
    if processing is None:
        return Marking(How.UNSAID)
    template = processing.get("template", "").rstrip("/").rpartition("/")[2].removesuffix(".xml")
    if template:
        return _of_template(template, response, processing)
    return _Rules(item, response).marking(processing)


def _of_template(name: str, response: str, processing: Element) -> Marking:
    known = {"match_correct": How.MATCH, "map_response": How.MAP}.get(name)
    if known is None or response != _TEMPLATE_RESPONSE:
        raise _custom(processing, name)
    return Marking(known)


def _custom(element: Element, text: str = "") -> ItemRefused:
    return ItemRefused(QtiCode.CUSTOM_MARKING, text or str(element.tag), line_of(element))


class _Rules:
    """Reads the rules of one item for one response."""

    def __init__(self, item: Element, response: str) -> None:
        self.item, self.response = item, response

    def marking(self, processing: Element) -> Marking:
        """Return what the rules amount to."""
        shows: set[str] = set()
        found: list[Marking] = []
        for rule in processing:
            if _sets_score(rule):
                if found or not self._is_zero(rule):
                    found.append(self._of_rule(rule))
            elif rule.tag == "setOutcomeValue":
                if self._is_response(rule[0] if len(rule) else None):
                    shows.add(rule.get("identifier", ""))
            elif rule.tag != "responseCondition" or _has(rule, "exitResponse"):
                raise _custom(rule)
        if len(found) > 1:
            raise _custom(processing)
        first = found[0] if found else Marking(How.UNSAID)
        return replace(first, shows_choice=frozenset(shows))

    def _is_zero(self, rule: Element) -> bool:
        """Whether a rule sets the score to where it begins anyway."""
        return rule.tag == "setOutcomeValue" and len(rule) == 1 and self._score(rule) is None

    def _of_rule(self, rule: Element) -> Marking:
        if outcome_default(self.item, SCORE):
            raise _custom(rule, SCORE)
        if rule.tag == "setOutcomeValue":
            branches = [_Branch(_When.ELSE, self._score(rule))]
        elif rule.tag == "responseCondition" and not _has(rule, "exitResponse"):
            branches = [self._branch(one) for one in rule]
        else:
            raise _custom(rule)
        return _sum_up(branches, rule)

    def _branch(self, part: Element) -> _Branch:
        parts = list(part)
        if part.tag == "responseElse":
            return _Branch(_When.ELSE, self._set_in(parts))
        if part.tag not in {"responseIf", "responseElseIf"} or not parts:
            raise _custom(part)
        when, right = self._when(parts[0])
        marking = self._set_in(parts[1:])
        if right and marking and marking.how is How.MATCH:
            marking = replace(right, points=marking.points)
        return _Branch(when, marking)

    def _set_in(self, rules: Sequence[Element]) -> Marking | None:
        """Return how the score is set among the actions of a branch."""
        setting = [rule for rule in rules if _sets_score(rule)]
        if len(setting) > 1 or any(rule.tag != "setOutcomeValue" for rule in setting):
            raise _custom(setting[0])
        return self._score(setting[0]) if setting else None

    def _score(self, setting: Element) -> Marking | None:
        if len(setting) != 1:
            raise _custom(setting)
        expression = setting[0]
        if expression.tag == "sum":  # the score, which begins at zero, plus something
            rest = [one for one in expression if not _is_variable(one, SCORE)]
            if len(rest) != 1 or len(expression) > 2:
                raise _custom(expression)
            expression = rest[0]
        if expression.tag == "mapResponse" and expression.get("identifier") == self.response:
            return Marking(How.MAP)
        points = self._number(expression)
        return Marking(How.MATCH, points=points) if points else None

    def _number(self, expression: Element) -> Decimal:
        said: Decimal | None = None
        if expression.tag == "baseValue":
            try:
                said = number_of(words(expression))
            except BadNumber:
                said = None
        elif _is_variable(expression, MAXSCORE):
            said = outcome_default(self.item, MAXSCORE)
        if said is None or said < 0:
            raise _custom(expression)
        return said

    def _when(self, condition: Element) -> tuple[_When, Marking | None]:
        """Return when a branch is taken; with the comparison if it asks for the right response."""
        inner = list(condition)
        match condition.tag, len(inner):
            case "and", 1:
                return self._when(inner[0])
            case "and", 2:
                return self._both(inner)
            case "isNull", 1 if self._is_response(inner[0]):
                return _When.EMPTY, None
            case "not", 1 if self._when(inner[0])[0] is _When.EMPTY:
                return _When.GIVEN, None
            case "match" | "equal" | "stringMatch", 2 if self._compares(inner):
                return _When.RIGHT, _comparison(condition)
            case _:
                raise _custom(condition)

    def _both(self, inner: Sequence[Element]) -> tuple[_When, Marking | None]:
        """Given and right is right."""
        both = [self._when(one) for one in inner]
        if {when for when, _right in both} != {_When.GIVEN, _When.RIGHT}:
            raise _custom(inner[0])
        return next(one for one in both if one[0] is _When.RIGHT)

    def _compares(self, pair: Sequence[Element]) -> bool:
        one, other = pair if pair[0].tag == "variable" else (pair[1], pair[0])
        is_right = other.tag == "correct" and other.get("identifier") == self.response
        return self._is_response(one) and is_right

    def _is_response(self, element: Element | None) -> bool:
        return element is not None and _is_variable(element, self.response)


def _sum_up(branches: Sequence[_Branch], rule: Element) -> Marking:
    """Return the one way of marking that the branches are, in one of their usual forms."""
    kept = [one for one in branches if one != _Branch(_When.EMPTY, None)]
    if len(kept) > 1 and kept[-1] == _Branch(_When.ELSE, None):
        kept.pop()
    if len(kept) != 1 or kept[0].marking is None:
        raise _custom(rule)
    (branch,) = kept
    usual = {
        How.MATCH: {_When.RIGHT},
        How.MAP: {_When.GIVEN, _When.ELSE},
        How.UNSAID: set[_When](),
    }
    if branch.marking is None or branch.when not in usual[branch.marking.how]:
        raise _custom(rule)
    return branch.marking


def _comparison(condition: Element) -> Marking:
    marking = Marking(How.MATCH)
    if condition.tag == "stringMatch":
        if condition.get("substring") == "true":
            raise _custom(condition)
        return replace(marking, any_case=condition.get("caseSensitive") == "false")
    mode = condition.get("toleranceMode", "exact")
    if condition.tag == "match" or mode == "exact":
        return marking
    ends = {condition.get(name, "true") for name in ("includeLowerBound", "includeUpperBound")}
    try:
        sizes = [number_of(one) for one in condition.get("tolerance", "").split()]
    except BadNumber:
        sizes = []
    if mode != "absolute" or ends != {"true"} or not 1 <= len(sizes) <= 2 or min(sizes) < 0:
        raise _custom(condition)
    return replace(marking, below=sizes[0], above=sizes[-1])


def _is_variable(element: Element, identifier: str) -> bool:
    return element.tag == "variable" and element.get("identifier") == identifier


def _sets_score(rule: Element) -> bool:
    return any(
        one.get("identifier") == SCORE for one in _among(rule, "setOutcomeValue lookupOutcomeValue")
    )


def _has(rule: Element, name: str) -> bool:
    return any(True for _one in _among(rule, name))


def _among(rule: Element, names: str) -> Iterator[Element]:
    return rule.iter(*names.split())
