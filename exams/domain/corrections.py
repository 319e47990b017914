"""Corrections of frozen questions after the exam: a small overlay that grading lays over the key (pure).

The approved content never changes. A correction says for one question of one sitting what holds
instead: another key, other points, no points for anybody, or all points for everybody.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, TypeAlias

import msgspec

from exams.domain.answer import PERSON_KINDS, InvalidAnswer, QuestionKind
from exams.domain.content import ChoiceContent, QuestionContent
from exams.domain.draft import MAX_POINTS
from exams.domain.scoring import QuestionMark, is_scored, key_value, mark
from exams.domain.texts import TextFormat, to_html

FULL: Final = Decimal(100)
_ARRANGED: Final = frozenset({"matching", "ordering"})  # their key is a whole arrangement


class Remedy(StrEnum):
    """What holds for a question instead of what its author wrote."""

    KEY = "key"
    POINTS = "points"
    VOID = "void"
    FULL = "full"


class KeyValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One accepted value of a question that is answered by a value; share in percent."""

    text: str
    share: Decimal = FULL
    tolerance: Decimal | None = None


class Correction(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What holds for one question.

    Attributes:
        shares: Of a choice question, percent by choice key; every choice is named.
        values: Of a question answered by a value, its whole new key.
        points: What the question carries from now on; None leaves it as it is.
    """

    remedy: Remedy
    shares: dict[str, Decimal] = {}
    values: tuple[KeyValue, ...] = ()
    points: Decimal | None = None


Overlay: TypeAlias = Mapping[int, Correction]


class CorrectionFault(StrEnum):
    """What is wrong with a correction."""

    NOT_FOR_KIND = "not_for_kind"
    NO_FULL_SHARE = "no_full_share"
    OUT_OF_RANGE = "out_of_range"
    NOT_A_VALUE = "not_a_value"
    NOTHING = "nothing"


def remedies_for(question: QuestionContent) -> tuple[Remedy, ...]:
    """Return what can be corrected: the key only where the machine compares with one."""
    has_key = question.kind not in PERSON_KINDS and question.kind.value not in _ARRANGED
    return tuple(one for one in Remedy if has_key or one is not Remedy.KEY)


def faults_of(question: QuestionContent, correction: Correction) -> list[CorrectionFault]:
    """Return what is wrong with a correction of this question; empty if it may be used."""
    return list(_faults(question, correction))


def _faults(question: QuestionContent, correction: Correction) -> Iterator[CorrectionFault]:
    if correction.remedy not in remedies_for(question) or not question.is_answerable:
        yield CorrectionFault.NOT_FOR_KIND
        return
    points = correction.points
    if points is not None and not (points.is_finite() and 0 < points <= MAX_POINTS):
        yield CorrectionFault.OUT_OF_RANGE
    if correction.remedy is Remedy.POINTS and points is None:
        yield CorrectionFault.NOTHING
    if correction.remedy is Remedy.KEY:
        yield from _key_faults(question, correction)


def _key_faults(question: QuestionContent, correction: Correction) -> Iterator[CorrectionFault]:
    if question.kind is QuestionKind.CHOICE:
        shares = list(correction.shares.values())
        if set(correction.shares) != {str(choice.key) for choice in question.choices}:
            yield CorrectionFault.NOT_A_VALUE
    else:
        shares = [value.share for value in correction.values]
        if any(not _is_value(question.kind, value) for value in correction.values):
            yield CorrectionFault.NOT_A_VALUE
    if not all(share.is_finite() and -100 <= share <= 100 for share in shares):
        yield CorrectionFault.OUT_OF_RANGE
    elif sum(share for share in shares if share > 0) < Decimal("99.99"):
        yield CorrectionFault.NO_FULL_SHARE


def _is_value(kind: QuestionKind, value: KeyValue) -> bool:
    if value.tolerance is not None and not (value.tolerance.is_finite() and value.tolerance >= 0):
        return False
    if kind is QuestionKind.CHAR:
        return bool(value.text.strip())
    try:
        return key_value(kind, value.text) is not None
    except InvalidAnswer:
        return False


def corrected(question: QuestionContent, correction: Correction | None) -> QuestionContent:
    """Return the question as it is graded: with the corrected key and points."""
    if correction is None:
        return question
    points = question.points if correction.points is None else correction.points
    choices = question.choices
    if correction.remedy is Remedy.KEY and question.kind is QuestionKind.CHOICE:
        shares = correction.shares
        choices = tuple(
            msgspec.structs.replace(one, fraction=shares.get(str(one.key), Decimal(0)))
            for one in choices
        )
    elif correction.remedy is Remedy.KEY:
        choices = tuple(_choice_of(value) for value in correction.values)
    return msgspec.structs.replace(question, points=points, choices=choices)


def _choice_of(value: KeyValue) -> ChoiceContent:
    return ChoiceContent(
        key=0,
        text=value.text,
        html=to_html(value.text, TextFormat.PLAIN, inline=True),
        match_key=0,
        fraction=value.share,
        tolerance=value.tolerance,
    )


def mark_under(
    question: QuestionContent, value: object, overlay: Overlay, text: str = ""
) -> QuestionMark:
    """Return what an answer is worth by machine, with what was corrected since.

    `text` stands beside it.
    """
    given = mark(corrected(question, overlay.get(question.id)), value, text)
    return settled_under(question, given, overlay)


def settled_under(question: QuestionContent, given: QuestionMark, overlay: Overlay) -> QuestionMark:
    """Return a mark by machine with what holds for everybody, whatever was given."""
    correction = overlay.get(question.id)
    if correction is None or correction.remedy in {Remedy.KEY, Remedy.POINTS}:
        return given
    return _settled(given, _possible(question, correction), correction.remedy)


def hand_mark_under(
    question: QuestionContent, given: QuestionMark, before: Overlay, after: Overlay
) -> QuestionMark | None:
    """Return what points of a person are worth when `after` holds instead of `before`.

    Other points for the question scale them. None when they can no longer be told, because
    everybody had got all points meanwhile: a person gives them anew.
    """
    old, new = before.get(question.id), after.get(question.id)
    if old is not None and old.remedy is Remedy.FULL and (new is None or new.remedy != old.remedy):
        return None
    possible = _possible(question, new)
    if new is not None and new.remedy in {Remedy.VOID, Remedy.FULL}:
        return _settled(given, possible, new.remedy)
    scale = possible / given.possible if given.possible else Fraction(1)
    points = min(given.points * scale, possible)
    return QuestionMark(
        points,
        possible,
        valid=given.valid,
        correct=points == possible if possible else None,
        fault=given.fault,
    )


def _settled(given: QuestionMark, possible: Fraction, remedy: Remedy) -> QuestionMark:
    """Nobody's points count, or everybody has them all; no person has to look any more."""
    void = remedy is Remedy.VOID
    return QuestionMark(
        given.points if void else possible,
        Fraction(0) if void else possible,
        valid=given.valid,
        correct=None if void or not possible else True,
        fault=given.fault,
    )


def _possible(question: QuestionContent, correction: Correction | None) -> Fraction:
    fixed = corrected(question, correction)
    return Fraction(fixed.points) if is_scored(fixed) else Fraction(0)


def changed_overlay(overlay: Overlay, changes: Mapping[int, Correction | None]) -> Overlay:
    """Return the overlay with changes laid over it; None takes a correction back."""
    merged = dict(overlay) | dict(changes)
    return {question: one for question, one in merged.items() if one is not None}


def to_json(overlay: Overlay) -> dict[str, Any]:
    """Return the overlay as stored: question id → correction."""
    return {str(question): msgspec.to_builtins(one) for question, one in overlay.items()}


def from_json(stored: Mapping[str, Any]) -> dict[int, Correction]:
    """Return a stored overlay as its typed form; unknown fields are refused."""
    return {int(question): msgspec.convert(one, Correction) for question, one in stored.items()}
