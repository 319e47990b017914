"""What an author may store: each rule alone, and everything that is found at once."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from exams.domain.answer import QuestionKind as Kind
from exams.domain.draft import ChoiceDraft, DraftFault as Fault, QuestionDraft, findings_of

HUNDRED, ZERO = Decimal(100), Decimal(0)


def draft(kind: Kind = Kind.TEXT, *choices: ChoiceDraft, **changes: Any) -> QuestionDraft:
    plain = QuestionDraft(name="n", kind=kind, prompt="p", choices=choices)
    return replace(plain, **changes)


RIGHT, WRONG = ChoiceDraft("a", fraction=HUNDRED), ChoiceDraft("b", fraction=ZERO)

GOOD = [
    draft(),
    draft(Kind.CHOICE, RIGHT, WRONG),
    draft(Kind.CHOICE, ChoiceDraft("a"), ChoiceDraft("b")),
    draft(
        Kind.CHOICE,
        *(ChoiceDraft(c, fraction=Decimal("33.33333")) for c in "abc"),
        max_answers=None,
    ),
    draft(Kind.MATCHING, ChoiceDraft("a", "1"), ChoiceDraft("", "2")),
    draft(Kind.INT, ChoiceDraft("7", fraction=HUNDRED, tolerance=Decimal(1)), min_value=Decimal(1)),
    draft(Kind.RATING, min_value=Decimal(1), max_value=Decimal(5)),
    draft(Kind.CHAR, ChoiceDraft("x*", fraction=HUNDRED), text_regex="[a-z]+", max_length=9),
    draft(Kind.CHAR, max_length=255),
    draft(Kind.TEXT, max_length=100_000),
    draft(Kind.BOOL, ChoiceDraft("TRUE", fraction=HUNDRED)),
    draft(Kind.DATE, ChoiceDraft("2026-01-01", fraction=HUNDRED)),
    draft(Kind.FILE, accept=(".pdf", ".tar")),
    draft(Kind.INFO),
]

BAD: list[tuple[QuestionDraft, str, Fault]] = [
    (draft(name=" "), "name", Fault.EMPTY),
    (draft(name="x" * 201), "name", Fault.TOO_LONG),
    (draft(prompt=""), "prompt", Fault.EMPTY),
    (draft(prompt="x" * 100_001), "prompt", Fault.TOO_LONG),
    (draft(points=Decimal(-1)), "points", Fault.OUT_OF_RANGE),
    (draft(points=Decimal("NaN")), "points", Fault.OUT_OF_RANGE),
    (draft(points=Decimal(100_000)), "points", Fault.OUT_OF_RANGE),
    (draft(min_value=Decimal(1)), "min_value", Fault.NOT_FOR_KIND),
    (draft(Kind.INT, min_value=Decimal(2), max_value=Decimal(1)), "min_value", Fault.MIN_ABOVE_MAX),
    (draft(Kind.INT, max_value=Decimal("Infinity")), "max_value", Fault.OUT_OF_RANGE),
    (draft(Kind.RATING, max_value=Decimal(5)), "min_value", Fault.EMPTY),
    (
        draft(Kind.RATING, min_value=Decimal("0.5"), max_value=Decimal(5)),
        "min_value",
        Fault.OUT_OF_RANGE,
    ),
    (draft(Kind.INT, max_length=3), "max_length", Fault.NOT_FOR_KIND),
    (draft(Kind.INT, text_regex="a"), "text_regex", Fault.NOT_FOR_KIND),
    (draft(max_length=0), "min_length", Fault.OUT_OF_RANGE),
    (draft(min_length=5, max_length=4), "min_length", Fault.MIN_ABOVE_MAX),
    (draft(Kind.CHAR, max_length=256), "max_length", Fault.OUT_OF_RANGE),
    (draft(Kind.CHAR, min_length=256), "min_length", Fault.OUT_OF_RANGE),
    (draft(Kind.TEXT, max_length=100_001), "max_length", Fault.OUT_OF_RANGE),
    (draft(text_regex="(?=x)"), "text_regex", Fault.BAD_PATTERN),
    (draft(accept=(".pdf",)), "accept", Fault.NOT_FOR_KIND),
    (draft(Kind.FILE, accept=("pdf",)), "accept", Fault.NOT_A_VALUE),
    (draft(Kind.FILE, accept=("./../x",)), "accept", Fault.NOT_A_VALUE),
    (draft(Kind.CHOICE, RIGHT), "choices", Fault.TOO_FEW),
    (draft(Kind.CHOICE, *[RIGHT] * 101), "choices", Fault.TOO_MANY),
    (draft(Kind.CHOICE, RIGHT, WRONG, max_answers=3), "max_answers", Fault.OUT_OF_RANGE),
    (draft(Kind.CHOICE, RIGHT, WRONG, min_answers=2), "min_answers", Fault.MIN_ABOVE_MAX),
    (draft(Kind.CHOICE, RIGHT, ChoiceDraft(" ", fraction=ZERO)), "choices.1.text", Fault.EMPTY),
    (
        draft(Kind.CHOICE, RIGHT, ChoiceDraft("b", fraction=Decimal(-101))),
        "choices.1.fraction",
        Fault.OUT_OF_RANGE,
    ),
    (draft(Kind.ORDERING, ChoiceDraft("a")), "choices", Fault.TOO_FEW),
    (draft(Kind.ORDERING, ChoiceDraft("a"), ChoiceDraft(" ")), "choices.1.text", Fault.EMPTY),
    (
        draft(Kind.CHOICE, RIGHT, WRONG, widget="CheckboxSelectMultiple"),
        "widget",
        Fault.NOT_FOR_KIND,
    ),
    (draft(Kind.DATE, widget="RatingStars"), "widget", Fault.NOT_FOR_KIND),
    (draft(Kind.CHAR, text_response=True), "text_response", Fault.NOT_FOR_KIND),
    (draft(Kind.INT, text_response_label="x" * 256), "text_response_label", Fault.TOO_LONG),
    (
        draft(Kind.INT, ChoiceDraft("1", label="x" * 256, fraction=HUNDRED)),
        "choices.0.label",
        Fault.TOO_LONG,
    ),
    (draft(Kind.INT, xml_id="1st"), "xml_id", Fault.NOT_AN_XML_NAME),
    (draft(Kind.INT, xml_id="a:b"), "xml_id", Fault.NOT_AN_XML_NAME),
    (
        draft(Kind.INT, ChoiceDraft("1", xml_id="q1", fraction=HUNDRED), xml_id="q1"),
        "choices.0.xml_id",
        Fault.NOT_AN_XML_NAME,
    ),
    (
        draft(Kind.ORDERING, ChoiceDraft("a", next_question_pool=3), ChoiceDraft("b")),
        "choices.0.next_question_pool",
        Fault.NOT_FOR_KIND,
    ),
    (
        draft(Kind.INT, ChoiceDraft("1", next_question_pool=3, end_exam=True, fraction=HUNDRED)),
        "choices.0.end_exam",
        Fault.ENDS_TWICE,
    ),
    (draft(Kind.CHOICE, WRONG, WRONG), "choices", Fault.FULL_POINTS_UNREACHABLE),
    (
        draft(
            Kind.CHOICE,
            *(ChoiceDraft(c, fraction=Decimal(50)) for c in "abc"),
            max_answers=1,
        ),
        "choices",
        Fault.FULL_POINTS_UNREACHABLE,
    ),
    (draft(Kind.MATCHING, ChoiceDraft("a", "1"), ChoiceDraft("b", "1")), "choices", Fault.TOO_FEW),
    (
        draft(Kind.MATCHING, ChoiceDraft("a", "1"), ChoiceDraft("b", ""), ChoiceDraft("c", "2")),
        "choices.1.match",
        Fault.EMPTY,
    ),
    (draft(Kind.TEXT, RIGHT), "choices", Fault.NOT_FOR_KIND),
    (draft(Kind.INFO, RIGHT), "choices", Fault.NOT_FOR_KIND),
    (draft(Kind.INT, ChoiceDraft("x", fraction=HUNDRED)), "choices.0.text", Fault.NOT_A_VALUE),
    (draft(Kind.INT, ChoiceDraft("1.5", fraction=HUNDRED)), "choices.0.text", Fault.NOT_A_VALUE),
    (
        draft(Kind.BOOL, ChoiceDraft("perhaps", fraction=HUNDRED)),
        "choices.0.text",
        Fault.NOT_A_VALUE,
    ),
    (
        draft(Kind.DATE, ChoiceDraft("2026-01-01", fraction=HUNDRED, tolerance=Decimal(1))),
        "choices.0.tolerance",
        Fault.NOT_FOR_KIND,
    ),
    (
        draft(Kind.INT, ChoiceDraft("1", fraction=HUNDRED, tolerance=Decimal(-1))),
        "choices.0.tolerance",
        Fault.OUT_OF_RANGE,
    ),
    (
        draft(Kind.INT, ChoiceDraft("1", fraction=Decimal(-5))),
        "choices.0.fraction",
        Fault.OUT_OF_RANGE,
    ),
]


@pytest.mark.parametrize("good", GOOD, ids=lambda one: one.kind.value)
def test_nothing_is_found_in_a_good_draft(good: QuestionDraft) -> None:
    assert findings_of(good) == []


@pytest.mark.parametrize(("bad", "field", "fault"), BAD)
def test_each_rule_is_found(bad: QuestionDraft, field: str, fault: Fault) -> None:
    assert (field, fault) in {(finding.field, finding.fault) for finding in findings_of(bad)}


def test_everything_is_found_at_once() -> None:
    bad = draft(Kind.CHOICE, RIGHT, name="", prompt="", points=Decimal(-1))
    assert {finding.field for finding in findings_of(bad)} >= {
        "name",
        "prompt",
        "points",
        "choices",
    }


def test_a_bad_pattern_says_why() -> None:
    (finding,) = findings_of(draft(text_regex="("))
    assert finding.detail
