"""What candidates read: no feedback, no notes for others, no program, a gap where they answer."""

import pytest

from exams.exchange.items import ItemCode
from exams.exchange.qti_body import (
    GAP,
    feedback_of_choice,
    interactions_in,
    lost_feedback,
    markup_of,
    prompt_of,
    put_before,
    put_text,
    take_feedback,
    take_out,
)
from exams.exchange.qti_names import QtiCode
from exams.exchange.xml_parts import Notes, inner_markup
from exams.tests.qti import tree


def prompt(body: str, notes: Notes | None = None) -> str:
    root = tree(f"<itemBody>{body}</itemBody>")
    return prompt_of(root, next(iter(interactions_in(root)), None), notes or Notes())


def test_a_prompt_takes_the_place_of_what_is_answered() -> None:
    body = "<p>Read.</p><choiceInteraction><prompt>Which <b>one</b>?</prompt><simpleChoice/></choiceInteraction>Done"
    assert prompt(body) == "<p>Read.</p><div>Which <b>one</b>?</div>Done"
    assert (
        prompt("<p>a</p><choiceInteraction><simpleChoice>b</simpleChoice></choiceInteraction>c")
        == "<p>a</p>c"
    )


@pytest.mark.parametrize("name", ["textEntryInteraction", "inlineChoiceInteraction"])
def test_a_gap_is_left_in_the_sentence(name: str) -> None:
    assert prompt(f"<p>Two is <{name}/>, yes</p>") == f"<p>Two is {GAP}, yes</p>"


def test_what_is_not_for_candidates_is_taken_out_and_said() -> None:
    notes = Notes()
    body = (
        "<p>a<feedbackInline>right!</feedbackInline>b</p>\n"
        "<rubricBlock view='scorer'><p>two points</p></rubricBlock>"
        "<feedbackBlock><p>wrong!</p></feedbackBlock><stylesheet href='x.css'/>c"
    )
    assert prompt(body, notes) == "<p>ab</p>\nc"
    assert [(one.code, one.text) for one in notes.findings] == [
        (ItemCode.FEEDBACK_NOT_USED, "right!"),
        (ItemCode.FEEDBACK_NOT_USED, "wrong!"),
        (QtiCode.RUBRIC_NOT_USED, "two points"),
    ]


def test_the_words_are_safe_and_pictures_are_said() -> None:
    notes = Notes()
    body = '<p onclick="x()">a<script>alert(1)</script><img src="a.png"/><a href="javascript:x">b</a></p>'
    assert prompt(body, notes) == '<p>a<a rel="noopener noreferrer nofollow">b</a></p>'
    assert [one.text for one in notes.findings] == ["img", "script"]


def test_formulas_are_kept_and_what_is_not_drawn_of_them_is_said() -> None:
    notes = Notes()
    formula = "<math><mrow><mi>x</mi><mo>=</mo><mn>2</mn></mrow></math>"
    assert prompt(f"<p>{formula}</p>", notes) == f"<p>{formula}</p>"
    assert notes.findings == []
    prompt("<p>f <math><mfenced><mi>x</mi></mfenced></math></p>", notes)
    assert [one.text for one in notes.findings] == ["mfenced"]


CHOICE = (
    '<simpleChoice identifier="A">Moon <feedbackInline outcomeIdentifier="F" identifier="A">'
    '<b>No</b>.</feedbackInline><feedbackInline outcomeIdentifier="G" identifier="A">lost'
    "</feedbackInline></simpleChoice>"
)


def test_feedback_by_the_chosen_one_belongs_to_the_choice() -> None:
    root = tree(CHOICE)
    assert take_feedback(root, "A", frozenset({"F"})) == "<b>No</b>."
    assert [one.get("outcomeIdentifier") for one in root] == ["G"]
    assert take_feedback(tree(CHOICE), "A", frozenset()) == ""


def test_feedback_after_the_answer_belongs_to_a_choice_or_is_lost() -> None:
    root = tree(
        '<i><modalFeedback outcomeIdentifier="F" identifier="A">a</modalFeedback>'
        '<modalFeedback outcomeIdentifier="F" identifier="X">b</modalFeedback>'
        '<modalFeedback outcomeIdentifier="F" identifier="A" showHide="hide">c</modalFeedback></i>'
    )
    assert feedback_of_choice(root, "A", frozenset({"F"})) == "a"
    lost = lost_feedback(root, frozenset({"A", "B"}), frozenset({"F"}))
    assert [one.text for one in lost] == ["b", "c"]


def test_text_around_what_is_taken_out_stays_in_order() -> None:
    root = tree("<p>1<a/>2<b/>3</p>")
    take_out(root[1])
    put_text(root[0], "x")
    assert inner_markup(root) == "1x23"
    take_out(root)  # a root has no place to be taken from
    assert root.text == "1x23"


def test_a_shared_text_comes_first() -> None:
    body = tree("<itemBody>2<p>3</p></itemBody>")
    put_before(body, tree('<stimulusBody id="s"><p>1</p></stimulusBody>'))
    assert markup_of(body, Notes()) == "<div><p>1</p></div>2<p>3</p>"


@pytest.mark.timeout(20)
def test_very_many_pieces_of_feedback_do_not_stop_the_reader() -> None:
    notes = Notes()
    assert prompt("<feedbackInline>x</feedbackInline>y" * 60_000, notes) == "y" * 60_000
    assert len(notes.findings) == 1
    choice = tree(
        "<c>" + '<feedbackInline identifier="A" outcomeIdentifier="F"/>y' * 60_000 + "</c>"
    )
    assert take_feedback(choice, "A", frozenset({"F"})).strip() == ""
    assert len(choice) == 0
