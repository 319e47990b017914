"""Moodle's XML: every type, every finding with its line, nothing dropped in silence."""

from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import pytest

from exams.domain.answer import QuestionKind as Kind
from exams.domain.draft import QuestionDraft
from exams.domain.texts import TextFormat
from exams.exchange.items import Finding, ItemCode, Preview
from exams.exchange.moodle_answers import MoodleCode
from exams.exchange.moodle_xml import preview
from exams.exchange.writing import write_preview
from exams.selectors.exams import pools_of_exam
from exams.services import authoring
from exams.tests.conftest import Cast
from exams.tests.imports import check_balance

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


def test_what_was_found_is_written_whole(cast: Cast, seen: Preview) -> None:
    exam_id = authoring.create_exam(
        institution_id=cast.institution.pk, name="Imported", actor_id=cast.author.pk
    )
    write_preview(exam_id, seen, actor_id=cast.author.pk)
    assert [(pool.name, len(pool.questions)) for pool in pools_of_exam(exam_id)] == [
        ("Sky", 3),
        ("Numbers / sums", 6),
        ("Old / Sky", 1),
    ]
