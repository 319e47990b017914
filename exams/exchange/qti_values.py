"""Interactions of QTI whose answer is made by the candidate: texts, numbers, files, sliders."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from exams.domain.answer import MAX_CHAR, QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.numbers import plain
from exams.domain.texts import TextFormat
from exams.exchange.items import ItemCode
from exams.exchange.numbers import FULL, NONE, BadNumber, number_of, tolerance_of
from exams.exchange.qti_choices import Task
from exams.exchange.qti_declarations import attribute_count, attribute_number, said_maximum
from exams.exchange.qti_marking import How
from exams.exchange.qti_names import QtiCode

_KINDS: Final = {
    "string": QuestionKind.CHAR,
    "integer": QuestionKind.INT,
    "float": QuestionKind.FLOAT,
}
_PLACES: Final = Decimal("0.00001")
# Types of files, as uploads name them, with the endings that mean them here.
_ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "application/pdf": (".pdf",),
    "application/msword": (".doc",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "image/*": (".png", ".jpg", ".jpeg", ".gif", ".webp"),
    "image/gif": (".gif",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "text/csv": (".csv",),
    "text/plain": (".txt",),
}


def read_text_entry(task: Task, base: QuestionDraft) -> QuestionDraft:
    """Read a textEntryInteraction: a short text or a number, in a gap of the sentence."""
    kind = _KINDS.get(task.declaration.base_type)
    if kind is None or not task.declaration.is_single or task.interaction.get("base", "10") != "10":
        raise task.refusal(ItemCode.NOT_SUPPORTED, f"textEntry {task.declaration.base_type}")
    mask = task.interaction.get("patternMask", "")
    if mask and kind is not QuestionKind.CHAR:
        task.note(QtiCode.MASK_NOT_USED, mask)
        mask = ""
    draft = replace(base, kind=kind, text_regex=mask)
    if task.marking.how is How.MAP or (task.declaration.map and not task.declaration.correct):
        return _by_map(task, draft)
    return _by_match(task, draft)


def _by_match(task: Task, draft: QuestionDraft) -> QuestionDraft:
    marking, right = task.marking, task.declaration.correct
    if not right:
        if marking.how is How.MATCH:
            raise task.refusal(QtiCode.NO_KEY)
        return replace(draft, points=NONE)  # a survey
    if draft.kind is QuestionKind.CHAR and not marking.any_case:
        _note_case(task, right)
    choices = tuple(_value(task, draft.kind, one, FULL) for one in right)
    return replace(draft, choices=choices, points=marking.points)


def _by_map(task: Task, draft: QuestionDraft) -> QuestionDraft:
    rules = task.declaration.map
    if rules is None:
        raise task.refusal(QtiCode.NO_KEY)
    values = {one.key: rules.bounded(one.value) for one in rules.entries if one.key}
    best = max(values.values(), default=NONE)
    if best <= 0:
        raise task.refusal(QtiCode.NO_KEY)
    if min(*values.values(), rules.bounded(rules.default), NONE) < 0 or rules.default > 0:
        task.note(QtiCode.SCORE_DIFFERS)
    if draft.kind is QuestionKind.CHAR:
        _note_case(task, [one.key for one in rules.entries if not one.any_case])
    choices = tuple(
        _value(task, draft.kind, key, (max(value, NONE) / best * FULL).quantize(_PLACES))
        for key, value in values.items()
    )
    return replace(draft, choices=choices, points=best)


def _note_case(task: Task, texts: list[str] | tuple[str, ...]) -> None:
    if any(text.lower() != text.upper() for text in texts):
        task.note(ItemCode.CASE_IGNORED, ", ".join(texts))


def _value(task: Task, kind: QuestionKind, text: str, share: Decimal) -> ChoiceDraft:
    if kind is QuestionKind.CHAR:
        if "\\*" in text or len(text) > MAX_CHAR:  # a backslash before a star cannot be said
            raise task.refusal(ItemCode.NOT_STORABLE, text)
        return ChoiceDraft(text.replace("*", "\\*"), format=TextFormat.PLAIN, fraction=share)
    below, above = task.marking.below, task.marking.above
    try:
        middle = number_of(text) + (above - below) / 2
        tolerance = tolerance_of((above + below) / 2)
    except BadNumber as error:
        raise task.refusal(error.code, error.text) from None
    return ChoiceDraft(plain(middle), format=TextFormat.PLAIN, fraction=share, tolerance=tolerance)


def read_extended_text(task: Task, base: QuestionDraft) -> QuestionDraft:
    """Read an extendedTextInteraction: a long text, marked by a person."""
    if task.declaration.base_type not in {"", "string"} or not task.declaration.is_single:
        raise task.refusal(ItemCode.NOT_SUPPORTED, f"extendedText {task.declaration.base_type}")
    _note_key(task)
    return replace(base, kind=QuestionKind.TEXT, points=_said_points(task))


def read_upload(task: Task, base: QuestionDraft) -> QuestionDraft:
    """Read an uploadInteraction: a file, marked by a person."""
    _note_key(task)
    accept: list[str] = []
    for said in task.interaction.get("type", "").replace(",", " ").split():
        endings = _ENDINGS.get(said.lower(), ())
        accept += [one for one in endings if one not in accept]
        if not endings:
            task.note(QtiCode.TYPES_NOT_USED, said)
    return replace(base, kind=QuestionKind.FILE, accept=tuple(accept), points=_said_points(task))


def _said_points(task: Task) -> Decimal:
    """Return what the item says it is worth, 1 when it does not say."""
    said = said_maximum(task.item)
    return Decimal(1) if said is None else max(said, NONE)


def _note_key(task: Task) -> None:
    if task.declaration.correct or task.declaration.map:
        task.note(QtiCode.KEY_NOT_USED, ", ".join(task.declaration.correct))


def read_slider(task: Task, base: QuestionDraft) -> QuestionDraft:
    """Read a sliderInteraction: a number between two bounds, or a scale when nothing is right."""
    low = attribute_number(task.interaction, "lowerBound")
    high = attribute_number(task.interaction, "upperBound")
    whole = task.declaration.base_type == "integer"
    if low is None or high is None or not task.declaration.is_single:
        raise task.refusal(ItemCode.NOT_SUPPORTED, "slider")
    step = attribute_count(task.interaction, "step", 1) if whole else 0
    if step != 1:
        task.note(QtiCode.STEP_NOT_KEPT, task.interaction.get("step", ""))
    kind = QuestionKind.INT if whole else QuestionKind.FLOAT
    draft = replace(base, kind=kind, min_value=low, max_value=high)
    if task.marking.how is How.MAP:
        return _by_map(task, draft)
    draft = _by_match(task, draft)
    is_scale = not draft.choices and step == 1 and low >= 0 and high <= 100 and _is_whole(low, high)
    return replace(draft, kind=QuestionKind.RATING) if is_scale else draft


def _is_whole(*numbers: Decimal) -> bool:
    return all(number == number.to_integral_value() for number in numbers)
