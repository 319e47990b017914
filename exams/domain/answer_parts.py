"""What an answer consists of when answers are counted: choices, pairs, values (pure).

A part is a short text, unique inside its question: the key of a choice, `left:right` of a pair,
`place:key` of an ordering, `true`, or a value in the form in which equal ones are equal. Texts that a person reads and files
have no parts: they are only given or not.
"""

from collections.abc import Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from exams.domain.answer import NUMBER_KINDS, PERSON_KINDS, InvalidAnswer, QuestionKind, to_decimal
from exams.domain.content import ChoiceContent, QuestionContent
from exams.domain.point_table import Parts
from exams.domain.scoring import fraction_of, mark, normalise

MOST_LETTERS: Final = 120  # of a value; longer ones are counted by their beginning


def identity_of(value: object) -> Hashable:
    """Return something hashable that is equal for equal answers."""
    if isinstance(value, list):
        return tuple(map(str, value))
    if isinstance(value, dict):
        return tuple(sorted((str(left), str(right)) for left, right in value.items()))
    return str(value)[:MOST_LETTERS]


def parts_of(question: QuestionContent, value: object) -> Parts:
    """Return what an answer consists of; nothing for one that has not the shape of its kind."""
    if question.kind in PERSON_KINDS or value is None:
        return ()
    match question.kind, value:
        case QuestionKind.CHOICE, list():
            known = {str(choice.key) for choice in question.choices}
            return tuple(key for key in dict.fromkeys(map(str, value)) if key in known)
        case QuestionKind.MATCHING, dict():
            lefts = {str(left.key) for left in question.lefts}
            pairs = ((str(left), str(right)) for left, right in value.items() if right)
            return tuple(f"{left}:{right}" for left, right in pairs if left in lefts)
        case QuestionKind.ORDERING, list():
            known = {str(choice.key) for choice in question.choices}
            places = enumerate(map(str, value), start=1)
            return tuple(f"{place}:{key}" for place, key in places if key in known)
        case ((QuestionKind.CHOICE | QuestionKind.MATCHING | QuestionKind.ORDERING), _):
            return ()
        case _:
            return _value_of(question.kind, value)


def _value_of(kind: QuestionKind, value: object) -> Parts:
    text = normalise(str(value)[:MOST_LETTERS])
    if kind in NUMBER_KINDS:
        with suppress(InvalidAnswer):  # what is no number is counted as it was typed
            text = f"{to_decimal(text).normalize() + 0:f}"[:MOST_LETTERS]
    return (text,) if text else ()


@dataclass(frozen=True, slots=True)
class NamedPart:
    """A part as people see it.

    Attributes:
        html: Safe HTML of a choice or pair; empty for a value, which is shown as `text`.
        text: The same as plain words, for exports.
        is_key: Whether giving it earns points; None where nothing is right or wrong.
    """

    part: str
    html: str
    text: str
    is_key: bool | None


def possible_parts(question: QuestionContent) -> list[NamedPart]:
    """Return the parts that can be chosen, in authored order; none for kinds with free values."""
    match question.kind:
        case QuestionKind.CHOICE:
            return [_choice(choice) for choice in question.choices]
        case QuestionKind.MATCHING:
            return [_pair(left, right) for left in question.lefts for right in question.rights]
        case QuestionKind.ORDERING:
            return _places(question.choices)
        case QuestionKind.BOOL:
            return [_typed(question, text) for text in ("true", "false")]
        case _:
            return [_labelled(question, choice) for choice in question.labelled]


def named_part(question: QuestionContent, part: str) -> NamedPart:
    """Return how a value that was typed is shown."""
    return _typed(question, part)


def _choice(choice: ChoiceContent) -> NamedPart:
    is_key = None if choice.fraction is None else fraction_of(choice.fraction) > 0
    return NamedPart(str(choice.key), choice.html, choice.text, is_key)


def _pair(left: ChoiceContent, right: ChoiceContent) -> NamedPart:
    return NamedPart(
        f"{left.key}:{right.match_key}",
        f"{left.html} → {right.match_html}",
        f"{left.text} → {right.match}",
        left.match_key == right.match_key,
    )


def _places(choices: Sequence[ChoiceContent]) -> list[NamedPart]:
    """Return every choice at every place; the authored order is the right one."""
    return [
        NamedPart(f"{at}:{one.key}", f"{at} · {one.html}", f"{at} · {one.text}", at == right)
        for at in range(1, len(choices) + 1)
        for right, one in enumerate(choices, start=1)
    ]


def _labelled(question: QuestionContent, choice: ChoiceContent) -> NamedPart:
    (part,) = _value_of(question.kind, choice.text) or (choice.text,)
    return replace(_typed(question, part), text=choice.label)


def _typed(question: QuestionContent, text: str) -> NamedPart:
    value = text == "true" if question.kind is QuestionKind.BOOL else text
    worth = mark(question, value)
    return NamedPart(text, "", text, worth.points > 0 if worth.possible else None)
