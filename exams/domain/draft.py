"""A question as its author writes it, and what is wrong with it (pure)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from exams.domain.answer import (
    MAX_LENGTHS,
    MAX_TEXT,
    NUMBER_KINDS,
    PERSON_KINDS,
    TEXT_KINDS,
    BadPattern,
    InvalidAnswer,
    QuestionKind,
    compile_pattern,
)
from exams.domain.scoring import fraction_of, key_value
from exams.domain.texts import TextFormat
from exams.domain.widgets import Widget, fits
from exams.domain.xml_names import is_xml_name

MAX_POINTS: Final = Decimal("99999.99")
MAX_CHOICES: Final = 100
MAX_PROMPT: Final = 100_000
MAX_LABEL: Final = 255
_LIMIT: Final = Decimal(10) ** 14  # what numeric(24,10) holds
# Kinds whose choices are judged as a whole: no share of their own, no branch.
WHOLE_KINDS: Final = frozenset({QuestionKind.MATCHING, QuestionKind.ORDERING})
WITHOUT_TEXT_BESIDE: Final = TEXT_KINDS | WHOLE_KINDS | {QuestionKind.FILE, QuestionKind.INFO}
_FREE_TEXTS: Final = WHOLE_KINDS | {QuestionKind.CHOICE, QuestionKind.CHAR}


class DraftFault(StrEnum):
    """What is wrong. Texts for people are made at the edge."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    OUT_OF_RANGE = "out_of_range"
    MIN_ABOVE_MAX = "min_above_max"
    BAD_PATTERN = "bad_pattern"
    NOT_FOR_KIND = "not_for_kind"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    NOT_A_VALUE = "not_a_value"
    FULL_POINTS_UNREACHABLE = "full_points_unreachable"
    NOT_AN_XML_NAME = "not_an_xml_name"
    ENDS_TWICE = "ends_twice"


@dataclass(frozen=True, slots=True)
class ChoiceDraft:
    """An option, a pair (`text` → `match`), or a right value.

    Attributes:
        fraction: Percent of the points; None is neither right nor wrong, as in a survey.
        label: Of a right value: what candidates see to pick it; empty is never shown.
        next_question_pool: Id of the pool that follows for who gives this, right or wrong.
    """

    text: str
    match: str = ""
    format: TextFormat = TextFormat.MARKDOWN
    fraction: Decimal | None = None
    tolerance: Decimal | None = None
    rejoinder: str = ""
    xml_id: str = ""
    label: str = ""
    value: str = ""
    text_response: bool = False
    next_question_pool: int | None = None
    end_question_pool: bool = False
    end_exam: bool = False


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """A question with its key; see exams.models.Question for the fields."""

    name: str
    kind: QuestionKind
    prompt: str
    format: TextFormat = TextFormat.MARKDOWN
    help_text: str = ""
    rejoinder: str = ""
    points: Decimal = Decimal(1)
    required: bool = False
    shuffle_choices: bool = False
    min_answers: int = 1
    max_answers: int | None = 1
    min_value: Decimal | None = None
    max_value: Decimal | None = None
    min_length: int = 0
    max_length: int | None = None
    text_regex: str = ""
    accept: tuple[str, ...] = ()
    choices: tuple[ChoiceDraft, ...] = ()
    xml_id: str = ""
    widget: str = ""
    all_or_nothing: bool = False
    text_response: bool = False
    text_response_label: str = ""


@dataclass(frozen=True, slots=True)
class DraftFinding:
    """One thing to mend: `field` is the name of the form field, `choices.2.text` for a choice."""

    field: str
    fault: DraftFault
    detail: str = ""


# What a question may lack while its choices are written one by one; review asks for all of it.
_COMPLETED_LATER: Final = frozenset({"choices", "min_answers", "max_answers"})


def faults_of_parts(draft: QuestionDraft) -> list[DraftFinding]:
    """Return what is wrong with the draft whatever is still to be added to it."""
    return [one for one in findings_of(draft) if one.field not in _COMPLETED_LATER]


def findings_of(draft: QuestionDraft) -> list[DraftFinding]:
    """Return everything that is wrong with the draft; empty when it may be stored."""
    return [finding for check in _CHECKS for finding in check(draft)]


def _texts(draft: QuestionDraft) -> Iterator[DraftFinding]:
    if not draft.name.strip():
        yield DraftFinding("name", DraftFault.EMPTY)
    if len(draft.name) > 200:
        yield DraftFinding("name", DraftFault.TOO_LONG)
    if not draft.prompt.strip():
        yield DraftFinding("prompt", DraftFault.EMPTY)
    for name in ("prompt", "help_text", "rejoinder"):
        if len(getattr(draft, name)) > MAX_PROMPT:
            yield DraftFinding(name, DraftFault.TOO_LONG)


def _points(draft: QuestionDraft) -> Iterator[DraftFinding]:
    if not (draft.points.is_finite() and 0 <= draft.points <= MAX_POINTS):
        yield DraftFinding("points", DraftFault.OUT_OF_RANGE)


def _numbers(draft: QuestionDraft) -> Iterator[DraftFinding]:
    low, high = draft.min_value, draft.max_value
    for name, value in (("min_value", low), ("max_value", high)):
        if value is None:
            continue
        if draft.kind not in NUMBER_KINDS:
            yield DraftFinding(name, DraftFault.NOT_FOR_KIND)
        if not (value.is_finite() and abs(value) < _LIMIT):
            yield DraftFinding(name, DraftFault.OUT_OF_RANGE)
    if low is not None and high is not None and low > high:
        yield DraftFinding("min_value", DraftFault.MIN_ABOVE_MAX)
    if draft.kind is QuestionKind.RATING:
        yield from _rating(low, high)


def _rating(low: Decimal | None, high: Decimal | None) -> Iterator[DraftFinding]:
    for name, value in (("min_value", low), ("max_value", high)):
        if value is None:
            yield DraftFinding(name, DraftFault.EMPTY)
        elif value < 0 or value != value.to_integral_value() or value > 100:
            yield DraftFinding(name, DraftFault.OUT_OF_RANGE)


def _lengths(draft: QuestionDraft) -> Iterator[DraftFinding]:
    if draft.kind not in TEXT_KINDS and not asks_text(draft):
        if draft.min_length or draft.max_length is not None:
            yield DraftFinding("max_length", DraftFault.NOT_FOR_KIND)
        if draft.text_regex:
            yield DraftFinding("text_regex", DraftFault.NOT_FOR_KIND)
        return
    yield from _length_range(draft, MAX_LENGTHS.get(draft.kind, MAX_TEXT))
    try:
        compile_pattern(draft.text_regex)
    except BadPattern as error:
        yield DraftFinding("text_regex", DraftFault.BAD_PATTERN, str(error)[:200])


def asks_text(draft: QuestionDraft) -> bool:
    """Whether a text may stand beside its answers; the limits of a text hold for it then."""
    return draft.text_response or any(choice.text_response for choice in draft.choices)


def _length_range(draft: QuestionDraft, longest: int) -> Iterator[DraftFinding]:
    if draft.min_length < 0 or (draft.max_length is not None and draft.max_length < 1):
        yield DraftFinding("min_length", DraftFault.OUT_OF_RANGE)
    for name, length in (("min_length", draft.min_length), ("max_length", draft.max_length)):
        if length is not None and length > longest:
            yield DraftFinding(name, DraftFault.OUT_OF_RANGE)
    if draft.max_length is not None and draft.min_length > draft.max_length:
        yield DraftFinding("min_length", DraftFault.MIN_ABOVE_MAX)


def _accepts(draft: QuestionDraft) -> Iterator[DraftFinding]:
    if draft.accept and draft.kind is not QuestionKind.FILE:
        yield DraftFinding("accept", DraftFault.NOT_FOR_KIND)
    for suffix in draft.accept:
        plain = suffix.removeprefix(".")
        if not (
            suffix.startswith(".") and plain.isascii() and plain.isalnum() and len(plain) <= 10
        ):
            yield DraftFinding("accept", DraftFault.NOT_A_VALUE, suffix[:20])


def _choice_count(draft: QuestionDraft) -> Iterator[DraftFinding]:
    count = len(draft.choices)
    if count > MAX_CHOICES:
        yield DraftFinding("choices", DraftFault.TOO_MANY)
    if draft.kind is QuestionKind.CHOICE:
        yield from _selection(draft, count)
    elif draft.kind is QuestionKind.MATCHING:
        rights = {choice.match.strip() for choice in draft.choices if choice.match.strip()}
        lefts = [choice for choice in draft.choices if choice.text.strip()]
        if not lefts or len(rights) < 2:
            yield DraftFinding("choices", DraftFault.TOO_FEW)
    elif draft.kind is QuestionKind.ORDERING and count < 2:
        yield DraftFinding("choices", DraftFault.TOO_FEW)
    elif draft.choices and draft.kind in PERSON_KINDS | {QuestionKind.INFO}:
        yield DraftFinding("choices", DraftFault.NOT_FOR_KIND)


def _selection(draft: QuestionDraft, count: int) -> Iterator[DraftFinding]:
    if count < 2:
        yield DraftFinding("choices", DraftFault.TOO_FEW)
    if draft.max_answers is not None and not 1 <= draft.max_answers <= max(count, 1):
        yield DraftFinding("max_answers", DraftFault.OUT_OF_RANGE)
    if draft.min_answers < 0 or draft.min_answers > (draft.max_answers or count):
        yield DraftFinding("min_answers", DraftFault.MIN_ABOVE_MAX)


def _choice_texts(draft: QuestionDraft) -> Iterator[DraftFinding]:
    for index, choice in enumerate(draft.choices):
        field = f"choices.{index}.text"
        matching = draft.kind is QuestionKind.MATCHING
        if not choice.text.strip() and not (matching and choice.match.strip()):
            yield DraftFinding(field, DraftFault.EMPTY)
        if matching and choice.text.strip() and not choice.match.strip():
            yield DraftFinding(f"choices.{index}.match", DraftFault.EMPTY)
        if len(choice.text) > MAX_PROMPT or len(choice.match) > MAX_PROMPT:
            yield DraftFinding(field, DraftFault.TOO_LONG)
        if draft.kind not in _FREE_TEXTS:
            yield from _key(draft.kind, choice, index)


def _key(kind: QuestionKind, choice: ChoiceDraft, index: int) -> Iterator[DraftFinding]:
    try:
        value = key_value(kind, choice.text)
    except InvalidAnswer:
        value = None
    if value is None:
        yield DraftFinding(f"choices.{index}.text", DraftFault.NOT_A_VALUE)
    if choice.tolerance is None:
        return
    if kind not in NUMBER_KINDS:
        yield DraftFinding(f"choices.{index}.tolerance", DraftFault.NOT_FOR_KIND)
    elif not (choice.tolerance.is_finite() and 0 <= choice.tolerance < _LIMIT):
        yield DraftFinding(f"choices.{index}.tolerance", DraftFault.OUT_OF_RANGE)


def _fractions(draft: QuestionDraft) -> Iterator[DraftFinding]:
    if draft.kind in WHOLE_KINDS:
        return
    lowest = -100 if draft.kind is QuestionKind.CHOICE else 0
    marked = [choice.fraction for choice in draft.choices if choice.fraction is not None]
    for index, choice in enumerate(draft.choices):
        if choice.fraction is not None and not lowest <= choice.fraction <= 100:
            yield DraftFinding(f"choices.{index}.fraction", DraftFault.OUT_OF_RANGE)
    if not marked:
        return
    if _best_share(draft, marked) < 1:
        yield DraftFinding("choices", DraftFault.FULL_POINTS_UNREACHABLE)


def _best_share(draft: QuestionDraft, marked: list[Decimal]) -> Fraction:
    if draft.all_or_nothing and any(percent > 0 for percent in marked):
        return Fraction(1)
    shares = sorted((fraction_of(percent) for percent in marked), reverse=True)
    if draft.kind is not QuestionKind.CHOICE or draft.max_answers == 1:
        return shares[0]
    positive = [share for share in shares if share > 0]
    # Percentages are written with a few decimals, so a hair below the whole is the whole.
    best = sum(positive[: draft.max_answers], Fraction(0))
    return Fraction(1) if best > Fraction(9999, 10000) else best


def _drawing(draft: QuestionDraft) -> Iterator[DraftFinding]:
    """How it is drawn: only a widget of its kind, and only a text beside what is not one itself."""
    if draft.widget:
        multiple = draft.max_answers != 1
        known = draft.widget in set(Widget)
        if not (known and fits(draft.kind, Widget(draft.widget), multiple=multiple)):
            yield DraftFinding("widget", DraftFault.NOT_FOR_KIND, draft.widget)
    if asks_text(draft) and draft.kind in WITHOUT_TEXT_BESIDE:
        yield DraftFinding("text_response", DraftFault.NOT_FOR_KIND)
    labels = [("text_response_label", draft.text_response_label)]
    for index, choice in enumerate(draft.choices):
        labels += [
            (f"choices.{index}.{name}", getattr(choice, name)) for name in ("label", "value")
        ]
    for field, text in labels:
        if len(text) > MAX_LABEL:
            yield DraftFinding(field, DraftFault.TOO_LONG)


def _xml_ids(draft: QuestionDraft) -> Iterator[DraftFinding]:
    ids = [("xml_id", draft.xml_id)]
    ids += [(f"choices.{index}.xml_id", one.xml_id) for index, one in enumerate(draft.choices)]
    seen: set[str] = set()
    for field, xml_id in ids:
        if xml_id and not is_xml_name(xml_id):
            yield DraftFinding(field, DraftFault.NOT_AN_XML_NAME, xml_id[:40])
        if xml_id and xml_id in seen:
            yield DraftFinding(field, DraftFault.NOT_AN_XML_NAME, xml_id[:40])
        seen.add(xml_id)


def _branches(draft: QuestionDraft) -> Iterator[DraftFinding]:
    """Where a choice leads; that it leads forward is for whoever knows the exam's pools."""
    for index, choice in enumerate(draft.choices):
        leads = choice.next_question_pool is not None or choice.end_question_pool or choice.end_exam
        if leads and draft.kind in WHOLE_KINDS:
            yield DraftFinding(f"choices.{index}.next_question_pool", DraftFault.NOT_FOR_KIND)
        if choice.end_exam and choice.next_question_pool is not None:
            yield DraftFinding(f"choices.{index}.end_exam", DraftFault.ENDS_TWICE)


_CHECKS: Final[tuple[Callable[[QuestionDraft], Iterator[DraftFinding]], ...]] = (
    _texts,
    _points,
    _numbers,
    _lengths,
    _accepts,
    _choice_count,
    _choice_texts,
    _fractions,
    _drawing,
    _xml_ids,
    _branches,
)
