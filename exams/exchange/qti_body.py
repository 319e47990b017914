"""The words of a QTI item: its body as HTML, without what is answered, shown later or for others."""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from exams.exchange.items import ItemCode, media_of
from exams.exchange.qti_names import QtiCode
from exams.exchange.xml_parts import Element, Notes, child, inner_markup, safe_html, words

GAP: Final = "_____"
_INLINE: Final = {"textEntryInteraction", "inlineChoiceInteraction"}
_FEEDBACK: Final = ("feedbackInline", "feedbackBlock", "testFeedback")
_FOR_OTHERS: Final = {
    "rubricBlock": QtiCode.RUBRIC_NOT_USED,
    "catalogInfo": QtiCode.SUPPORT_NOT_USED,
    "apipAccessibility": QtiCode.SUPPORT_NOT_USED,
}
_TAKEN: Final = "taken"


def interactions_in(body: Element) -> list[Element]:
    """Return everything in a body that a candidate acts on."""
    return [one for one in body.iter() if str(one.tag).endswith("Interaction")]


def prompt_of(body: Element, interaction: Element | None, notes: Notes) -> str:
    """Return the body as safe HTML; the place of an interaction has its prompt, or a gap.

    The body is changed: what is not part of the words is taken out of it.
    """
    take_out_the_rest(body, notes)
    if interaction is not None:
        _make_place(interaction)
    return markup_of(body, notes)


def markup_of(element: Element, notes: Notes) -> str:
    """Return what an element holds as safe HTML; pictures and media are reported."""
    markup = inner_markup(element)
    for medium in media_of([markup]):
        notes.add(ItemCode.MEDIA_REMOVED, medium, element)
    return safe_html(markup)


def take_out_the_rest(element: Element, notes: Notes) -> None:
    """Take out feedback, and what is for others than candidates; each is reported."""
    for feedback in element.iter(*_FEEDBACK):
        notes.add(ItemCode.FEEDBACK_NOT_USED, words(feedback), feedback)
    for other in element.iter(*_FOR_OTHERS):
        notes.add(_FOR_OTHERS[str(other.tag)], words(other), other)
    etree.strip_elements(element, *_FEEDBACK, *_FOR_OTHERS, "stylesheet", with_tail=False)


def take_feedback(element: Element, identifier: str, outcomes: frozenset[str]) -> str:
    """Take out the feedback of a choice that is shown because it was chosen; return it as HTML.

    Args:
        element: The choice.
        identifier: Of the choice.
        outcomes: Names that are set to what was chosen.
    """
    shown = [one for one in element.iter(*_FEEDBACK) if _is_shown(one, identifier, outcomes)]
    markup = " ".join(inner_markup(one) for one in shown)
    for one in shown:
        one.tag = _TAKEN
    etree.strip_elements(element, _TAKEN, with_tail=False)
    return safe_html(markup)


def feedback_of_choice(item: Element, identifier: str, outcomes: frozenset[str]) -> str:
    """Return the feedback after the answer that is shown because this choice was chosen."""
    shown = [one for one in item.iter("modalFeedback") if _is_shown(one, identifier, outcomes)]
    return safe_html(" ".join(inner_markup(one) for one in shown))


def lost_feedback(
    item: Element, used: frozenset[str], outcomes: frozenset[str]
) -> Iterator[Element]:
    """Yield the feedback after the answer that no choice took over.

    Args:
        item: The item.
        used: Identifiers of the choices that took theirs.
        outcomes: Names that are set to what was chosen.
    """
    for one in item.iter("modalFeedback"):
        if not any(_is_shown(one, identifier, outcomes) for identifier in used):
            yield one


def _is_shown(feedback: Element, identifier: str, outcomes: frozenset[str]) -> bool:
    return (
        feedback.get("outcomeIdentifier") in outcomes
        and feedback.get("identifier") == identifier
        and feedback.get("showHide", "show") == "show"
    )


def take_out(element: Element) -> None:
    """Take an element out of its tree and leave the text after it."""
    put_text(element, "")


def put_text(element: Element, text: str) -> None:
    """Put a text in the place of an element."""
    parent = element.getparent()
    if parent is None:
        return
    left = element.getprevious()
    words_here = text + (element.tail or "")
    if left is None:
        parent.text = (parent.text or "") + words_here
    else:
        left.tail = (left.tail or "") + words_here
    element.tail = None
    parent.remove(element)


def put_before(body: Element, text: Element) -> None:
    """Put an element, as a division, before everything a body holds."""
    text.tag, text.tail = "div", body.text
    text.attrib.clear()
    body.text = None
    body.insert(0, text)


def _make_place(interaction: Element) -> None:
    """Put the prompt, or a gap, where the interaction is."""
    prompt, parent = child(interaction, "prompt"), interaction.getparent()
    if interaction.tag in _INLINE:
        put_text(interaction, GAP)
    elif prompt is None or parent is None:
        take_out(interaction)
    else:
        prompt.tag, prompt.tail = "div", interaction.tail
        parent.replace(interaction, prompt)
