"""GIFT import: every construct, bad input without exceptions, all or nothing."""

import os
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, strategies as st

from exams.domain.answer import QuestionKind as Kind
from exams.domain.draft import QuestionDraft
from exams.domain.texts import TextFormat
from exams.errors import ExamFrozen, ExamUnknown
from exams.exchange.gift import preview
from exams.exchange.gift_syntax import MAX_LINES, GiftCode
from exams.exchange.items import MAX_BYTES, MAX_ITEMS, ItemCode
from exams.exchange.writing import DEFAULT_SECTION, write_preview
from exams.selectors.exams import pools_of_exam
from exams.services import authoring, review
from exams.services.outlines import Written
from exams.tests.conftest import Cast
from exams.tests.imports import check_balance

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(os.environ.get("INVIGIL_GIFT_DIR") or ROOT / "../shared/data/gift")
FILES = sorted(SAMPLES.glob("*.gift"))

ALL_CONSTRUCTS = """\
// A comment, then items of every kind.

$CATEGORY: $course$/top/Section A

::True::The sun rises in the east.{T}

::False with feedback::Fish fly.{FALSE#wrong: they swim #right: they swim}

::One of three::[html]<p>Pick <b>one</b>.</p>{
  =right#well done
  ~%25%half
  // a comment inside
  ~[plain]<wrong>
  ####General feedback
}

::Several::Pick two.{~%50%a ~%50%b ~%-100%c}

::Short::Two plus two is {=four =%50%4} in words.

$CATEGORY: Section B

::Number::[markdown]How *many*?{#3.14:0.005}

::Range::Between.{#1..5}

::Many numbers::When?{#=1822:0#exact =%50%1822:2 ~#no}

::Pairs::Match.{=a->1 =b -> 2 =->3}

::Essay::Write.{####Think first}

::Note::Read the next page.

Unnamed, with \\{escapes\\}\\: \\~\\=\\# and a\\nline{T}
"""


def drafts_of(text: str) -> list[QuestionDraft]:
    seen = preview(text.encode())
    assert not [finding for finding in seen.findings if finding.drops_item], seen.findings
    return [item.draft for item in seen.items if item.draft]


def test_every_construct_becomes_its_kind() -> None:
    drafts = drafts_of(ALL_CONSTRUCTS)
    assert [draft.kind for draft in drafts] == [
        Kind.BOOL,
        Kind.BOOL,
        Kind.CHOICE,
        Kind.CHOICE,
        Kind.CHAR,
        Kind.FLOAT,
        Kind.FLOAT,
        Kind.FLOAT,
        Kind.MATCHING,
        Kind.TEXT,
        Kind.INFO,
        Kind.BOOL,
    ]


def test_only_what_is_answered_carries_points() -> None:
    for draft in drafts_of(ALL_CONSTRUCTS):
        assert draft.points == (0 if draft.kind is Kind.INFO else 1)


def by_name(name: str) -> QuestionDraft:
    return next(draft for draft in drafts_of(ALL_CONSTRUCTS) if draft.name == name)


def test_true_and_false_with_feedback_for_each() -> None:
    right, wrong = by_name("False with feedback").choices
    assert (right.text, right.rejoinder) == ("false", "right: they swim")
    assert (wrong.text, wrong.rejoinder) == ("true", "wrong: they swim")
    assert [right.fraction, wrong.fraction] == [100, 0]


def test_one_choice_with_weights_formats_and_general_feedback() -> None:
    draft = by_name("One of three")
    assert (draft.format, draft.max_answers) == (TextFormat.HTML, 1)
    assert draft.rejoinder == "General feedback"
    assert [(c.text, c.fraction, c.format) for c in draft.choices] == [
        ("right", Decimal(100), TextFormat.HTML),
        ("half", Decimal(25), TextFormat.HTML),
        ("<wrong>", Decimal(0), TextFormat.PLAIN),
    ]
    assert draft.choices[0].rejoinder == "well done"


def test_several_choices_when_none_is_the_right_one() -> None:
    draft = by_name("Several")
    assert draft.max_answers is None
    assert [c.fraction for c in draft.choices] == [50, 50, -100]


def test_a_missing_word_leaves_a_gap() -> None:
    draft = by_name("Short")
    assert draft.prompt == "Two plus two is _____ in words."
    assert [(c.text, c.fraction) for c in draft.choices] == [
        ("four", Decimal(100)),
        ("4", Decimal(50)),
    ]


def test_numbers_with_tolerance_range_and_alternatives() -> None:
    assert [(c.text, c.tolerance) for c in by_name("Number").choices] == [
        ("3.14", Decimal("0.005"))
    ]
    assert [(c.text, c.tolerance) for c in by_name("Range").choices] == [("3", Decimal(2))]
    assert [(c.text, c.tolerance, c.fraction) for c in by_name("Many numbers").choices] == [
        ("1822", Decimal(0), Decimal(100)),
        ("1822", Decimal(2), Decimal(50)),
    ]


def test_pairs_with_a_distractor() -> None:
    assert [(c.text, c.match) for c in by_name("Pairs").choices] == [
        ("a", "1"),
        ("b", "2"),
        ("", "3"),
    ]


def test_escapes_mean_the_character() -> None:
    assert drafts_of(ALL_CONSTRUCTS)[-1].prompt == "Unnamed, with {escapes}: ~=# and a\nline"


def test_a_category_is_a_section() -> None:
    sections = [item.section for item in preview(ALL_CONSTRUCTS.encode()).items]
    assert sections == ["Section A"] * 5 + ["Section B"] * 7


def test_feedback_without_a_place_is_reported_with_its_line() -> None:
    (finding,) = preview(ALL_CONSTRUCTS.encode()).findings
    assert (finding.code, finding.text, finding.drops_item) == (
        ItemCode.FEEDBACK_NOT_USED,
        "no",
        False,
    )
    assert ALL_CONSTRUCTS.splitlines()[finding.line - 1].startswith("::Many numbers")


BAD = [
    ("Never closed {=a ~b", GiftCode.UNCLOSED_BRACE, 1),
    ("\n\nStray } brace", GiftCode.STRAY_BRACE, 3),
    ("Two {=a}{=b}", GiftCode.STRAY_BRACE, 1),
    ("::Name without an end {T}", GiftCode.UNCLOSED_NAME, 1),
    ("::Only a name::", ItemCode.EMPTY_PROMPT, 1),
    ("::x::{T}", ItemCode.EMPTY_PROMPT, 1),
    ("Weight {\n=a\n~%lots%b}", ItemCode.BAD_WEIGHT, 3),
    ("Weight {=a ~%500%b}", ItemCode.BAD_WEIGHT, 1),
    ("Weight {=a ~%50 b}", ItemCode.BAD_WEIGHT, 1),
    ("Number {#abc}", ItemCode.BAD_NUMBER, 1),
    ("Number {#5..1}", ItemCode.BAD_NUMBER, 1),
    ("Number {#1_0}", ItemCode.BAD_NUMBER, 1),
    ("Number {#1e99}", ItemCode.BAD_NUMBER, 1),
    ("Number {#NaN}", ItemCode.BAD_NUMBER, 1),
    ("Number {#1:0.00000000001}", ItemCode.TOO_PRECISE, 1),
    ("Number {#}", ItemCode.EMPTY_ANSWER, 1),
    ("Empty {~ ~a =b}", ItemCode.EMPTY_ANSWER, 1),
    ("Pair {=a->1 =b}", ItemCode.BAD_PAIR, 1),
    ("Pair {=a->1 =b->}", ItemCode.BAD_PAIR, 1),
    ("One pair {=a->1}", ItemCode.NOT_STORABLE, 1),
    ("No right one {~a ~b}", ItemCode.UNREACHABLE, 1),
    ("Not enough {~%50%a ~%25%b}", ItemCode.UNREACHABLE, 1),
    ("One choice {~a}", ItemCode.NOT_STORABLE, 1),
]


@pytest.mark.parametrize(("text", "code", "line"), BAD)
def test_what_cannot_be_taken_is_reported_with_its_line(
    text: str, code: StrEnum, line: int
) -> None:
    seen = preview(text.encode())
    assert (seen.imported, seen.reported) == (0, 1)
    (finding,) = seen.findings
    assert (finding.code, finding.line, finding.drops_item) == (code, line, True)


def test_a_forgotten_brace_does_not_swallow_the_next_item() -> None:
    seen = preview(b"First {=a ~b\n\n::Second::Fine?{T}\n\nThird {T}")
    assert [bool(item.draft) for item in seen.items] == [False, True, True]
    assert seen.findings[0].code is GiftCode.UNCLOSED_BRACE


def test_an_empty_line_inside_braces_does_not_part() -> None:
    (draft,) = drafts_of("Pick {\n=a\n\n~b\n}")
    assert len(draft.choices) == 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xfe\x00", GiftCode.NOT_UTF8),
        (b"caf\xe9 {T}", GiftCode.NOT_UTF8),
        pytest.param(b"a" * (MAX_BYTES + 1), ItemCode.TOO_LARGE, id="bytes"),
        pytest.param(b"\n" * (MAX_LINES + 1), ItemCode.TOO_LARGE, id="lines"),
        pytest.param(b"\r" * (MAX_LINES + 1), ItemCode.TOO_LARGE, id="returns"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_finding(data: bytes, code: StrEnum) -> None:
    seen = preview(data)
    assert seen.items == ()
    assert [finding.code for finding in seen.findings] == [code]


def test_other_encodings_and_line_ends_are_read() -> None:
    text = "Ça va?{T}\r\n\r\nسلام؟{F}\r"
    for data in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16")):
        assert preview(data).imported == 2


def test_control_characters_are_removed_and_reported() -> None:
    seen = preview(b"Fine\x00 {T}\n\nBell\x07 {T}")
    assert seen.imported == 2
    assert [(finding.line, finding.text) for finding in seen.findings] == [
        (1, "U+0000"),
        (3, "U+0007"),
    ]
    assert GiftCode.CONTROL_CHARACTER in {finding.code for finding in seen.findings}


def test_pictures_and_unknown_formats_are_reported_and_the_rest_imported() -> None:
    seen = preview(b'[html]<img src\\="@@PLUGINFILE@@/a.png"> What?{T}\n\n[latex]x{T}')
    assert seen.imported == 2
    assert {finding.code for finding in seen.findings} == {
        ItemCode.MEDIA_REMOVED,
        ItemCode.UNKNOWN_FORMAT,
    }


def test_there_is_a_limit_of_items() -> None:
    seen = preview(b"True?{T}\n\n" * (MAX_ITEMS + 5))
    assert len(seen.items) == MAX_ITEMS
    assert [finding.code for finding in seen.findings] == [ItemCode.TOO_MANY_ITEMS]


gift_like = st.lists(
    st.sampled_from(
        [*"abT1=~#{}%:\\/ \n[]->.$", "\n\n", "::", "####", "//", "->", "{T}\n\n", "=x"]
    ),
    max_size=60,
).map("".join)


@given(gift_like)
def test_any_text_is_imported_or_reported_and_never_raises(text: str) -> None:
    check_balance(preview(text.encode()))


@given(st.binary(max_size=80))
def test_any_bytes_are_imported_or_reported_and_never_raise(data: bytes) -> None:
    check_balance(preview(data))


@pytest.mark.skipif(not FILES, reason="the sample files are not here; set INVIGIL_GIFT_DIR")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_real_files_are_imported_whole(path: Path) -> None:
    seen = preview(path.read_bytes())
    check_balance(seen)
    assert seen.reported == 0
    for item in seen.items:
        assert item.draft is not None
        line = path.read_text(encoding="utf-8").splitlines()[item.line - 1]
        assert line.strip()
        assert not line.startswith("//")


@pytest.mark.skipif(not FILES, reason="the sample files are not here; set INVIGIL_GIFT_DIR")
def test_real_files_hold_as_many_items_as_they_should() -> None:
    counts = {path.name: len(preview(path.read_bytes()).items) for path in FILES}
    expected = {"options1.gift": 14, "numerical1.gift": 10, "giftFormatPhpExamples.gift": 10}
    assert {name: counts[name] for name in expected} == expected


@pytest.fixture
def exam_id(cast: Cast) -> int:
    return authoring.create_exam(
        institution_id=cast.institution.pk, name="Imported", actor_id=cast.author.pk
    )


def write(cast: Cast, exam_id: int, data: bytes) -> Written:
    return write_preview(exam_id, preview(data), actor_id=cast.author.pk)


def test_an_import_makes_a_section_per_category(cast: Cast, exam_id: int) -> None:
    written = write(cast, exam_id, ALL_CONSTRUCTS.encode())
    pools = pools_of_exam(exam_id)
    assert [(pool.name, len(pool.questions)) for pool in pools] == [
        ("Section A", 5),
        ("Section B", 7),
    ]
    assert sum(len(pool.questions) for pool in pools) == written.added


def test_items_before_any_category_go_to_a_section_of_their_own(cast: Cast, exam_id: int) -> None:
    write(cast, exam_id, b"True?{T}")
    assert [pool.name for pool in pools_of_exam(exam_id)] == [DEFAULT_SECTION]


def test_a_section_is_written_at_once_however_many_questions_it_has(
    cast: Cast, exam_id: int
) -> None:
    counts = []
    for count in (2, 40):
        items = "\n\n".join(f"::q{count}-{n}:: Is {n} a number? {{T}}" for n in range(count))
        with CaptureQueriesContext(connection) as seen:
            write(cast, exam_id, f"$CATEGORY: Section of {count}\n\n{items}".encode())
        counts.append(len(seen))
    assert counts[1] <= counts[0], "the bank is made by the first one"
    assert [len(pool.questions) for pool in pools_of_exam(exam_id)] == [2, 40]


def test_only_a_draft_takes_an_import(cast: Cast, exam_id: int) -> None:
    write(cast, exam_id, b"True?{T}")
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    with pytest.raises(ExamFrozen):
        write(cast, exam_id, b"True?{T}")
    with pytest.raises(ExamUnknown):
        write(cast, 10**9, b"True?{T}")
