"""One item: what it is named, what is refused as a whole, what stands beside its body."""

from enum import StrEnum

import pytest

from exams.domain.answer import QuestionKind as Kind
from exams.domain.texts import TextFormat
from exams.exchange.items import ItemCode
from exams.exchange.qti_names import QtiCode
from exams.tests.qti import CHOICES, MAP, declaration, item, mapping
from exams.tests.test_exchange_qti_choices import codes, read, refusal


def test_an_item_is_named_by_its_title_and_written_in_html() -> None:
    draft = read(item(declared=declaration("A")))
    assert (draft.name, draft.format) == ("Planet", TextFormat.HTML)
    assert draft.prompt == "<div>Which is a planet?</div>"


def test_an_item_without_anything_to_answer_is_information() -> None:
    draft = read(item("<p>Read the next page.</p>", processing=""))
    assert (draft.kind, float(draft.points)) == (Kind.INFO, 0)


@pytest.mark.parametrize(
    "name",
    [
        "associateInteraction",
        "gapMatchInteraction",
        "hottextInteraction",
        "hotspotInteraction",
        "selectPointInteraction",
        "graphicOrderInteraction",
        "graphicAssociateInteraction",
        "graphicGapMatchInteraction",
        "positionObjectInteraction",
        "drawingInteraction",
        "mediaInteraction",
        "endAttemptInteraction",
        "customInteraction",
        "portableCustomInteraction",
        "newInteraction",
    ],
)
def test_other_interactions_are_reported_by_name(name: str) -> None:
    refused = refusal(item(f"<p>x</p>\n<{name} responseIdentifier='RESPONSE'/>"))
    assert (refused.code, refused.text, refused.line) == (ItemCode.NOT_SUPPORTED, name, 7)


ENTRY = '<p><textEntryInteraction responseIdentifier="R2"/></p>'
WHOLE: list[tuple[bytes, StrEnum]] = [
    (item(CHOICES + ENTRY, declared=declaration("A")), QtiCode.SEVERAL_INTERACTIONS),
    (item(attributes='adaptive="true"'), QtiCode.ADAPTIVE),
    (item(declared="<templateDeclaration/>"), QtiCode.TEMPLATE),
    (item(beside="<templateProcessing/>"), QtiCode.TEMPLATE),
    (item("<p> </p>", processing=""), ItemCode.EMPTY_PROMPT),
    (item('<img src="a.png"/>', processing=""), ItemCode.EMPTY_PROMPT),
    (item(declared=declaration("A", mapping="<areaMapping/>")), ItemCode.NOT_SUPPORTED),
    (b"<assessmentItem/>", ItemCode.EMPTY_PROMPT),
]


@pytest.mark.parametrize(("data", "code"), WHOLE)
def test_what_is_not_one_question_is_refused(data: bytes, code: StrEnum) -> None:
    assert refusal(data).code is code


def test_what_stands_beside_is_said() -> None:
    data = item(
        declared='<assessmentStimulusRef identifier="s" href="s.xml"/>' + declaration("A"),
        beside="<catalogInfo/><modalFeedback>Well done.</modalFeedback>",
    )
    assert codes(data) == [
        QtiCode.STIMULUS_NOT_USED,
        QtiCode.SUPPORT_NOT_USED,
        ItemCode.FEEDBACK_NOT_USED,
    ]


def test_feedback_of_information_is_said() -> None:
    data = item("<p>Read.</p>", processing="", beside="<modalFeedback>x</modalFeedback>")
    assert codes(data) == [ItemCode.FEEDBACK_NOT_USED]


def test_points_are_rounded_to_two_places_and_said() -> None:
    declared = declaration("A", mapping=mapping({"A": "0.3333"}))
    data = item(declared=declared, processing=MAP)
    assert (str(read(data).points), codes(data)) == ("0.33", [ItemCode.POINTS_ROUNDED])


def test_a_key_without_marking_is_worth_what_the_item_says() -> None:
    maximum = (
        '<outcomeDeclaration identifier="MAXSCORE"><defaultValue><value>3</value></defaultValue>'
        "</outcomeDeclaration>"
    )
    assert float(read(item(declared=declaration("A") + maximum, processing="")).points) == 3


def test_one_choice_alone_contradicts_itself() -> None:
    body = (
        '<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>x</prompt>'
        '<simpleChoice identifier="A">a</simpleChoice></choiceInteraction>'
    )
    assert refusal(item(body, declared=declaration("A"))).code is ItemCode.NOT_STORABLE
