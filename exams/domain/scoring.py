"""Marks for one answer, totals, percent and pass (pure, exact fractions).

Nothing is rounded before the end: a score of 1/3 is kept as 1/3, compared as 1/3 with the pass
mark, and shown half-up with two decimals.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from exams.domain.answer import (
    NUMBER_KINDS,
    PERSON_KINDS,
    Fault,
    InvalidAnswer,
    Parsed,
    QuestionKind,
    Rules,
    is_empty,
    latin_digits,
    parse,
)
from exams.domain.content import ChoiceContent, QuestionContent
from exams.domain.text_beside import check_text_beside

_ZERO: Final = Fraction(0)
_ONE: Final = Fraction(1)
SCORED_WITHOUT_KEY: Final = PERSON_KINDS | {QuestionKind.MATCHING, QuestionKind.ORDERING}
_ROUNDING_SLACK: Final = Fraction(1, 10**6)
_SAME_LETTERS: Final = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "\u200c": " ", "\u0640": None})


@dataclass(frozen=True, slots=True)
class QuestionMark:
    """What one answer is worth.

    Attributes:
        points: Exact; negative only where a single choice carries a penalty.
        possible: What the question adds to the total; zero when it is not scored.
        valid: None when nothing was given.
        correct: None when not scored or when a person must decide.
        fault: Why the answer is not valid.
        needs_person: The points stand only after a grader has looked.
    """

    points: Fraction
    possible: Fraction
    valid: bool | None
    correct: bool | None
    fault: Fault | None = None
    needs_person: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The whole attempt. `score` and `passed` are None in a survey and while a person is needed."""

    points: Fraction
    possible: Fraction
    score: Fraction | None
    passed: bool | None
    needs_person: bool


def rules_of(question: QuestionContent) -> Rules:
    """Return the limits that an answer to this question must keep."""
    matching = question.kind is QuestionKind.MATCHING
    keys = (choice.match_key if matching else choice.key for choice in question.choices)
    return Rules(
        kind=question.kind,
        required=question.required,
        min_answers=question.min_answers,
        max_answers=question.max_answers,
        min_value=question.min_value,
        max_value=question.max_value,
        min_length=question.min_length,
        max_length=question.max_length,
        text_regex=question.text_regex,
        choices=frozenset(keys),
        lefts=frozenset(choice.key for choice in question.lefts) if matching else frozenset(),
        values={choice.key: choice.text for choice in question.labelled},
    )


def lacks_answer(question: QuestionContent, value: object) -> bool:
    """Whether the question has to be answered and is not; an invalid answer is one."""
    try:
        parse(rules_of(question), value)
    except InvalidAnswer as error:
        return error.fault is Fault.REQUIRED
    return False


def is_scored(question: QuestionContent) -> bool:
    """Whether the question counts: it has a marked key, or a person gives its points."""
    if question.kind is QuestionKind.INFO or question.points == 0:
        return False
    if question.kind in SCORED_WITHOUT_KEY:
        return True
    return any(choice.fraction is not None for choice in question.choices)


def lacks_key(question: QuestionContent) -> bool:
    """Whether a question was given points that nobody can reach, since it has no key."""
    carries = question.kind is not QuestionKind.INFO and question.points > 0
    return carries and not is_scored(question)


def worth(question: QuestionContent) -> Decimal:
    """Return the points that can be reached with a question."""
    return question.points if is_scored(question) else Decimal(0)


def mark(question: QuestionContent, value: object, text: str = "") -> QuestionMark:
    """Return what `value`, with the `text` beside it, is worth as an answer to `question`."""
    possible = Fraction(question.points) if is_scored(question) else _ZERO
    wrong = False if possible else None
    if question.kind is QuestionKind.INFO:
        return QuestionMark(_ZERO, _ZERO, valid=None, correct=None)
    try:
        parsed = parse(rules_of(question), value)
        check_text_beside(rules_of(question), text, is_asked=asks_text(question, parsed))
    except InvalidAnswer as error:
        waits = bool(possible) and _waits_for_person(question, value, error.fault)
        return QuestionMark(
            _ZERO,
            possible,
            valid=False,
            correct=None if waits else wrong,
            fault=error.fault,
            needs_person=waits,
        )
    if parsed is None:
        return QuestionMark(_ZERO, possible, valid=None, correct=wrong)
    if not possible:
        return QuestionMark(_ZERO, _ZERO, valid=True, correct=None)
    if question.kind in PERSON_KINDS:
        return QuestionMark(_ZERO, possible, valid=True, correct=None, needs_person=True)
    share = share_of(question, parsed)
    return QuestionMark(possible * share, possible, valid=True, correct=share == _ONE)


def asks_text(question: QuestionContent, parsed: Parsed | None) -> bool:
    """Whether a text may stand beside this answer: the question asks for one, or a choice does."""
    if question.text_response or parsed is None:
        return question.text_response
    if isinstance(parsed, frozenset):
        return any(one.text_response for one in question.choices if one.key in parsed)
    if question.kind in {QuestionKind.MATCHING, QuestionKind.ORDERING, QuestionKind.FILE}:
        return False
    return any(one.text_response for one in describing(question, parsed))


def _waits_for_person(question: QuestionContent, value: object, fault: Fault) -> bool:
    """A text that breaks a limit is still read by a person; an empty or shapeless one is not."""
    readable = not is_empty(value) and fault is not Fault.WRONG_SHAPE
    return readable and question.kind in PERSON_KINDS


def share_of(question: QuestionContent, parsed: Parsed) -> Fraction:
    """Return the share of the question's points that a valid answer earns."""
    share = _part_of(question, parsed)
    return share if share >= 1 or share <= 0 or not question.all_or_nothing else _ZERO


def _part_of(question: QuestionContent, parsed: Parsed) -> Fraction:
    match question.kind, parsed:
        case QuestionKind.CHOICE, frozenset():
            return _share_of_choices(question, parsed)
        case QuestionKind.ORDERING, tuple():
            return _share_of_places(question, parsed)
        case QuestionKind.MATCHING, dict():
            return _share_of_pairs(question, parsed)
        case _:
            return max(
                (fraction_of(key.fraction) for key in _keys(question, parsed)), default=_ZERO
            )


def chosen_keys(question: QuestionContent, value: object) -> tuple[ChoiceContent, ...]:
    """Return the choices that were chosen, or the one key that the answer earns its points by.

    Empty for an invalid answer, for one that no key describes, and for pairs.
    """
    try:
        parsed = parse(rules_of(question), value)
    except InvalidAnswer:
        return ()
    if parsed is None or question.kind in {QuestionKind.MATCHING, QuestionKind.ORDERING}:
        return ()
    if isinstance(parsed, frozenset):
        return tuple(choice for choice in question.choices if choice.key in parsed)
    keys = _keys(question, parsed)
    return (max(keys, key=lambda key: fraction_of(key.fraction)),) if keys else ()


def _keys(question: QuestionContent, parsed: Parsed) -> list[ChoiceContent]:
    """Return the marked keys that describe the answer."""
    return [key for key in describing(question, parsed) if key.fraction is not None]


def describing(question: QuestionContent, parsed: Parsed) -> list[ChoiceContent]:
    """Return the values of a question that describe an answer, marked or not; any is enough."""
    return [key for key in question.choices if _fits(question, key, parsed)]


def _share_of_choices(question: QuestionContent, chosen: frozenset[int]) -> Fraction:
    """Return what the chosen choices earn together.

    A single choice earns its own share, a penalty included. Where several may be chosen, the right
    ones add up to the whole and no further, then each wrong one costs its part: its own minus
    share, or one of as many equal parts as there are wrong ones. So who ticks every box earns
    nothing, and nothing but right choices is ever the whole. All or nothing: the whole for right
    choices only, as many as the question asks for at least.

    Source: seed 002, Correctness: a chosen answer that is not marked correct makes it wrong.
    """
    shares = [fraction_of(one.fraction) for one in question.choices if one.key in chosen]
    if question.all_or_nothing and question.max_answers != 1:
        return _ONE if shares and min(shares) > 0 else _ZERO
    if question.max_answers == 1:
        return max(-_ONE, min(_ONE, sum(shares, _ZERO)))
    wrong = sum(1 for one in question.choices if fraction_of(one.fraction) <= 0)
    earned = min(_ONE, sum((share for share in shares if share > 0), _ZERO))
    cost = sum((-share or Fraction(1, wrong) for share in shares if share <= 0), _ZERO)
    return max(_ZERO, earned - cost)


def _share_of_places(question: QuestionContent, order: tuple[int, ...]) -> Fraction:
    """Each item at its place earns an equal part; the authored order is the right one."""
    right = sum(1 for one, key in zip(question.choices, order, strict=True) if one.key == key)
    return Fraction(right, len(question.choices))


def _share_of_pairs(question: QuestionContent, pairs: dict[int, int]) -> Fraction:
    lefts = question.lefts
    right = sum(1 for left in lefts if pairs.get(left.key) == left.match_key)
    return Fraction(right, len(lefts)) if lefts else _ZERO


def _fits(question: QuestionContent, key: ChoiceContent, given: Parsed) -> bool:
    """Whether the answer is the one this key describes; any fitting key is enough."""
    if question.kind is QuestionKind.CHAR:
        return isinstance(given, str) and text_fits(key.text, given)
    expected = key_value(question.kind, key.text)
    if (
        question.kind in NUMBER_KINDS
        and isinstance(given, Decimal)
        and isinstance(expected, Decimal)
    ):
        return abs(Fraction(given) - Fraction(expected)) <= Fraction(key.tolerance or 0)
    return given == expected


def key_value(kind: QuestionKind, text: str) -> Parsed | None:
    """Return the typed value of a key.

    Raises:
        InvalidAnswer: The text is not a value of this kind.
    """
    return parse(Rules(kind=kind), text)


def fraction_of(percent: Decimal | None) -> Fraction:
    """Return a percentage as the simple fraction it was rounded from: 33.33333 is one third."""
    exact = Fraction(percent or 0) / 100
    simple = exact.limit_denominator(60)
    return simple if abs(simple - exact) <= _ROUNDING_SLACK else exact


def normalise(text: str) -> str:
    """Return the text without differences that are not meant: case, widths, digits, spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_SAME_LETTERS)
    return latin_digits(" ".join(plain.split()))


def text_fits(pattern: str, given: str) -> bool:
    r"""Whether a short answer fits a key, in which `*` stands for any text and `\*` for a star."""
    pieces = _pieces(pattern)
    text = normalise(given)
    if len(pieces) == 1:
        return normalise(pieces[0]) == text
    first, *middle, last = (normalise(piece) for piece in pieces)
    if not text.startswith(first):
        return False
    position = len(first)
    for piece in middle:
        found = text.find(piece, position)
        if found < 0:
            return False
        position = found + len(piece)
    return text.endswith(last) and len(text) - len(last) >= position


def _pieces(pattern: str) -> list[str]:
    """Split at each star that is not escaped."""
    pieces, escaped = [""], False
    for char in pattern:
        if escaped:
            pieces[-1] += char if char == "*" else "\\" + char
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == "*":
            pieces.append("")
        else:
            pieces[-1] += char
    if escaped:
        pieces[-1] += "\\"
    return pieces


def total(marks: Iterable[QuestionMark], passing_score: Decimal) -> Outcome:
    """Return the outcome of an attempt; penalties never push the total below zero."""
    counted: Sequence[QuestionMark] = [one for one in marks if one.possible]
    points = max(sum((one.points for one in counted), _ZERO), _ZERO)
    possible = sum((one.possible for one in counted), _ZERO)
    waiting = any(one.needs_person for one in counted)
    if waiting or not possible:
        return Outcome(points, possible, score=None, passed=None, needs_person=waiting)
    score = 100 * points / possible
    return Outcome(points, possible, score, score >= Fraction(passing_score), needs_person=False)


def stored(numerator: Decimal | str, denominator: Decimal | str) -> Fraction:
    """Return the exact number that two columns of whole numbers hold."""
    return Fraction(int(numerator), int(denominator))


def shown(score: Fraction) -> Decimal:
    """Return a score as people see it: two decimals, half up, from the exact fraction."""
    hundredths = (score * 100 + Fraction(1, 2)).__floor__()
    return (Decimal(hundredths) / 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
