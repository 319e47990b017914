"""Between a question's form and its draft: what the form shows first, and what the author made.

A form has only the fields of its kind. What it does not show is taken over from the stored draft,
so that saving an imported question again loses nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    "xml_id",
    "widget",
    "all_or_nothing",
    "text_response",
    "text_response_label",
)
_BESIDE: Final = (
    "rejoinder",
    "label",
    "value",
    "text_response",
    "next_question_pool",
    "end_question_pool",
    "end_exam",
    "xml_id",
)
_OF_ROW: Final = ("text", "match", "fraction", "tolerance", *_BESIDE)
TRUTHS: Final = ("true", "false")
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
    } | {name: getattr(choice, name) for name in _BESIDE}


def truth_row_of(draft: QuestionDraft | None, word: str) -> dict[str, Any]:
    """Return what is shown of one of the two values of a statement."""
    choices = draft.choices if draft else ()
    found = [choice for choice in choices if choice.text.strip().lower() == word]
    return row_of(found[0]) if found else {}


def draft_of(
    kind: QuestionKind,
    given: Mapping[str, Any],
    rows: Sequence[Row],
    stored: QuestionDraft | None = None,
    truths: Mapping[str, Mapping[str, Any]] | None = None,
) -> QuestionDraft:
    """Return the question that the author wrote.

    Args:
        kind: Of the question; it never changes.
        given: Cleaned values of the form's fields.
        rows: Those that are not blank, in order.
        stored: What is being edited; None for a new question.
        truths: Of a statement: the cells of its two values, by "true" and "false".
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
        _with_cells(_truths(given["truth"], base), truths or {})
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


def _with_cells(
    choices: Iterable[ChoiceDraft], cells: Mapping[str, Mapping[str, Any]]
) -> Iterator[ChoiceDraft]:
    """Yield the two values with what their rows say; a value that only a row speaks of is made."""
    said = {word: {n: v for n, v in row.items() if n in _BESIDE} for word, row in cells.items()}
    for choice in choices:
        yield replace(choice, **said.pop(choice.text.strip().lower(), {}))
    for word, row in said.items():
        if any(row.values()):
            yield replace(ChoiceDraft(word, format=TextFormat.PLAIN), **row)


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
