"""Between a question's form and its draft: what the form shows first, and what the author made.

A form has only the fields of its kind. What it does not show is taken over from the stored draft,
so that saving an imported question again loses nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from exams.domain.answer import QuestionKind
from exams.domain.draft import WHOLE_KINDS, ChoiceDraft, QuestionDraft
from exams.domain.numbers import plain_or_none
from exams.domain.texts import TextFormat

FULL: Final = Decimal(100)
NONE: Final = Decimal(0)

# Cleaned values of one row, and the stored choice that it showed.
Row = tuple[Mapping[str, Any], ChoiceDraft | None]

_AS_GIVEN: Final = (
    "name",
    "prompt",
    "help_text",
    "rejoinder",
    "points",
    "required",
    "shuffle_choices",
    "min_value",
    "max_value",
    "max_length",
    "text_regex",
)
_OF_ROW: Final = ("text", "match", "fraction", "tolerance", "rejoinder")
# Kinds whose rows are texts for candidates; those of the others are right values, always plain.
_FORMATTED: Final = frozenset({QuestionKind.CHOICE}) | WHOLE_KINDS


def initial_of(draft: QuestionDraft) -> dict[str, Any]:
    """Return what the form's fields show of a draft."""
    values = {name: getattr(draft, name) for name in (*_AS_GIVEN, "min_answers", "min_length")}
    numbers = {name: plain_or_none(values[name]) for name in ("points", "min_value", "max_value")}
    return (
        values
        | numbers
        | {
            "format": draft.format.value,
            "several": draft.max_answers != 1,
            "max_answers": None if draft.max_answers == 1 else draft.max_answers,
            "accept": " ".join(draft.accept),
            "truth": _truth_of(draft),
        }
    )


def row_of(choice: ChoiceDraft) -> dict[str, Any]:
    """Return what a row shows of a choice."""
    return {
        "text": choice.text,
        "match": choice.match,
        "fraction": plain_or_none(choice.fraction),
        "tolerance": plain_or_none(choice.tolerance),
        "rejoinder": choice.rejoinder,
    }


def draft_of(
    kind: QuestionKind,
    given: Mapping[str, Any],
    rows: Sequence[Row],
    stored: QuestionDraft | None = None,
) -> QuestionDraft:
    """Return the question that the author wrote.

    Args:
        kind: Of the question; it never changes.
        given: Cleaned values of the form's fields.
        rows: Those that are not blank, in order.
        stored: What is being edited; None for a new question.
    """
    base = stored or QuestionDraft(name="", kind=kind, prompt="", points=NONE)
    text_format = TextFormat(given["format"])
    changes = {name: given[name] for name in _AS_GIVEN if name in given}
    if "several" in given:
        least = given["min_answers"]
        changes["min_answers"] = 1 if least is None else least
        changes["max_answers"] = given["max_answers"] if given["several"] else 1
    if "min_length" in given:
        changes["min_length"] = given["min_length"] or 0
    if "accept" in given:
        changes["accept"] = tuple(given["accept"].lower().replace(",", " ").split())
    choices = (
        _truths(given["truth"], base)
        if "truth" in given
        else [_choice_of(kind, row, text_format, base.format) for row in rows]
    )
    return replace(base, format=text_format, choices=tuple(choices), **changes)


def _truth_of(draft: QuestionDraft) -> str:
    right = [choice.text for choice in draft.choices if choice.fraction == FULL]
    return right[0].strip().lower() if right else ""


def _truths(truth: str, stored: QuestionDraft) -> Iterator[ChoiceDraft]:
    """Yield the two values of a statement; what is said of each stays with it."""
    if truth == _truth_of(stored):
        yield from stored.choices
        return
    known = {choice.text.strip().lower(): choice for choice in stored.choices}
    for word in ("true", "false"):
        choice = known.get(word)
        if truth:
            share = FULL if word == truth else NONE
            blank = ChoiceDraft(word, format=TextFormat.PLAIN)
            yield replace(choice or blank, fraction=share)
        elif choice:
            yield replace(choice, fraction=None)


def _choice_of(
    kind: QuestionKind, row: Row, text_format: TextFormat, format_before: TextFormat
) -> ChoiceDraft:
    """A right value of a kind other than choice counts in full unless the author says else.

    A text keeps a format of its own, and goes with the question's where it had that.
    """
    given, stored = row
    formatted = kind in _FORMATTED
    base = stored or ChoiceDraft("", format=text_format if formatted else TextFormat.PLAIN)
    changes = {name: given[name] for name in _OF_ROW if name in given}
    if not formatted and changes["fraction"] is None:
        changes["fraction"] = FULL
    if stored and formatted and stored.format == format_before:
        changes["format"] = text_format
    return replace(base, **changes)
