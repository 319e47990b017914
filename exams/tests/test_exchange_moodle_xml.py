"""Moodle's XML: every type, every finding with its line, nothing dropped in silence."""

from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from exams.domain.answer import QuestionKind as Kind
from exams.domain.draft import QuestionDraft
from exams.domain.texts import TextFormat
from exams.exchange import moodle_xml
from exams.exchange.items import MAX_ITEMS, Finding, ItemCode, Preview
from exams.exchange.moodle_answers import MoodleCode
from exams.exchange.moodle_xml import preview
from exams.exchange.writing import write_preview
from exams.exchange.xml_reader import XmlFault
from exams.selectors.exams import pools_of_exam
from exams.services import authoring
from exams.tests.conftest import Cast
from exams.tests.imports import check_balance, damaged

FILE = Path(__file__).parent / "fixtures" / "moodle.xml"
LINES = FILE.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def seen() -> Preview:
    return preview(FILE.read_bytes())


def named(seen: Preview, name: str) -> QuestionDraft:
    return next(item.draft for item in seen.items if item.draft and item.draft.name == name)


def said(seen: Preview, code: StrEnum) -> list[Finding]:
    return [finding for finding in seen.findings if finding.code is code]


def question(kind: str, inner: str = "") -> bytes:
    prompt = "<questiontext><text>Well?</text></questiontext>"
    return f'<quiz>\n<question type="{kind}">{prompt}\n{inner}</question></quiz>'.encode()


def draft_of(data: bytes) -> QuestionDraft:
    (item,) = preview(data).items
    assert item.draft, preview(data).findings
    return item.draft


def test_every_type_becomes_its_kind(seen: Preview) -> None:
    check_balance(seen)
    assert [item.draft and item.draft.kind for item in seen.items] == [
        Kind.CHOICE,
        Kind.CHOICE,
        Kind.BOOL,
        Kind.CHAR,
        Kind.FLOAT,
        Kind.MATCHING,
        Kind.ORDERING,
        Kind.TEXT,
        Kind.FILE,
        Kind.INFO,
        None,
    ]


def test_an_item_knows_the_line_of_its_question(seen: Preview) -> None:
    for item in seen.items:
        assert '<question type="' in LINES[item.line - 1]


def test_one_choice_with_weights_formats_feedback_and_points(seen: Preview) -> None:
    draft = named(seen, "Planet")
    assert (draft.points, draft.max_answers, draft.shuffle_choices) == (Decimal(2), 1, True)
    assert (draft.format, draft.rejoinder) == (TextFormat.HTML, "<p>Think of rings.</p>")
    assert draft.prompt == "<p>Which one is a <b>planet</b>?</p>"
    assert [(one.text, one.format, one.fraction, one.rejoinder) for one in draft.choices] == [
        ("Saturn", TextFormat.HTML, Decimal(100), "Yes."),
        ("Pluto, once & for long", TextFormat.PLAIN, Decimal(50), ""),
        ("the <i>Moon</i>", TextFormat.HTML, Decimal(-25), ""),
    ]


def test_several_choices_keep_their_order_and_say_that_a_wrong_one_costs(seen: Preview) -> None:
    draft = named(seen, "Gas giants")
    assert (draft.format, draft.max_answers, draft.shuffle_choices) == (
        TextFormat.MARKDOWN,
        None,
        False,
    )
    assert [one.fraction for one in draft.choices] == [50, 50, 0]
    assert len(said(seen, ItemCode.WRONG_COSTS)) == 1


def test_a_statement_has_its_truth_and_plain_feedback(seen: Preview) -> None:
    draft = named(seen, "Star")
    assert draft.format is TextFormat.MOODLE
    assert [(one.text, one.fraction, one.rejoinder) for one in draft.choices] == [
        ("true", Decimal(0), "It only reflects."),
        ("false", Decimal(100), ""),
    ]


def test_a_short_answer_keeps_its_star_and_says_that_case_is_ignored(seen: Preview) -> None:
    assert [(one.text, one.fraction) for one in named(seen, "Capital").choices] == [
        ("Lima", Decimal(100)),
        ("*Lim*", Decimal(40)),
    ]
    assert len(said(seen, ItemCode.CASE_IGNORED)) == 1


def test_numbers_have_tolerance_and_units_and_the_rest_are_reported(seen: Preview) -> None:
    draft = named(seen, "Gravity")
    assert [(one.text, one.tolerance, one.fraction) for one in draft.choices] == [
        ("9.81", Decimal("0.01"), Decimal(100)),
        ("10", Decimal(0), Decimal(50)),
    ]
    assert [finding.text for finding in said(seen, MoodleCode.UNITS_NOT_USED)] == ["m/s2"]
    assert "Drop something." in [one.text for one in said(seen, ItemCode.FEEDBACK_NOT_USED)]
    assert draft.points == Decimal("0.33")
    assert len(said(seen, ItemCode.POINTS_ROUNDED)) == 1


def test_pairs_share_one_format_and_may_have_a_distractor(seen: Preview) -> None:
    assert [(one.text, one.match) for one in named(seen, "Rivers").choices] == [
        ("<b>Nile</b>", "Africa"),
        ("Rhine", "Europe &amp; nowhere else"),
        ("", "Asia"),
    ]


def test_steps_stand_in_their_right_order(seen: Preview) -> None:
    draft = named(seen, "Sizes")
    assert [one.text for one in draft.choices] == ["Moon", "Earth", "Sun"]
    assert draft.all_or_nothing


@pytest.mark.parametrize(
    ("marking", "all_or_nothing", "reported"),
    [
        ("", False, 0),
        ("ABSOLUTE_POSITION", False, 0),
        ("-1", True, 0),
        ("LONGEST_ORDERED_SUBSET", False, 1),
    ],
)
def test_an_order_is_marked_by_places_or_as_a_whole(
    marking: str, *, all_or_nothing: bool, reported: int
) -> None:
    steps = "".join(f'<answer fraction="{n}"><text>{n}</text></answer>' for n in (1, 2))
    data = question("ordering", f"<gradingtype>{marking}</gradingtype>{steps}")
    assert draft_of(data).all_or_nothing is all_or_nothing
    assert len(said(preview(data), MoodleCode.ORDER_MARKING)) == reported


def test_an_essay_says_what_it_cannot_keep(seen: Preview) -> None:
    assert named(seen, "Water").prompt == "Describe the water cycle & its parts."
    for code in (
        MoodleCode.WORD_LIMIT_NOT_USED,
        MoodleCode.ATTACHMENTS_NOT_USED,
        MoodleCode.GRADER_NOTE_NOT_USED,
        MoodleCode.TEMPLATE_NOT_USED,
    ):
        assert len(said(seen, code)) == 1, code


def test_an_essay_without_text_is_a_file(seen: Preview) -> None:
    assert named(seen, "Sketch").accept == (".pdf", ".png")


def test_pictures_are_reported_by_name_with_the_line_of_the_file(seen: Preview) -> None:
    (finding,) = said(seen, ItemCode.MEDIA_REMOVED)
    assert (finding.text, finding.drops_item) == ("map.png", False)
    assert "<file" in LINES[finding.line - 1]


def test_a_name_is_made_of_the_words_when_there_is_none(seen: Preview) -> None:
    assert named(seen, "Look at this map.").kind is Kind.INFO


def test_what_the_engine_does_not_ask_is_reported_with_line_and_type(seen: Preview) -> None:
    (finding,) = [one for one in seen.findings if one.drops_item]
    assert (finding.code, finding.text) == (ItemCode.NOT_SUPPORTED, "multianswer")
    assert "multianswer" in LINES[finding.line - 1]


def test_what_most_questions_have_is_said_once_with_its_count(seen: Preview) -> None:
    for code, count in (
        (MoodleCode.PENALTY_NOT_USED, "2"),
        (MoodleCode.USUAL_FEEDBACK_NOT_USED, "1"),
        (MoodleCode.IDNUMBER_NOT_USED, "1"),
        (MoodleCode.TAGS_NOT_USED, "1"),
    ):
        assert [finding.text for finding in said(seen, code)] == [count]


def test_hints_own_feedback_hidden_questions_and_category_texts_are_said(seen: Preview) -> None:
    assert [one.text for one in said(seen, MoodleCode.HINTS_NOT_USED)] == ["There are two."]
    assert "Well seen!" in [one.text for one in said(seen, ItemCode.FEEDBACK_NOT_USED)]
    assert len(said(seen, MoodleCode.HIDDEN)) == 1
    assert [one.text for one in said(seen, MoodleCode.CATEGORY_TEXT_NOT_USED)] == [
        "All about what is above."
    ]


def test_a_category_is_a_section_with_its_parents_where_two_share_a_name(seen: Preview) -> None:
    sections = list(dict.fromkeys(item.section for item in seen.items))
    assert sections == ["Sky", "Numbers / sums", "Old / Sky"]


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
    seen = preview(b"<quiz>\n<answer/></quiz>")
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
        (b"<!DOCTYPE quiz><quiz/>", XmlFault.DTD),
        (b"<html/>", MoodleCode.NOT_MOODLE),
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


def test_what_was_found_is_written_whole(cast: Cast, seen: Preview) -> None:
    exam_id = authoring.create_exam(
        institution_id=cast.institution.pk, name="Imported", actor_id=cast.author.pk
    )
    write_preview(exam_id, seen)
    assert [(pool.name, len(pool.questions)) for pool in pools_of_exam(exam_id)] == [
        ("Sky", 3),
        ("Numbers / sums", 6),
        ("Old / Sky", 1),
    ]


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
    check_balance(moodle_xml.preview(f"<quiz>{inner}</quiz>".encode()))
