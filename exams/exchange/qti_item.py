"""One item of QTI, read into the draft of a question, or refused with its line."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from exams.domain.answer import QuestionKind
from exams.domain.draft import QuestionDraft
from exams.domain.texts import TextFormat
from exams.exchange.items import ItemCode, ItemRefused, refusal_of
from exams.exchange.numbers import NONE, points_of
from exams.exchange.qti_body import interactions_in, lost_feedback, prompt_of
from exams.exchange.qti_choices import (
    Task,
    read_choice,
    read_inline_choice,
    read_match,
    read_order,
)
from exams.exchange.qti_declarations import declaration_of, said_maximum
from exams.exchange.qti_marking import How, Marking, marking_of
from exams.exchange.qti_names import QtiCode
from exams.exchange.qti_values import (
    read_extended_text,
    read_slider,
    read_text_entry,
    read_upload,
)
from exams.exchange.xml_parts import Element, Notes, child, children, name_from, words, words_of
from exams.exchange.xml_reader import line_of

Reader = Callable[[Task, QuestionDraft], QuestionDraft]

READERS: Final[Mapping[str, Reader]] = {
    "choiceInteraction": read_choice,
    "inlineChoiceInteraction": read_inline_choice,
    "matchInteraction": read_match,
    "orderInteraction": read_order,
    "textEntryInteraction": read_text_entry,
    "extendedTextInteraction": read_extended_text,
    "sliderInteraction": read_slider,
    "uploadInteraction": read_upload,
}
_BY_PERSON: Final = {"extendedTextInteraction", "uploadInteraction"}
_BLANK: Final = QuestionDraft(
    name="", kind=QuestionKind.INFO, prompt="", format=TextFormat.HTML, points=NONE
)
_TEMPLATES: Final = ("templateDeclaration", "templateProcessing")


def draft_of(item: Element, notes: Notes) -> QuestionDraft:
    """Return the draft of an item; the tree is changed while it is read.

    Raises:
        ItemRefused: It cannot be taken over.
    """
    _refuse_programs(item)
    body = child(item, "itemBody")
    interactions = [] if body is None else interactions_in(body)
    if len(interactions) > 1:
        names = " ".join(str(one.tag) for one in interactions)
        raise ItemRefused(QtiCode.SEVERAL_INTERACTIONS, names, line_of(interactions[1]))
    if body is None:
        raise ItemRefused(ItemCode.EMPTY_PROMPT)
    task = _task(item, interactions[0], notes) if interactions else None
    _note_what_is_beside(item, task, notes)
    draft = _answered(task, _BLANK) if task else _BLANK
    prompt = prompt_of(body, task.interaction if task else None, notes)
    if not words_of(prompt):
        raise ItemRefused(ItemCode.EMPTY_PROMPT, line=line_of(body))
    return _checked(replace(draft, prompt=prompt), item, notes)


def _refuse_programs(item: Element) -> None:
    if item.get("adaptive") == "true":
        raise ItemRefused(QtiCode.ADAPTIVE)
    for name in _TEMPLATES:
        for element in children(item, name):
            raise ItemRefused(QtiCode.TEMPLATE, name, line_of(element))


def _task(item: Element, interaction: Element, notes: Notes) -> Task:
    name = str(interaction.tag)
    if name not in READERS:
        raise ItemRefused(ItemCode.NOT_SUPPORTED, name, line_of(interaction))
    response = interaction.get("responseIdentifier", "")
    declaration = declaration_of(item, response)
    if name in _BY_PERSON:
        marking = Marking(How.UNSAID)
    elif declaration.other_marking:
        raise ItemRefused(ItemCode.NOT_SUPPORTED, declaration.other_marking[0])
    else:
        marking = marking_of(item, response)
    if marking.how is How.UNSAID:
        marking = replace(marking, points=said_maximum(item) or Decimal(1))
    task = Task(item, interaction, declaration, marking, notes)
    says_key = bool(declaration.correct or declaration.map)
    if marking.how is How.UNSAID and says_key and name not in _BY_PERSON:
        task.note(QtiCode.KEY_ONLY)
    return task


def _answered(task: Task, base: QuestionDraft) -> QuestionDraft:
    draft = READERS[str(task.interaction.tag)](task, base)
    outcomes = task.marking.shows_choice
    used = frozenset(one.get("identifier", "") for one in task.interaction.iter("simpleChoice"))
    for feedback in lost_feedback(task.item, used, outcomes):
        task.notes.add(ItemCode.FEEDBACK_NOT_USED, words(feedback), feedback)
    return draft


def _note_what_is_beside(item: Element, task: Task | None, notes: Notes) -> None:
    """Say what stands beside the body and is not taken over."""
    for name in ("assessmentStimulusRef", "stimulusRef"):
        for element in children(item, name):
            notes.add(QtiCode.STIMULUS_NOT_USED, element.get("href", ""), element)
    for name in ("catalogInfo", "apipAccessibility", "companionMaterialsInfo"):
        for element in children(item, name):
            notes.add(QtiCode.SUPPORT_NOT_USED, name, element)
    if task is None:
        for feedback in children(item, "modalFeedback"):
            notes.add(ItemCode.FEEDBACK_NOT_USED, words(feedback), feedback)


def _checked(draft: QuestionDraft, item: Element, notes: Notes) -> QuestionDraft:
    points = points_of(draft.points)
    if points != draft.points:
        notes.add(ItemCode.POINTS_ROUNDED, str(draft.points.normalize()), item)
    title = item.get("title", "") or item.get("identifier", "")
    draft = replace(draft, points=points, name=name_from(title, draft.prompt, TextFormat.HTML))
    if refusal := refusal_of(draft):
        raise ItemRefused(*refusal)
    return draft
