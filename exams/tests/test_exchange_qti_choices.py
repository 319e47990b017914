"""What is picked: choices by comparison or by sum, pairs, orders, and where the sums differ."""

from decimal import Decimal
from enum import StrEnum

import pytest

from exams.domain.answer import QuestionKind as Kind
from exams.domain.draft import QuestionDraft
from exams.exchange.items import ItemCode, ItemRefused
from exams.exchange.qti_item import draft_of
from exams.exchange.qti_names import QtiCode, read_qti
from exams.exchange.xml_parts import Notes
from exams.tests.qti import CHOICES, MAP, MATCH, declaration, item, mapping

SEVERAL = CHOICES.replace('maxChoices="1"', 'maxChoices="0"')


def read(data: bytes, notes: Notes | None = None) -> QuestionDraft:
    return draft_of(read_qti(data), notes or Notes())


def codes(data: bytes) -> list[StrEnum]:
    notes = Notes()
    read(data, notes)
    return [finding.code for finding in notes.findings]


def refusal(data: bytes) -> ItemRefused:
    with pytest.raises(ItemRefused) as refused:
        read(data)
    return refused.value


def shares(draft: QuestionDraft) -> list[float | None]:
    return [None if one.fraction is None else float(one.fraction) for one in draft.choices]


def test_one_of_several_by_comparison() -> None:
    draft = read(item(declared=declaration("A")))
    assert (draft.kind, draft.max_answers, draft.points) == (Kind.CHOICE, 1, Decimal(1))
    assert [choice.text for choice in draft.choices] == ["Saturn", "The <em>Moon</em>", "Sirius"]
    assert shares(draft) == [100, 0, 0]
    assert not draft.all_or_nothing
    assert codes(item(declared=declaration("A"))) == []


def test_several_by_comparison_count_only_all_together() -> None:
    declared = declaration("A", "C", cardinality="multiple")
    draft = read(item(SEVERAL, declared=declared))
    assert (draft.max_answers, draft.min_answers, draft.all_or_nothing) == (None, 2, True)
    assert shares(draft) == [100, 0, 100]
    assert codes(item(SEVERAL, declared=declared)) == [QtiCode.LEAST_IS_RIGHT]


def test_the_number_of_choices_is_limited_as_the_interaction_says() -> None:
    two = CHOICES.replace('maxChoices="1"', 'maxChoices="2" minChoices="1"')
    declared = declaration("A", cardinality="multiple")
    assert read(item(two, declared=declared)).max_answers == 2


def test_one_of_several_by_what_each_is_worth() -> None:
    mapped = mapping({"A": 2, "B": 1}, 'defaultValue="-4" lowerBound="-1"')
    draft = read(item(declared=declaration("A", mapping=mapped), processing=MAP))
    assert (float(draft.points), shares(draft)) == (2, [100, 50, -50])


def test_several_by_what_each_is_worth() -> None:
    mapped = mapping({"A": 1, "B": 1, "C": -1}, 'defaultValue="0" lowerBound="0"')
    data = item(
        SEVERAL,
        declared=declaration("A", "B", cardinality="multiple", mapping=mapped),
        processing=MAP,
    )
    draft = read(data)
    assert (float(draft.points), shares(draft), draft.all_or_nothing) == (2, [50, 50, -50], False)
    assert codes(data) == []


@pytest.mark.parametrize(
    ("values", "bounds", "code"),
    [
        ({"A": 1, "B": 1}, 'lowerBound="0"', ItemCode.WRONG_COSTS),
        ({"A": 1, "B": -1, "C": -1}, "", QtiCode.SCORE_DIFFERS),
        ({"A": 2, "B": 1, "C": -1}, 'lowerBound="0" upperBound="2"', QtiCode.SCORE_DIFFERS),
        ({"A": 2, "B": -1, "C": -1}, 'lowerBound="1"', QtiCode.SCORE_DIFFERS),
        ({"A": 1, "B": -3, "C": -1}, 'lowerBound="0"', QtiCode.SCORE_DIFFERS),
    ],
)
def test_where_a_sum_is_another_here_it_is_said(
    values: dict[str, float | str], bounds: str, code: StrEnum
) -> None:
    declared = declaration("A", cardinality="multiple", mapping=mapping(values, bounds))
    assert codes(item(SEVERAL, declared=declared, processing=MAP)) == [code]


def test_nothing_right_and_no_marking_is_a_survey() -> None:
    draft = read(item(declared=declaration(), processing=""))
    assert (float(draft.points), shares(draft)) == (0, [None, None, None])


def test_a_key_without_marking_counts_and_is_said() -> None:
    data = item(declared=declaration("B"), processing="")
    assert (float(read(data).points), shares(read(data))) == (1, [0, 100, 0])
    assert codes(data) == [QtiCode.KEY_ONLY]


@pytest.mark.parametrize("right", [(), ("X",), ("A", "X")])
def test_marking_without_a_key_among_the_choices_is_refused(right: tuple[str, ...]) -> None:
    refused = refusal(item(declared=declaration(*right, cardinality="multiple")))
    assert (refused.code, refused.line) == (QtiCode.NO_KEY, 6)


@pytest.mark.parametrize("values", [{}, {"A": 0}, {"A": -1}])
def test_a_sum_that_nobody_can_earn_is_refused(values: dict[str, float | str]) -> None:
    declared = declaration("A", mapping=mapping(values))
    assert refusal(item(declared=declared, processing=MAP)).code is QtiCode.NO_KEY
    assert refusal(item(declared=declaration("A"), processing=MAP)).code is QtiCode.NO_KEY


def test_choices_are_shuffled_unless_some_must_stay() -> None:
    shuffled = CHOICES.replace('shuffle="false"', 'shuffle="true"')
    assert read(item(shuffled, declared=declaration("A"))).shuffle_choices
    fixed = shuffled.replace('identifier="C"', 'identifier="C" fixed="true"')
    assert not read(item(fixed, declared=declaration("A"))).shuffle_choices
    assert codes(item(fixed, declared=declaration("A"))) == [QtiCode.FIXED_NOT_KEPT]


def test_feedback_of_what_was_chosen_is_the_rejoinder_of_the_choice() -> None:
    body = CHOICES.replace(
        "Sirius",
        'Sirius<feedbackInline outcomeIdentifier="F" identifier="C">A star.</feedbackInline>',
    )
    right = '<match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match>'
    processing = (
        '<responseProcessing><setOutcomeValue identifier="F"><variable identifier="RESPONSE"/>'
        f"</setOutcomeValue><responseCondition><responseIf>{right}<setOutcomeValue "
        'identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue>'
        "</responseIf></responseCondition></responseProcessing>"
    )
    beside = '<modalFeedback outcomeIdentifier="F" identifier="A">Rings!</modalFeedback>'
    data = item(body, declared=declaration("A"), processing=processing, beside=beside)
    assert [choice.rejoinder for choice in read(data).choices] == ["Rings!", "", "A star."]
    assert codes(data) == []
    assert codes(item(body, declared=declaration("A"), beside=beside)) == [
        ItemCode.FEEDBACK_NOT_USED,
        ItemCode.FEEDBACK_NOT_USED,
    ]


def test_a_choice_without_words_is_refused() -> None:
    body = CHOICES.replace("Sirius", '<img src="sirius.png"/>')
    refused = refusal(item(body, declared=declaration("A")))
    assert (refused.code, refused.text, refused.line) == (ItemCode.EMPTY_ANSWER, "C", 10)


def test_an_inline_choice_opens_as_a_list() -> None:
    body = (
        '<p>The <inlineChoiceInteraction responseIdentifier="RESPONSE" shuffle="false">'
        '<inlineChoice identifier="A">Sun</inlineChoice><inlineChoice identifier="B">Moon'
        "</inlineChoice></inlineChoiceInteraction> shines.</p>"
    )
    draft = read(item(body, declared=declaration("A")))
    assert (draft.kind, draft.widget, draft.max_answers) == (Kind.CHOICE, "Select", 1)
    assert draft.prompt == "<p>The _____ shines.</p>"
    assert shares(draft) == [100, 0]


def side(*names: str) -> str:
    inner = "".join(
        f'<simpleAssociableChoice identifier="{n[0]}" matchMax="1">{n}</simpleAssociableChoice>'
        for n in names
    )
    return f"<simpleMatchSet>{inner}</simpleMatchSet>"


MATCHING = (
    '<matchInteraction responseIdentifier="RESPONSE" shuffle="true" maxAssociations="2">'
    f"<prompt>Where?</prompt>{side('Nile', 'Rhine')}{side('Africa', 'Europe', 'Sia')}"
    "</matchInteraction>"
)
ORDER = (
    '<orderInteraction responseIdentifier="RESPONSE" shuffle="true"><prompt>By size.</prompt>'
    '<simpleChoice identifier="A">Sun</simpleChoice><simpleChoice identifier="B">Moon'
    '</simpleChoice><simpleChoice identifier="C">Earth</simpleChoice></orderInteraction>'
)


def pairs(*right: str, mapped: str = "") -> str:
    return declaration(*right, base_type="directedPair", cardinality="multiple", mapping=mapped)


def test_pairs_with_a_right_side_to_spare() -> None:
    draft = read(item(MATCHING, declared=pairs("N A", "R E")))
    assert (draft.kind, draft.all_or_nothing, draft.shuffle_choices) == (Kind.MATCHING, True, True)
    assert [(one.text, one.match) for one in draft.choices] == [
        ("Nile", "Africa"),
        ("Rhine", "Europe"),
        ("", "Sia"),
    ]


def test_a_right_side_may_be_right_twice() -> None:
    draft = read(item(MATCHING, declared=pairs("N A", "A R")))
    assert [one.match for one in draft.choices] == ["Africa", "Africa", "Europe", "Sia"]


def test_pairs_of_one_weight_count_one_by_one() -> None:
    mapped = mapping({"N A": 2, "R E": 2}, 'defaultValue="0"')
    data = item(MATCHING, declared=pairs("N A", "R E", mapped=mapped), processing=MAP)
    assert (float(read(data).points), read(data).all_or_nothing) == (4, False)
    assert codes(data) == []
    without = item(MATCHING, declared=pairs(mapped=mapped), processing=MAP)
    assert read(without).choices == read(data).choices


@pytest.mark.parametrize(
    ("values", "attributes"),
    [
        ({"N A": 2, "R E": 2, "N E": -1}, ""),
        ({"N A": 2, "R E": 2}, 'defaultValue="-1"'),
        ({"N A": 2, "R E": 2}, 'upperBound="3"'),
    ],
)
def test_pairs_that_cost_or_are_cut_are_said(
    values: dict[str, float | str], attributes: str
) -> None:
    declared = pairs("N A", "R E", mapped=mapping(values, attributes))
    assert codes(item(MATCHING, declared=declared, processing=MAP)) == [QtiCode.SCORE_DIFFERS]


@pytest.mark.parametrize(
    ("right", "values", "code"),
    [
        (("N A", "R E"), {"N A": 2, "R E": 1}, QtiCode.UNEQUAL_PAIRS),
        (("N A", "R E"), {"N A": 0, "R E": 0}, QtiCode.UNEQUAL_PAIRS),
        ((), {}, QtiCode.NO_KEY),
    ],
)
def test_pairs_that_weigh_differently_or_nothing_are_refused(
    right: tuple[str, ...], values: dict[str, float | str], code: StrEnum
) -> None:
    declared = pairs(*right, mapped=mapping(values))
    assert refusal(item(MATCHING, declared=declared, processing=MAP)).code is code


@pytest.mark.parametrize("right", [("N A",), ("N A", "N E", "R E"), ("N A", "R X"), ("N A", "R")])
def test_pairs_that_are_not_one_to_one_are_refused(right: tuple[str, ...]) -> None:
    assert refusal(item(MATCHING, declared=pairs(*right))).code is QtiCode.NOT_ONE_TO_ONE


def test_one_set_alone_is_no_matching() -> None:
    body = f'<p>x</p><matchInteraction responseIdentifier="RESPONSE">{side("a", "b")}</matchInteraction>'
    assert refusal(item(body, declared=pairs("a b"))).code is QtiCode.NOT_ONE_TO_ONE


def order(*right: str) -> str:
    return declaration(*right, cardinality="ordered")


def test_an_order_is_right_as_a_whole() -> None:
    draft = read(item(ORDER, declared=order("B", "C", "A")))
    assert (draft.kind, draft.all_or_nothing) == (Kind.ORDERING, True)
    assert [one.text for one in draft.choices] == ["Moon", "Earth", "Sun"]


@pytest.mark.parametrize(
    ("body", "right", "processing", "code"),
    [
        (ORDER, ("B", "C"), MATCH, QtiCode.PART_OF_ORDER),
        (ORDER, ("B", "C", "X"), MATCH, QtiCode.PART_OF_ORDER),
        (ORDER.replace("shuffle", 'maxChoices="2" shuffle'), "BCA", MATCH, QtiCode.PART_OF_ORDER),
        (ORDER, (), MATCH, QtiCode.NO_KEY),
        (ORDER, "BCA", MAP, QtiCode.CUSTOM_MARKING),
    ],
)
def test_a_part_of_an_order_is_refused(
    body: str, right: tuple[str, ...], processing: str, code: StrEnum
) -> None:
    assert refusal(item(body, declared=order(*right), processing=processing)).code is code


def test_a_fixed_step_is_said() -> None:
    fixed = ORDER.replace('identifier="A"', 'identifier="A" fixed="true"')
    assert codes(item(fixed, declared=order(*"BCA"))) == [QtiCode.FIXED_NOT_KEPT]


def test_more_choices_than_there_are_is_no_limit() -> None:
    body = CHOICES.replace('maxChoices="1"', 'maxChoices="9"')
    declared = declaration("A", cardinality="multiple")
    assert read(item(body, declared=declared, processing=MATCH)).max_answers is None


@pytest.mark.parametrize("body", [CHOICES, ORDER])
def test_more_choices_than_a_question_has_are_refused_before_they_are_read(body: str) -> None:
    last = '<simpleChoice identifier="C">'
    many = body.replace(last, '<simpleChoice identifier="x">x</simpleChoice>' * 98 + last)
    assert refusal(item(many, declared=declaration("A"))).code is ItemCode.NOT_STORABLE
