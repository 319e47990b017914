"""Moodle's XML that cannot be taken over, is damaged, or is far too much of it."""

from enum import StrEnum

import pytest
from hypothesis import given, strategies as st

from exams.exchange.items import MAX_ITEMS, ItemCode
from exams.exchange.moodle_answers import MoodleCode
from exams.exchange.moodle_xml import preview
from exams.exchange.xml_reader import XmlFault
from exams.tests.imports import check_balance, damaged
from exams.tests.test_exchange_moodle_xml import FILE, draft_of, question


@pytest.mark.parametrize(
    "kind",
    [
        "cloze",
        "multianswer",
        "calculated",
        "calculatedsimple",
        "calculatedmulti",
        "ddwtos",
        "gapselect",
        "ddmarker",
        "ddimageortext",
        "randomsamatch",
        "random",
        "stack",
        "coderunner",
        "formulas",
        "unheard-of",
    ],
)
def test_no_type_is_dropped_in_silence(kind: str) -> None:
    seen = preview(question(kind))
    assert (seen.imported, seen.reported) == (0, 1)
    assert [(one.line, one.code, one.text) for one in seen.findings] == [
        (2, ItemCode.NOT_SUPPORTED, kind)
    ]


def test_an_element_that_is_no_question_is_reported_too() -> None:
    seen = preview(b"<quiz><question type='category'/>\n<answer/></quiz>")
    assert [(one.code, one.text) for one in seen.findings] == [(ItemCode.NOT_SUPPORTED, "answer")]
    check_balance(seen)


BAD = [
    ("multichoice", "<answer fraction='100'><text></text></answer>", ItemCode.EMPTY_ANSWER, 3),
    ("multichoice", "<answer fraction='lots'><text>a</text></answer>", ItemCode.BAD_WEIGHT, 3),
    ("multichoice", "<answer fraction='101'><text>a</text></answer>", ItemCode.BAD_WEIGHT, 3),
    ("multichoice", "<answer fraction='100'><text>a</text></answer>", ItemCode.NOT_STORABLE, 2),
    ("truefalse", "", ItemCode.EMPTY_ANSWER, 2),
    ("truefalse", "<answer fraction='100'><text>yes</text></answer>", ItemCode.NOT_STORABLE, 3),
    ("truefalse", "<answer fraction='0'><text>true</text></answer>", ItemCode.UNREACHABLE, 2),
    ("shortanswer", "", ItemCode.EMPTY_ANSWER, 2),
    ("shortanswer", "<answer fraction='100'><text/></answer>", ItemCode.EMPTY_ANSWER, 3),
    ("numerical", "", ItemCode.EMPTY_ANSWER, 2),
    ("numerical", "<answer fraction='100'><text>ten</text></answer>", ItemCode.BAD_NUMBER, 3),
    (
        "numerical",
        "<answer fraction='100'><text>1</text><tolerance>1e-12</tolerance></answer>",
        ItemCode.TOO_PRECISE,
        3,
    ),
    ("matching", "<subquestion><text>a</text></subquestion>", ItemCode.BAD_PAIR, 3),
    ("matching", "", ItemCode.NOT_STORABLE, 2),
    ("ordering", "<answer fraction='x'><text>a</text></answer>", MoodleCode.BAD_ORDER, 3),
    (
        "ordering",
        "<answer fraction='1'><text>a</text></answer><answer fraction='1'><text>b</text></answer>",
        MoodleCode.BAD_ORDER,
        2,
    ),
    ("ordering", "<selecttype>RANDOM</selecttype>", ItemCode.NOT_SUPPORTED, 2),
    ("essay", "<defaultgrade>-1</defaultgrade>", ItemCode.NOT_STORABLE, 2),
    ("essay", "<defaultgrade>much</defaultgrade>", ItemCode.BAD_NUMBER, 3),
]


@pytest.mark.parametrize(("kind", "inner", "code", "line"), BAD)
def test_what_contradicts_itself_is_reported_with_its_line(
    kind: str, inner: str, code: StrEnum, line: int
) -> None:
    seen = preview(question(kind, inner))
    assert (seen.imported, seen.reported) == (0, 1)
    assert [(one.line, one.code) for one in seen.findings if one.drops_item] == [(line, code)]


@pytest.mark.parametrize("prompt", ["", "<p> </p>", "<img src='x.png'>"])
def test_a_question_without_words_is_reported(prompt: str) -> None:
    data = (
        '<quiz><question type="essay"><questiontext format="html">'
        f"<text><![CDATA[{prompt}]]></text></questiontext></question></quiz>"
    )
    assert [one.code for one in preview(data.encode()).findings] == [ItemCode.EMPTY_PROMPT]


def test_an_unknown_format_is_said_and_markup_outside_of_cdata_is_kept() -> None:
    data = (
        b'<quiz><question type="essay"><questiontext format="latex">'
        b"<text>Say <b>why</b> &amp; how</text></questiontext></question></quiz>"
    )
    assert draft_of(data).prompt == "Say <b>why</b> &amp; how"
    assert [one.code for one in preview(data).findings] == [ItemCode.UNKNOWN_FORMAT]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<quiz>", XmlFault.MALFORMED),
        (b"<!DOCTYPE x><quiz></quiz>", XmlFault.DTD),
        (b"<html/>", MoodleCode.NOT_MOODLE),
        (b"<quiz><title>of another program</title></quiz>", MoodleCode.NOT_MOODLE),
    ],
)
def test_a_file_that_is_not_moodles_is_one_finding(data: bytes, code: StrEnum) -> None:
    seen = preview(data)
    assert seen.items == ()
    assert [finding.code for finding in seen.findings] == [code]


@pytest.mark.timeout(20)
def test_very_many_categories_do_not_stop_the_reader() -> None:
    categories = "".join(
        f"<question type='category'><category><text>{n}/x</text></category></question>"
        for n in range(40_000)
    )
    data = f"<quiz>{categories}<question type='x'/></quiz>".encode()
    assert [item.section for item in preview(data).items] == ["39999 / x"]


def test_there_is_a_limit_of_items() -> None:
    seen = preview(b"<quiz>" + b"<question type='x'/>" * (MAX_ITEMS + 5) + b"</quiz>")
    assert len(seen.items) == MAX_ITEMS
    assert seen.findings[-1].code is ItemCode.TOO_MANY_ITEMS


@given(damaged(FILE.read_bytes()))
def test_any_damage_leaves_items_imported_or_reported(data: bytes) -> None:
    check_balance(preview(data))


_ELEMENTS = st.sampled_from(
    [
        "question",
        "answer",
        "text",
        "feedback",
        "single",
        "name",
        "questiontext",
        "defaultgrade",
        "subquestion",
        "tolerance",
        "category",
        "units",
        "unit",
        "unit_name",
        "hint",
        "hidden",
        "tags",
        "penalty",
    ]
)
_VALUES = st.sampled_from(
    [
        "",
        "multichoice",
        "numerical",
        "matching",
        "ordering",
        "essay",
        "category",
        "100",
        "-5",
        "html",
        "1e400",
        "true",
        "<b>",
        "&",
        "$course$/a//b",
        "@@PLUGINFILE@@",
        "سلام",
        "NaN",
    ]
)


@st.composite
def trees(draw: st.DrawFn, depth: int = 4) -> str:
    name, value = draw(_ELEMENTS), draw(_VALUES).replace("&", "&amp;").replace("<", "&lt;")
    inner = "" if depth == 0 else "".join(draw(st.lists(trees(depth - 1), max_size=3)))
    return f'<{name} type="{value}" format="{value}" fraction="{value}">{value}{inner}</{name}>'


@given(st.lists(trees(), max_size=4).map("".join))
def test_any_tree_is_imported_or_reported(inner: str) -> None:
    check_balance(preview(f"<quiz>{inner}</quiz>".encode()))
