"""Interactions of QTI whose answer is picked: choices, inline choices, pairs, orders."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from exams.domain.answer import QuestionKind
from exams.domain.draft import MAX_CHOICES, ChoiceDraft, QuestionDraft
from exams.domain.texts import TextFormat
from exams.domain.widgets import Widget
from exams.exchange.items import ItemCode, ItemRefused
from exams.exchange.numbers import FULL, NONE
from exams.exchange.qti_body import feedback_of_choice, markup_of, take_feedback, take_out_the_rest
from exams.exchange.qti_declarations import Declaration, ValueMap, attribute_count
from exams.exchange.qti_marking import How, Marking
from exams.exchange.qti_names import QtiCode
from exams.exchange.xml_parts import Element, Notes, children, words_of
from exams.exchange.xml_reader import line_of

_PLACES: Final = Decimal("0.00001")


@dataclass(frozen=True, slots=True)
class Task:
    """One interaction with all that belongs to it."""

    item: Element
    interaction: Element
    declaration: Declaration
    marking: Marking
    notes: Notes

    def refusal(self, code: QtiCode | ItemCode, text: str = "") -> ItemRefused:
        """Return an error that names the line of the interaction."""
        return ItemRefused(code, text, line_of(self.interaction))

    def note(self, code: QtiCode | ItemCode, text: str = "") -> None:
        """Say something with the line of the interaction."""
        self.notes.add(code, text, self.interaction)


def read_choice(task: Task, base: QuestionDraft) -> QuestionDraft:
    """Read a choiceInteraction."""
    return _choice(task, base, "simpleChoice")


def read_inline_choice(task: Task, base: QuestionDraft) -> QuestionDraft:
    """Read an inlineChoiceInteraction: one choice, drawn as a list that opens."""
    draft = _choice(task, base, "inlineChoice")
    return replace(draft, widget=Widget.SELECT)


def _choice(task: Task, base: QuestionDraft, name: str) -> QuestionDraft:
    options = _options(task, task.interaction, name)
    identifiers = [one.get("identifier", "") for one in options]
    most = _most(task, len(options))
    choices = tuple(_option(task, one) for one in options)
    draft = replace(
        base,
        kind=QuestionKind.CHOICE,
        choices=choices,
        max_answers=most,
        min_answers=max(1, attribute_count(task.interaction, "minChoices", 0)),
        shuffle_choices=_shuffles(task, options),
    )
    return _marked(task, draft, identifiers)


def _options(task: Task, holder: Element, name: str) -> list[Element]:
    """Return the choices of an interaction.

    Raises:
        ItemRefused: There are more than a question can have; what is said of each would not end.
    """
    options = list(children(holder, name))
    if len(options) > MAX_CHOICES:
        raise task.refusal(ItemCode.NOT_STORABLE, f"> {MAX_CHOICES}")
    return options


def _most(task: Task, count: int) -> int | None:
    """Return how many may be chosen: the response says one, or the interaction says how many."""
    said = attribute_count(task.interaction, "maxChoices", 1)
    if task.declaration.is_single:
        return 1
    return None if said == 0 or said >= count > 1 else said


def _option(task: Task, option: Element) -> ChoiceDraft:
    identifier, outcomes = option.get("identifier", ""), task.marking.shows_choice
    feedback = [
        take_feedback(option, identifier, outcomes),
        feedback_of_choice(task.item, identifier, outcomes),
    ]
    text = text_of_choice(option, task.notes)
    return ChoiceDraft(
        text, format=TextFormat.HTML, rejoinder=" ".join(part for part in feedback if part)
    )


def text_of_choice(option: Element, notes: Notes) -> str:
    """Return the words of a choice as HTML.

    Raises:
        ItemRefused: It has none.
    """
    take_out_the_rest(option, notes)
    markup = markup_of(option, notes)
    if not words_of(markup):
        raise ItemRefused(ItemCode.EMPTY_ANSWER, option.get("identifier", ""), line_of(option))
    return markup


def _shuffles(task: Task, options: list[Element]) -> bool:
    """Whether the order is drawn; when some must stay in place, all do."""
    shuffles = task.interaction.get("shuffle") == "true"
    if shuffles and any(one.get("fixed") == "true" for one in options):
        task.note(QtiCode.FIXED_NOT_KEPT)
        return False
    return shuffles


def _marked(task: Task, draft: QuestionDraft, identifiers: list[str]) -> QuestionDraft:
    how, declared = task.marking.how, task.declaration
    if how is How.MAP or (how is How.UNSAID and declared.map and not declared.correct):
        return _by_map(task, draft, identifiers)
    if how is How.MATCH or declared.correct:
        return _by_match(task, draft, identifiers)
    return replace(draft, points=NONE)  # a survey


def _by_match(task: Task, draft: QuestionDraft, identifiers: list[str]) -> QuestionDraft:
    """Compare with the right ones: what is right counts in full, all of it together."""
    right = [one for one in identifiers if one in task.declaration.correct]
    if not right or len(right) != len(set(task.declaration.correct)):
        raise task.refusal(QtiCode.NO_KEY, " ".join(task.declaration.correct))
    choices = tuple(
        replace(choice, fraction=FULL if identifier in right else NONE)
        for choice, identifier in zip(draft.choices, identifiers, strict=True)
    )
    draft = replace(draft, choices=choices, points=task.marking.points)
    if draft.max_answers == 1:
        return draft
    if draft.min_answers < len(right):
        task.note(QtiCode.LEAST_IS_RIGHT, str(len(right)))
    return replace(draft, all_or_nothing=True, min_answers=max(draft.min_answers, len(right)))


def _by_map(task: Task, draft: QuestionDraft, identifiers: list[str]) -> QuestionDraft:
    """Add up what each chosen one is worth."""
    values_of = task.declaration.map
    if values_of is None:
        raise task.refusal(QtiCode.NO_KEY)
    values = [values_of.worth(one) for one in identifiers]
    if draft.max_answers == 1:
        values = [values_of.bounded(value) for value in values]
        best = max(values, default=NONE)
    else:
        positive = sorted((value for value in values if value > 0), reverse=True)
        best = values_of.bounded(sum(positive[: draft.max_answers], NONE))
        _compare_with_ours(task, values_of, values, best)
    if best <= 0:
        raise task.refusal(QtiCode.NO_KEY)
    shares = [value / best * FULL for value in values]
    if any(abs(share) > FULL for share in shares):
        task.note(QtiCode.SCORE_DIFFERS)
    choices = tuple(
        replace(choice, fraction=max(-FULL, min(FULL, share)).quantize(_PLACES))
        for choice, share in zip(draft.choices, shares, strict=True)
    )
    return replace(draft, choices=choices, points=best)


def _compare_with_ours(task: Task, rules: ValueMap, values: list[Decimal], best: Decimal) -> None:
    """Say where the sum of several choices is another one here.

    Here a wrong choice always costs something, and a sum never falls below zero.
    """
    if NONE in values:
        task.note(ItemCode.WRONG_COSTS)
    falls = any(value < 0 for value in values) and (rules.lower is None or rules.lower < 0)
    lifted = rules.lower is not None and rules.lower > 0
    cut = best < sum((value for value in values if value > 0), NONE) and rules.upper is not None
    if falls or lifted or cut:
        task.note(QtiCode.SCORE_DIFFERS)


def read_match(task: Task, base: QuestionDraft) -> QuestionDraft:
    """Read a matchInteraction in which each left side has exactly one right side."""
    sets = list(children(task.interaction, "simpleMatchSet"))
    if len(sets) != 2:
        raise task.refusal(QtiCode.NOT_ONE_TO_ONE)
    lefts, rights = (
        {
            one.get("identifier", ""): text_of_choice(one, task.notes)
            for one in _options(task, part, "simpleAssociableChoice")
        }
        for part in sets
    )
    pairs = _pairs(task, lefts, rights)
    marking = _marking_of_pairs(task, pairs)
    rows = [ChoiceDraft(lefts[left], rights[pairs[left]], TextFormat.HTML) for left in lefts]
    unused = [right for right in rights if right not in pairs.values()]
    rows += [ChoiceDraft("", rights[right], TextFormat.HTML) for right in unused]
    return replace(
        base,
        kind=QuestionKind.MATCHING,
        choices=tuple(rows),
        shuffle_choices=task.interaction.get("shuffle") == "true",
        all_or_nothing=marking.how is How.MATCH,
        points=marking.points,
    )


def _pairs(task: Task, lefts: dict[str, str], rights: dict[str, str]) -> dict[str, str]:
    """Return the right side of each left side."""
    said = task.declaration.correct or _pairs_worth_something(task.declaration.map)
    pairs: dict[str, str] = {}
    for value in said:
        left, _space, right = value.partition(" ")
        if left not in lefts:  # a pair may be written from the right
            left, right = right.strip(), left
        if left not in lefts or right.strip() not in rights or left in pairs:
            raise task.refusal(QtiCode.NOT_ONE_TO_ONE, value)
        pairs[left] = right.strip()
    if not pairs:
        raise task.refusal(QtiCode.NO_KEY)
    if len(pairs) < len(lefts):
        raise task.refusal(QtiCode.NOT_ONE_TO_ONE)
    return pairs


def _pairs_worth_something(rules: ValueMap | None) -> tuple[str, ...]:
    return tuple(one.key for one in rules.entries if one.value > 0) if rules else ()


def _marking_of_pairs(task: Task, pairs: dict[str, str]) -> Marking:
    """Return the marking; of a map only when each right pair is worth the same.

    Raises:
        ItemRefused: The pairs weigh differently.
    """
    marking, rules = task.marking, task.declaration.map
    if marking.how is not How.MAP:
        return replace(marking, how=How.MATCH)
    right = {f"{left} {right}" for left, right in pairs.items()}
    worth = {rules.worth(one) for one in right} if rules else set()
    if rules is None or len(worth) != 1 or min(worth) <= 0:
        raise task.refusal(QtiCode.UNEQUAL_PAIRS)
    total = min(worth) * len(pairs)
    wrong = [one.value for one in rules.entries if one.key not in right]
    cut = rules.bounded(total) != total or rules.bounded(NONE) != NONE
    if any(wrong) or rules.default or cut:
        task.note(QtiCode.SCORE_DIFFERS)
    return replace(marking, points=rules.bounded(total))


def read_order(task: Task, base: QuestionDraft) -> QuestionDraft:
    """Read an orderInteraction in which all choices are put in order."""
    found = _options(task, task.interaction, "simpleChoice")
    options = {one.get("identifier", ""): one for one in found}
    right = task.declaration.correct
    if task.marking.how is How.MAP:
        raise task.refusal(QtiCode.CUSTOM_MARKING, "mapResponse")
    if not right:
        raise task.refusal(QtiCode.NO_KEY)
    most = attribute_count(task.interaction, "maxChoices", 0)
    if set(right) != set(options) or len(right) != len(options) or 0 < most < len(options):
        raise task.refusal(QtiCode.PART_OF_ORDER)
    if task.interaction.get("shuffle") == "true" and any(
        one.get("fixed") == "true" for one in options.values()
    ):
        task.note(QtiCode.FIXED_NOT_KEPT)
    steps = [
        ChoiceDraft(text_of_choice(options[one], task.notes), format=TextFormat.HTML)
        for one in right
    ]
    return replace(
        base,
        kind=QuestionKind.ORDERING,
        choices=tuple(steps),
        all_or_nothing=True,
        points=task.marking.points,
    )
