"""The types of question of Moodle's XML, each read into the draft of a question."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from exams.domain.answer import QuestionKind
from exams.domain.draft import MAX_CHOICES, ChoiceDraft, QuestionDraft
from exams.domain.numbers import plain
from exams.domain.texts import TextFormat
from exams.exchange.items import ItemCode, ItemRefused
from exams.exchange.moodle_texts import raw_text, text_of
from exams.exchange.numbers import NONE, BadNumber, number_of, tolerance_of, weight_of
from exams.exchange.xml_parts import Element, Notes, child, children, in_one_format, words
from exams.exchange.xml_reader import line_of

_TRUE: Final = {"1", "true", "yes"}


class MoodleCode(StrEnum):
    """What only an import of Moodle's XML reports. Texts for people are made at the edge."""

    NOT_MOODLE = "moodle_not_moodle"
    UNITS_NOT_USED = "moodle_units_not_used"
    PENALTY_NOT_USED = "moodle_penalty_not_used"
    HINTS_NOT_USED = "moodle_hints_not_used"
    USUAL_FEEDBACK_NOT_USED = "moodle_usual_feedback_not_used"
    IDNUMBER_NOT_USED = "moodle_idnumber_not_used"
    TAGS_NOT_USED = "moodle_tags_not_used"
    HIDDEN = "moodle_hidden"
    CATEGORY_TEXT_NOT_USED = "moodle_category_text_not_used"
    WORD_LIMIT_NOT_USED = "moodle_word_limit_not_used"
    ATTACHMENTS_NOT_USED = "moodle_attachments_not_used"
    GRADER_NOTE_NOT_USED = "moodle_grader_note_not_used"
    TEMPLATE_NOT_USED = "moodle_template_not_used"
    ORDER_MARKING = "moodle_order_marking"
    BAD_ORDER = "moodle_bad_order"


Reader = Callable[[Element, QuestionDraft, Notes], QuestionDraft]


def answers_of(question: Element, name: str = "answer") -> list[Element]:
    """Return the answers of a question.

    Raises:
        ItemRefused: There are more than a question can have; what is said of each would not end.
    """
    answers = list(children(question, name))
    if len(answers) > MAX_CHOICES:
        raise ItemRefused(ItemCode.NOT_STORABLE, f"> {MAX_CHOICES}", line_of(answers[MAX_CHOICES]))
    return answers


def is_true(element: Element | None, *, default: bool = False) -> bool:
    """Whether a setting such as `single` is on."""
    said = words(element).lower()
    return said in _TRUE if said else default


def _choice(question: Element, base: QuestionDraft, notes: Notes) -> QuestionDraft:
    single = is_true(child(question, "single"), default=True)
    choices = tuple(_option(one, notes) for one in answers_of(question))
    if not single and any(choice.fraction == NONE for choice in choices):
        notes.add(ItemCode.WRONG_COSTS, "", question)
    return replace(
        base,
        kind=QuestionKind.CHOICE,
        choices=choices,
        max_answers=1 if single else None,
        shuffle_choices=is_true(child(question, "shuffleanswers"), default=True),
    )


def _option(answer: Element, notes: Notes) -> ChoiceDraft:
    text = text_of(answer, notes)
    feedback = text_of(child(answer, "feedback"), notes, text.format)
    text_format, (shown, rejoinder) = in_one_format([text.pair, feedback.pair])
    if not text.plain():
        raise ItemRefused(ItemCode.EMPTY_ANSWER, line=line_of(answer))
    return ChoiceDraft(shown, format=text_format, fraction=_fraction(answer), rejoinder=rejoinder)


def _fraction(answer: Element) -> Decimal:
    """Return the share of an answer: an attribute, or an element in the oldest files."""
    said = answer.get("fraction") or words(child(answer, "fraction")) or "0"
    try:
        return weight_of(said)
    except BadNumber as error:
        raise ItemRefused(error.code, error.text, line_of(answer)) from None


def _value(answer: Element, text: str, notes: Notes) -> ChoiceDraft:
    """Return a right value: always plain, and so is what is said about it."""
    feedback = text_of(child(answer, "feedback"), notes)
    return ChoiceDraft(
        text,
        format=TextFormat.PLAIN,
        fraction=_fraction(answer),
        rejoinder=feedback.plain(),
    )


def _truth(question: Element, base: QuestionDraft, notes: Notes) -> QuestionDraft:
    choices = []
    for answer in answers_of(question):
        word = raw_text(answer).strip().lower()
        if word not in {"true", "false"}:
            raise ItemRefused(ItemCode.NOT_STORABLE, word, line_of(answer))
        choices.append(_value(answer, word, notes))
    if not choices:
        raise ItemRefused(ItemCode.EMPTY_ANSWER)
    return replace(base, kind=QuestionKind.BOOL, choices=tuple(choices))


def _short(question: Element, base: QuestionDraft, notes: Notes) -> QuestionDraft:
    choices = []
    for answer in answers_of(question):
        text = raw_text(answer)
        if not text.strip():
            raise ItemRefused(ItemCode.EMPTY_ANSWER, line=line_of(answer))
        choices.append(_value(answer, text, notes))
    if not choices:
        raise ItemRefused(ItemCode.EMPTY_ANSWER)
    if is_true(child(question, "usecase")):
        notes.add(ItemCode.CASE_IGNORED, "", question)
    return replace(base, kind=QuestionKind.CHAR, choices=tuple(choices))


def _numerical(question: Element, base: QuestionDraft, notes: Notes) -> QuestionDraft:
    choices = []
    for answer in answers_of(question):
        text = raw_text(answer).strip()
        if text == "*" and _fraction(answer) == NONE:  # whatever else is given
            _say_lost_feedback(answer, notes)
            continue
        choices.append(_number(answer, text, notes))
    if not choices:
        raise ItemRefused(ItemCode.EMPTY_ANSWER)
    _say_units(question, notes)
    return replace(base, kind=QuestionKind.FLOAT, choices=tuple(choices))


def _number(answer: Element, text: str, notes: Notes) -> ChoiceDraft:
    try:
        value = number_of(text)
        tolerance = tolerance_of(number_of(words(child(answer, "tolerance")) or "0"))
    except BadNumber as error:
        raise ItemRefused(error.code, error.text, line_of(answer)) from None
    return replace(_value(answer, plain(value), notes), tolerance=tolerance)


def _say_lost_feedback(answer: Element, notes: Notes) -> None:
    lost = text_of(child(answer, "feedback"), notes).plain()
    if lost:
        notes.add(ItemCode.FEEDBACK_NOT_USED, lost, answer)


def _say_units(question: Element, notes: Notes) -> None:
    for units in children(question, "units"):
        names = [words(child(unit, "unit_name")) for unit in children(units, "unit")]
        if any(names):
            notes.add(MoodleCode.UNITS_NOT_USED, ", ".join(names), units)


def _matching(question: Element, base: QuestionDraft, notes: Notes) -> QuestionDraft:
    choices = tuple(_pair(one, notes) for one in answers_of(question, "subquestion"))
    return replace(
        base,
        kind=QuestionKind.MATCHING,
        choices=choices,
        shuffle_choices=is_true(child(question, "shuffleanswers"), default=True),
    )


def _pair(part: Element, notes: Notes) -> ChoiceDraft:
    left = text_of(part, notes, TextFormat.HTML)
    right = raw_text(child(part, "answer"))
    if not right.strip():
        raise ItemRefused(ItemCode.BAD_PAIR, left.plain(), line_of(part))
    texts = [left.pair, (right, TextFormat.PLAIN)]
    if not {"<", "&", "\n"} & set(right):  # then it means the same in any format
        texts[1] = (right, left.format)
    text_format, (text, match) = in_one_format(texts)
    return ChoiceDraft(text, match, format=text_format)


def _ordering(question: Element, base: QuestionDraft, notes: Notes) -> QuestionDraft:
    """The fraction of an answer is its place; the marking by neighbours is not ours."""
    if words(child(question, "selecttype")).upper() not in {"", "0", "ALL"}:
        raise ItemRefused(ItemCode.NOT_SUPPORTED, "selecttype")
    placed = [(_place(one), _step(one, notes)) for one in answers_of(question)]
    if len({place for place, _step_ in placed}) < len(placed):
        raise ItemRefused(MoodleCode.BAD_ORDER)
    marking = words(child(question, "gradingtype")).upper()
    if marking not in {"", "0", "ABSOLUTE_POSITION", "-1", "ALL_OR_NOTHING"}:
        notes.add(MoodleCode.ORDER_MARKING, marking, question)
    return replace(
        base,
        kind=QuestionKind.ORDERING,
        choices=tuple(step for _place_, step in sorted(placed, key=lambda pair: pair[0])),
        all_or_nothing=marking in {"-1", "ALL_OR_NOTHING"},
    )


def _place(answer: Element) -> Decimal:
    try:
        return number_of(answer.get("fraction") or words(child(answer, "fraction")))
    except BadNumber as error:
        raise ItemRefused(MoodleCode.BAD_ORDER, error.text, line_of(answer)) from None


def _step(answer: Element, notes: Notes) -> ChoiceDraft:
    text = text_of(answer, notes)
    if not text.plain():
        raise ItemRefused(ItemCode.EMPTY_ANSWER, line=line_of(answer))
    _say_lost_feedback(answer, notes)
    return ChoiceDraft(text.text, format=text.format)


def _essay(question: Element, base: QuestionDraft, notes: Notes) -> QuestionDraft:
    without_text = words(child(question, "responseformat")).lower() == "noinline"
    attachments = words(child(question, "attachments")) not in {"", "0"}
    for name, code in _ESSAY_EXTRAS.items():
        element = child(question, name)
        said = raw_text(element) if element is not None and len(element) else words(element)
        if element is not None and said not in {"", "0"}:
            notes.add(code, said, element)
    if without_text:
        return replace(base, kind=QuestionKind.FILE, accept=_suffixes(question))
    if attachments:
        notes.add(MoodleCode.ATTACHMENTS_NOT_USED, "", question)
    return replace(base, kind=QuestionKind.TEXT)


_ESSAY_EXTRAS: Final = {
    "minwordlimit": MoodleCode.WORD_LIMIT_NOT_USED,
    "maxwordlimit": MoodleCode.WORD_LIMIT_NOT_USED,
    "graderinfo": MoodleCode.GRADER_NOTE_NOT_USED,
    "responsetemplate": MoodleCode.TEMPLATE_NOT_USED,
}


def _suffixes(question: Element) -> tuple[str, ...]:
    said = words(child(question, "filetypeslist")).lower()
    listed = said.replace(",", " ").replace(";", " ").split()
    return tuple(dict.fromkeys(one for one in listed if one.startswith(".")))


def _information(question: Element, base: QuestionDraft, notes: Notes) -> QuestionDraft:
    del question, notes
    return replace(base, kind=QuestionKind.INFO, points=NONE)


READERS: Final[Mapping[str, Reader]] = {
    "multichoice": _choice,
    "truefalse": _truth,
    "shortanswer": _short,
    "numerical": _numerical,
    "matching": _matching,
    "match": _matching,
    "ordering": _ordering,
    "essay": _essay,
    "description": _information,
}
