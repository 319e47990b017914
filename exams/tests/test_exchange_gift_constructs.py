"""What files of GIFT from other programs are seen to use: one item of ours for each construct."""

from pathlib import Path

import pytest

from exams.domain.answer import QuestionKind as Kind
from exams.domain.draft import QuestionDraft
from exams.domain.texts import TextFormat
from exams.exchange.gift import preview
from exams.exchange.items import ItemCode
from exams.tests.imports import check_balance

FILE = Path(__file__).parent / "fixtures" / "constructs.gift"
SEEN = preview(FILE.read_bytes())
DRAFTS = {item.draft.name: item.draft for item in SEEN.items if item.draft}


def shares(draft: QuestionDraft) -> list[float | None]:
    return [None if one.fraction is None else float(one.fraction) for one in draft.choices]


def test_every_item_is_imported_at_its_line() -> None:
    check_balance(SEEN)
    assert (SEEN.imported, SEEN.reported) == (32, 0)
    lines = FILE.read_text(encoding="utf-8").splitlines()
    for item in SEEN.items:
        assert lines[item.line - 1].startswith("::")
        assert item.section == "Default for Geography 101"


KINDS = [
    (Kind.BOOL, "t1 t2 t3 t4 signs"),
    (Kind.INFO, "Just a text|lists"),
    (Kind.TEXT, "essay formula"),
    (
        Kind.CHOICE,
        "format|gap|half|thirds|unmarked wrong|other format|many lines|a picture|control",
    ),
    (Kind.CHAR, "gap first|short|short without sign|weights in words"),
    (Kind.MATCHING, "pairs"),
    (Kind.FLOAT, "n1 n2 n3 n4 n5 n6 n7 n8 n9"),
]


@pytest.mark.parametrize(("kind", "names"), KINDS)
def test_a_construct_becomes_its_kind(kind: Kind, names: str) -> None:
    for name in names.split("|" if "|" in names else " "):
        assert DRAFTS[name].kind is kind, name


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("t1", "", "it does"),
        ("t2", "well known", "not the Nile"),
        ("t3", "look at a map", ""),
        ("t4", "", ""),
    ],
)
def test_a_statement_may_have_feedback_for_either_answer(name: str, right: str, wrong: str) -> None:
    """The first is for who is wrong, as in Moodle's own reader."""
    assert [one.rejoinder for one in DRAFTS[name].choices] == [right, wrong]


def test_choices_have_the_format_of_the_question_or_their_own() -> None:
    assert {one.format for one in DRAFTS["format"].choices} == {TextFormat.HTML}
    assert {one.format for one in DRAFTS["other format"].choices} == {TextFormat.MOODLE}
    assert DRAFTS["other format"].format is TextFormat.HTML


@pytest.mark.parametrize(
    ("name", "prompt"),
    [
        ("gap", "A river is _____ by rain."),
        ("gap first", "_____ is where the Nile is."),
        ("weights in words", "The Seine flows through _____."),
        ("n3", "How long is a mile in kilometres?"),
        ("formula", "Prove\nthat $ 1 \\neq 0 $"),
        ("lists", "Things:  \n- one\n    - one and a half\n- two"),
        ("signs", "Is this a text with `-[];',./!@#$%^&*()_+{}|:\"<>? and ~ and =?"),
    ],
)
def test_a_prompt_keeps_its_signs_lines_and_gap(name: str, prompt: str) -> None:
    assert DRAFTS[name].prompt == prompt


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("n1", [("7", 0)]),
        ("n2", [("-1", 0)]),
        ("n3", [("1.6093", 0.0005)]),
        ("n4", [("-1.6093", 0.001)]),
        ("n5", [("3.1415", 0.0005)]),
        ("n6", [("-3.5", 1.5)]),
        ("n7", [("0", 5)]),
        ("n8", [("1789", 0), ("1789", 2)]),
        ("n9", [("5", 0), ("9", 0)]),
    ],
)
def test_a_number_has_its_middle_and_its_tolerance(
    name: str, values: list[tuple[str, float]]
) -> None:
    assert [(one.text, float(one.tolerance or 0)) for one in DRAFTS[name].choices] == values


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("half", [0, 50, 100]),
        ("weights in words", [100, 75, 25]),
        ("n8", [100, 50]),
        ("n9", [0, 100]),
        ("thirds", [33.33333, 33.33333, -100, 33.33333]),
        ("unmarked wrong", [0, 50, 50, 0]),
        ("short", [100, 100]),
    ],
)
def test_answers_weigh_what_they_say(name: str, expected: list[float]) -> None:
    assert shares(DRAFTS[name]) == expected


def test_several_may_be_chosen_where_none_is_the_right_one() -> None:
    assert {name for name, one in DRAFTS.items() if one.max_answers is None} == {
        "thirds",
        "unmarked wrong",
    }


def test_feedback_goes_on_over_lines_and_in_general() -> None:
    draft = DRAFTS["many lines"]
    assert [one.rejoinder for one in draft.choices] == [
        "because of this",
        "because of that\nand of one more line",
        "Very good!",
    ]
    assert draft.rejoinder == "In general\non two lines"
    assert DRAFTS["n8"].choices[1].rejoinder.startswith("Nearly:\n")
    assert "color: #ff6600;" in DRAFTS["other format"].rejoinder


def test_control_characters_are_choices_of_their_own() -> None:
    assert [one.text for one in DRAFTS["control"].choices] == ["~", "=", "#", "{", "\\"]


def test_a_picture_in_the_feedback_is_reported() -> None:
    said = {finding.text for finding in SEEN.findings}
    assert {finding.code for finding in SEEN.findings} == {ItemCode.MEDIA_REMOVED}
    assert said == {"img", "@@pluginfile@@"}
