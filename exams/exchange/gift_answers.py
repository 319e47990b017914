"""What stands between the braces of a GIFT item: its kind, keys, weights and feedback."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from exams.domain.answer import QuestionKind
from exams.domain.draft import MAX_CHOICES, ChoiceDraft
from exams.domain.numbers import plain
from exams.domain.texts import TextFormat
from exams.exchange.gift_syntax import BadItem, restore, split_format
from exams.exchange.items import ItemCode
from exams.exchange.numbers import FULL, NONE, BadNumber, number_of, tolerance_of, weight_of

_TRUE: Final = {"T": True, "TRUE": True, "F": False, "FALSE": False}


@dataclass(frozen=True, slots=True)
class Key:
    """The kind of an item and its choices.

    Attributes:
        multiple: Several choices may be chosen.
        unused: Feedback that has no place, with its offset.
    """

    kind: QuestionKind
    choices: tuple[ChoiceDraft, ...] = ()
    multiple: bool = False
    unused: tuple[tuple[int, str], ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One answer, escapes hidden: `sign` is `=` or `~`."""

    sign: str
    text: str
    at: int


def key_of(answers: str | None, text_format: TextFormat) -> Key:
    """Return what the braces say; None means there were none: plain information.

    Raises:
        BadItem: Something in it cannot be understood.
    """
    if answers is None:
        return Key(QuestionKind.INFO)
    stripped = answers.strip()
    if not stripped:
        return Key(QuestionKind.TEXT)
    if stripped.startswith("#"):
        return _numbers(answers)
    if "~" in stripped:
        return _choices(answers, text_format)
    if "=" in stripped and "->" in stripped:
        return _pairs(answers, text_format)
    return _truth(stripped) or _short(answers)


def _pieces(answers: str, signs: str, first_sign: str) -> Iterator[_Piece]:
    """Yield what each sign begins; text before the first sign counts as begun by `first_sign`.

    Raises:
        BadItem: There are more than a question can have; what is said of each would not end.
    """
    sign, start, count = first_sign, 0, 0
    for at, char in enumerate(answers + signs[0]):
        if char not in signs:
            continue
        text = answers[start:at]
        if text.strip() or start:
            count += 1
            if count > MAX_CHOICES:
                raise BadItem(ItemCode.NOT_STORABLE, f"> {MAX_CHOICES}", start)
            yield _Piece(sign, text, start)
        sign, start = char, at + 1


def _truth(answers: str) -> Key | None:
    """True or false; the first feedback is for the wrong answer, the second for the right one."""
    word, *feedback = answers.split("#")
    value = _TRUE.get(word.strip().upper())
    if value is None:
        return None
    wrong, right = (restore(text) for text in (*feedback, "", "")[:2])
    choices = (
        _truth_choice(FULL, right, value=value),
        _truth_choice(NONE, wrong, value=not value),
    )
    return Key(QuestionKind.BOOL, choices)


def _truth_choice(fraction: Decimal, feedback: str, *, value: bool) -> ChoiceDraft:
    text = "true" if value else "false"
    return ChoiceDraft(text, format=TextFormat.PLAIN, fraction=fraction, rejoinder=feedback)


def _choices(answers: str, text_format: TextFormat) -> Key:
    """Several right ones only when none is marked with `=`: then the weights say how much."""
    pieces = list(_pieces(answers, "=~", "~"))
    choices = []
    for piece in pieces:
        weight, rest = _weight(piece)
        text, feedback = _feedback(rest)
        own_format, text = split_format(text)
        if not text.strip():
            raise BadItem(ItemCode.EMPTY_ANSWER, offset=piece.at)
        choices.append(
            ChoiceDraft(
                restore(text),
                format=own_format or text_format,
                fraction=weight if weight is not None else FULL if piece.sign == "=" else NONE,
                rejoinder=feedback,
            )
        )
    multiple = not any(piece.sign == "=" for piece in pieces)
    return Key(QuestionKind.CHOICE, tuple(choices), multiple=multiple)


def _short(answers: str) -> Key:
    choices = []
    for piece in _pieces(answers, "=", "="):
        weight, rest = _weight(piece)
        text, feedback = _feedback(rest)
        if not text.strip():
            raise BadItem(ItemCode.EMPTY_ANSWER, offset=piece.at)
        choices.append(
            ChoiceDraft(
                restore(text),
                format=TextFormat.PLAIN,
                fraction=FULL if weight is None else weight,
                rejoinder=feedback,
            )
        )
    return Key(QuestionKind.CHAR, tuple(choices))


def _pairs(answers: str, text_format: TextFormat) -> Key:
    choices = []
    for piece in _pieces(answers, "=", "="):
        left, arrow, right = piece.text.partition("->")
        if not arrow or not right.strip():
            raise BadItem(ItemCode.BAD_PAIR, restore(piece.text)[:80], piece.at)
        choices.append(ChoiceDraft(restore(left), restore(right), format=text_format))
    return Key(QuestionKind.MATCHING, tuple(choices))


def _numbers(answers: str) -> Key:
    at = answers.index("#") + 1
    body = answers[at:]
    choices: list[ChoiceDraft] = []
    unused: list[tuple[int, str]] = []
    for piece in _pieces(body, "=~", "="):
        place = at + piece.at
        if piece.sign == "~":
            unused.append((place, restore(_feedback(piece.text)[1])))
            continue
        weight, rest = _weight(piece)
        text, feedback = _feedback(rest)
        value, tolerance = _interval(restore(text), place)
        choices.append(
            ChoiceDraft(
                value,
                format=TextFormat.PLAIN,
                fraction=FULL if weight is None else weight,
                tolerance=tolerance,
                rejoinder=feedback,
            )
        )
    if not choices:
        raise BadItem(ItemCode.EMPTY_ANSWER, offset=at)
    return Key(QuestionKind.FLOAT, tuple(choices), unused=tuple(unused))


def _interval(text: str, at: int) -> tuple[str, Decimal]:
    """Return middle and half width of `1822`, `1822:5` or `1..5`."""
    try:
        return _middle_and_half(text)
    except BadNumber as error:
        raise BadItem(error.code, error.text, at) from None


def _middle_and_half(text: str) -> tuple[str, Decimal]:
    low, dots, high = text.partition("..")
    if not dots:
        value, _, tolerance = text.partition(":")
        return plain(number_of(value)), tolerance_of(number_of(tolerance or "0"))
    first, last = number_of(low), number_of(high)
    if first > last:
        raise BadNumber(ItemCode.BAD_NUMBER, text)
    return plain((first + last) / 2), tolerance_of((last - first) / 2)


def _weight(piece: _Piece) -> tuple[Decimal | None, str]:
    """Return the percentage that an answer begins with, and what comes after it."""
    text = piece.text.lstrip()
    if not text.startswith("%"):
        return None, piece.text
    number, closing, rest = text[1:].partition("%")
    try:
        return weight_of(number if closing else ""), rest
    except BadNumber as error:
        raise BadItem(error.code, text[:40], piece.at) from None


def _feedback(text: str) -> tuple[str, str]:
    answer, _, feedback = text.partition("#")
    return answer, restore(feedback)
