"""What stands between the braces of a GIFT item: its kind, keys, weights and feedback."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

from exams.domain.answer import QuestionKind
from exams.domain.draft import MAX_CHOICES, ChoiceDraft
from exams.domain.numbers import plain
from exams.domain.texts import TextFormat
from exams.exchange.gift_syntax import BadItem, Code, restore, split_format

FULL: Final = Decimal(100)
NONE: Final = Decimal(0)
_TRUE: Final = {"T": True, "TRUE": True, "F": False, "FALSE": False}
_PLACES: Final = Decimal("1e-10")  # what the tolerance's column holds


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
                raise BadItem(Code.NOT_STORABLE, f"> {MAX_CHOICES}", start)
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
            raise BadItem(Code.EMPTY_ANSWER, offset=piece.at)
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
            raise BadItem(Code.EMPTY_ANSWER, offset=piece.at)
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
            raise BadItem(Code.BAD_PAIR, restore(piece.text)[:80], piece.at)
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
        raise BadItem(Code.EMPTY_ANSWER, offset=at)
    return Key(QuestionKind.FLOAT, tuple(choices), unused=tuple(unused))


def _interval(text: str, at: int) -> tuple[str, Decimal]:
    """Return middle and half width of `1822`, `1822:5` or `1..5`."""
    low, dots, high = text.partition("..")
    if dots:
        first, last = _decimal(low, at), _decimal(high, at)
        if first > last:
            raise BadItem(Code.BAD_NUMBER, text[:80], at)
        middle, half = (first + last) / 2, (last - first) / 2
    else:
        value, _, tolerance = text.partition(":")
        middle, half = _decimal(value, at), abs(_decimal(tolerance or "0", at))
    if half != half.quantize(_PLACES):
        raise BadItem(Code.TOO_PRECISE, text[:80], at)
    return plain(middle), half.normalize()


def _decimal(text: str, at: int) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise BadItem(Code.BAD_NUMBER, text.strip()[:80], at) from None
    if "_" in text or not number.is_finite() or abs(number.adjusted()) > 13:
        raise BadItem(Code.BAD_NUMBER, text.strip()[:80], at)
    return number


def _weight(piece: _Piece) -> tuple[Decimal | None, str]:
    """Return the percentage that an answer begins with, and what comes after it."""
    text = piece.text.lstrip()
    if not text.startswith("%"):
        return None, piece.text
    number, closing, rest = text[1:].partition("%")
    try:
        weight = Decimal(number.strip())
    except InvalidOperation:
        weight = None
    if weight is None or not closing or not weight.is_finite() or abs(weight) > FULL:
        raise BadItem(Code.BAD_WEIGHT, text[:40], piece.at)
    return weight.quantize(Decimal("0.00001")), rest


def _feedback(text: str) -> tuple[str, str]:
    answer, _, feedback = text.partition("#")
    return answer, restore(feedback)
