"""What candidates make: texts, numbers within bounds or a tolerance, files, steps on a scale."""

from decimal import Decimal
from enum import StrEnum

import pytest

from exams.domain.answer import QuestionKind as Kind
from exams.exchange.items import ItemCode
from exams.exchange.qti_names import QtiCode
from exams.tests.qti import MAP, declaration, item, mapping
from exams.tests.test_exchange_qti_choices import codes, read, refusal, shares

ENTRY = '<p>Two is <textEntryInteraction responseIdentifier="RESPONSE"/>.</p>'
TEXT = (
    '<extendedTextInteraction responseIdentifier="RESPONSE"><prompt>Describe.</prompt>'
    "</extendedTextInteraction>"
)
MAXSCORE = (
    '<outcomeDeclaration identifier="MAXSCORE"><defaultValue><value>4</value></defaultValue>'
    "</outcomeDeclaration>"
)


def within(tolerance: str) -> str:
    return (
        f'<responseProcessing><responseCondition><responseIf><equal toleranceMode="absolute" '
        f'tolerance="{tolerance}"><variable identifier="RESPONSE"/><correct '
        'identifier="RESPONSE"/></equal><setOutcomeValue identifier="SCORE"><baseValue '
        'baseType="float">2</baseValue></setOutcomeValue></responseIf></responseCondition>'
        "</responseProcessing>"
    )


def slider(attributes: str) -> str:
    return (
        f'<sliderInteraction responseIdentifier="RESPONSE" {attributes}><prompt>How much?'
        "</prompt></sliderInteraction>"
    )


@pytest.mark.parametrize(
    ("base_type", "right", "kind"),
    [("string", "two", Kind.CHAR), ("integer", "2", Kind.INT), ("float", "2.0", Kind.FLOAT)],
)
def test_a_gap_takes_a_text_or_a_number(base_type: str, right: str, kind: Kind) -> None:
    draft = read(item(ENTRY, declared=declaration(right, base_type=base_type)))
    assert (draft.kind, draft.prompt) == (kind, "<p>Two is _____.</p>")
    assert shares(draft) == [100]


def test_a_text_says_that_case_is_ignored_unless_it_may_be() -> None:
    assert codes(item(ENTRY, declared=declaration("Two", base_type="string"))) == [
        ItemCode.CASE_IGNORED
    ]
    assert codes(item(ENTRY, declared=declaration("دو", base_type="string"))) == []


def test_a_star_means_itself() -> None:
    draft = read(item(ENTRY, declared=declaration("a*b", base_type="string")))
    assert draft.choices[0].text == "a\\*b"
    data = item(ENTRY, declared=declaration("a\\*b", base_type="string"))
    assert refusal(data).code is ItemCode.NOT_STORABLE


def test_texts_of_different_worth() -> None:
    mapped = mapping({"York": 2, "Jork": 1, "Pork": 0})
    declared = declaration("York", base_type="string", mapping=mapped)
    draft = read(item(ENTRY, declared=declared, processing=MAP))
    assert (float(draft.points), shares(draft)) == (2, [100, 50, 0])


@pytest.mark.parametrize(
    ("values", "attributes"), [({"a": 1, "b": -1}, ""), ({"a": 1}, 'defaultValue="0.5"')]
)
def test_texts_that_cost_or_always_earn_are_said(
    values: dict[str, float | str], attributes: str
) -> None:
    declared = declaration("a", base_type="string", mapping=mapping(values, attributes))
    assert QtiCode.SCORE_DIFFERS in codes(item(ENTRY, declared=declared, processing=MAP))


@pytest.mark.parametrize(
    ("tolerance", "middle", "half"), [("0.5", "3", "0.5"), ("0 1", "3.5", "0.5")]
)
def test_a_number_within_a_tolerance(tolerance: str, middle: str, half: str) -> None:
    declared = declaration("3", base_type="float")
    draft = read(item(ENTRY, declared=declared, processing=within(tolerance)))
    assert [(one.text, one.tolerance) for one in draft.choices] == [(middle, Decimal(half))]
    assert draft.points == 2


@pytest.mark.parametrize(
    ("declared", "processing", "code"),
    [
        (declaration("x", base_type="integer"), None, ItemCode.BAD_NUMBER),
        (declaration("2.5", base_type="integer"), None, ItemCode.NOT_STORABLE),
        (declaration("3", base_type="float"), within("1e-12"), ItemCode.TOO_PRECISE),
        (declaration(base_type="string"), None, QtiCode.NO_KEY),
        (declaration(base_type="string"), MAP, QtiCode.NO_KEY),
        (declaration(base_type="string", mapping=mapping({"a": 0})), MAP, QtiCode.NO_KEY),
        (declaration("P1D", base_type="duration"), None, ItemCode.NOT_SUPPORTED),
        (
            declaration("a", base_type="string", cardinality="ordered"),
            None,
            ItemCode.NOT_SUPPORTED,
        ),
    ],
)
def test_what_cannot_be_a_right_value_is_refused(
    declared: str, processing: str | None, code: StrEnum
) -> None:
    data = item(ENTRY, declared=declared, processing=processing) if processing else None
    assert refusal(data or item(ENTRY, declared=declared)).code is code


def test_a_pattern_is_kept_for_texts_and_said_for_numbers() -> None:
    masked = ENTRY.replace("/>", ' patternMask="[a-z]+"/>')
    assert (
        read(item(masked, declared=declaration("two", base_type="string"))).text_regex == "[a-z]+"
    )
    data = item(masked, declared=declaration("2", base_type="integer"))
    assert codes(data) == [QtiCode.MASK_NOT_USED]
    bad = ENTRY.replace("/>", ' patternMask="(?=x)"/>')
    refused = refusal(item(bad, declared=declaration("two", base_type="string")))
    assert refused.code is ItemCode.BAD_PATTERN
    assert "(?=" in refused.text


def test_a_gap_without_marking_is_a_survey() -> None:
    draft = read(item(ENTRY, declared=declaration(base_type="string"), processing=""))
    assert (float(draft.points), draft.choices) == (0, ())


def test_a_long_text_is_marked_by_a_person_out_of_what_the_item_says() -> None:
    declared = declaration(base_type="string") + MAXSCORE
    draft = read(
        item(TEXT, declared=declared, processing="<responseProcessing><x/></responseProcessing>")
    )
    assert (draft.kind, float(draft.points), draft.prompt) == (Kind.TEXT, 4, "<div>Describe.</div>")


def test_the_key_of_a_long_text_is_said() -> None:
    assert codes(item(TEXT, declared=declaration("all", base_type="string"))) == [
        QtiCode.KEY_NOT_USED
    ]
    several = declaration(base_type="string", cardinality="ordered")
    assert refusal(item(TEXT, declared=several)).code is ItemCode.NOT_SUPPORTED


def test_a_file_is_taken_by_its_types() -> None:
    body = (
        '<uploadInteraction responseIdentifier="RESPONSE" type="application/pdf image/jpeg x/y">'
        "<prompt>Send it.</prompt></uploadInteraction>"
    )
    data = item(body, declared=declaration(base_type="file"), processing="")
    assert (read(data).kind, read(data).accept) == (Kind.FILE, (".pdf", ".jpg", ".jpeg"))
    assert codes(data) == [QtiCode.TYPES_NOT_USED]


def test_a_slider_with_a_key_is_a_number_between_bounds() -> None:
    body = slider('lowerBound="-1.5" upperBound="10" step="0.5"')
    draft = read(item(body, declared=declaration("2.5", base_type="float")))
    assert (draft.kind, draft.min_value, draft.max_value) == (
        Kind.FLOAT,
        Decimal("-1.5"),
        Decimal(10),
    )
    assert draft.choices[0].text == "2.5"
    assert codes(item(body, declared=declaration("2.5", base_type="float"))) == [
        QtiCode.STEP_NOT_KEPT
    ]


def test_a_slider_without_a_key_is_a_scale() -> None:
    whole = declaration(base_type="integer")
    scale = item(slider('lowerBound="1" upperBound="5"'), declared=whole, processing="")
    assert (read(scale).kind, float(read(scale).points)) == (Kind.RATING, 0)
    below = item(slider('lowerBound="-5" upperBound="5"'), declared=whole, processing="")
    assert read(below).kind is Kind.INT


def test_a_slider_may_have_several_right_values() -> None:
    mapped = mapping({"3": 1, "4": 2})
    declared = declaration(base_type="integer", mapping=mapped)
    draft = read(item(slider('lowerBound="1" upperBound="5"'), declared=declared, processing=MAP))
    assert [(one.text, one.fraction) for one in draft.choices] == [
        ("3", Decimal(50)),
        ("4", Decimal(100)),
    ]


def test_a_slider_without_bounds_is_refused() -> None:
    data = item(slider('lowerBound="1"'), declared=declaration("2", base_type="integer"))
    assert refusal(data).code is ItemCode.NOT_SUPPORTED
