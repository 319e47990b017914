"""QTI as files and packages: every item of it is imported or reported, wherever it lies."""

from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from exams.domain.answer import QuestionKind as Kind
from exams.errors import ExamFrozen
from exams.exchange import packages, qti
from exams.exchange.items import MAX_BYTES, ItemCode, Preview, Section
from exams.exchange.packages import PackageFault
from exams.exchange.qti import preview
from exams.exchange.qti_names import QtiCode
from exams.exchange.writing import write_preview
from exams.exchange.xml_reader import XmlFault
from exams.models import Question, QuestionPool
from exams.services import authoring, review
from exams.tests.conftest import Cast
from exams.tests.imports import check_balance, damaged
from exams.tests.qti import MAP, declaration, item, manifest, mapping, package

FIXTURES = Path(__file__).parent / "fixtures"
THREE = (FIXTURES / "qti_3.xml").read_bytes()
RIGHT = item(declared=declaration("A"))
ITEM = "imsqti_item_xmlv2p1"
TEST = "imsqti_test_xmlv2p1"
EXAM = """<assessmentTest xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="t" title="T">
<testPart identifier="p" navigationMode="nonlinear" submissionMode="simultaneous">
<assessmentSection identifier="s1" title="Sky" visible="true">
<selection select="2"/><ordering shuffle="true"/>
<assessmentItemRef identifier="a" href="../items/a.xml"/>
<assessmentItemRef identifier="b" href="../items/b.xml"/>
<assessmentItemRef identifier="c" href="../items/c.xml"/>
</assessmentSection>
<assessmentSection identifier="s2" title="Earth" visible="true">
<assessmentItemRef identifier="d" href="../items/missing.xml"/>
<assessmentItemRef identifier="a2" href="../items/a.xml"/>
</assessmentSection>
</testPart></assessmentTest>"""
FILES: dict[str, bytes | str] = {
    "imsmanifest.xml": manifest(
        (TEST, "tests/t.xml"),
        (ITEM, "items/a.xml"),
        (ITEM, "items/b.xml"),
        (ITEM, "items/c.xml"),
        (ITEM, "items/alone.xml"),
        ("webcontent", "picture.png"),
    ),
    "tests/t.xml": EXAM,
    "items/a.xml": RIGHT,
    "items/b.xml": THREE,
    "items/c.xml": item(declared=declaration("A"), version="2.2"),
    "items/alone.xml": item("<p>x</p><drawingInteraction/>"),
    "picture.png": b"\x89PNG",
}
WHOLE = package(FILES)


def codes(seen: Preview) -> list[StrEnum]:
    return [finding.code for finding in seen.findings]


@pytest.mark.parametrize("version", ["2.1", "2.2"])
def test_one_item_alone(version: str) -> None:
    (found,) = preview(item(declared=declaration("A"), version=version)).items
    assert found.draft is not None
    assert (found.line, found.draft.kind, found.draft.name) == (2, Kind.CHOICE, "Planet")


def test_an_item_of_version_3_is_read_like_one_of_version_2() -> None:
    seen = preview(THREE)
    (found,) = seen.items
    assert found.draft is not None, seen.findings
    assert [(one.text, str(one.fraction)) for one in found.draft.choices] == [
        ("<p>Hydrogen</p>", "50.00000"),
        ("<p>Helium</p>", "-50.00000"),
        ("<p>Oxygen</p>", "50.00000"),
    ]
    assert (float(found.draft.points), found.draft.shuffle_choices) == (2, True)
    assert found.draft.prompt == (
        "<p>Water is <strong>H₂O</strong>.</p>\n<div>Which elements is it made of?</div>"
    )
    assert codes(seen) == []


def test_a_refused_item_is_one_finding_with_its_line() -> None:
    seen = preview(item("<p>x</p>\n<drawingInteraction/>"))
    check_balance(seen)
    assert [(one.code, one.line) for one in seen.findings] == [(ItemCode.NOT_SUPPORTED, 7)]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<assessmentItem>", XmlFault.MALFORMED),
        (b"<!DOCTYPE a><assessmentItem/>", XmlFault.DTD),
        (b"<questestinterop/>", QtiCode.OLD_VERSION),
        (b"<assessmentStimulus/>", QtiCode.NOT_QTI),
        pytest.param(b"PK\x03\x04", PackageFault.BROKEN, id="broken"),
        pytest.param(b"PK\x03\x04" + b"x" * MAX_BYTES, ItemCode.TOO_LARGE, id="large"),
        # Named: an archive holds the time, and each process would name the test otherwise.
        pytest.param(package({"a.zip": b""}), PackageFault.NESTED, id="nested"),
    ],
)
def test_what_holds_no_item_is_one_finding(data: bytes, code: StrEnum) -> None:
    seen = preview(data)
    assert (seen.items, codes(seen)) == ((), [code])


def test_a_test_alone_reports_each_item_that_it_asks_for() -> None:
    seen = preview(EXAM.encode())
    check_balance(seen)
    dropped = [(one.code, one.line, one.text) for one in seen.findings if one.drops_item]
    assert len(dropped) == len(seen.items) == 5
    assert dropped[0] == (QtiCode.FILE_MISSING, 5, "../items/a.xml")


def test_a_package_is_read_by_its_manifest_and_its_test() -> None:
    seen = preview(WHOLE)
    check_balance(seen)
    assert [(one.file, one.section, bool(one.draft)) for one in seen.items] == [
        ("items/a.xml", "Sky", True),
        ("items/b.xml", "Sky", True),
        ("items/c.xml", "Sky", True),
        ("tests/t.xml", "Earth", False),
        ("items/a.xml", "Earth", True),
        ("items/alone.xml", "", False),
    ]
    assert seen.sections == (Section("Sky", True, 2), Section("Earth"))
    assert [(one.file, one.code, one.line) for one in seen.findings if one.drops_item] == [
        ("tests/t.xml", QtiCode.FILE_MISSING, 10),
        ("items/alone.xml", ItemCode.NOT_SUPPORTED, 6),
    ]


def test_a_draw_never_asks_for_more_than_was_imported() -> None:
    seen = preview(package(FILES | {"items/b.xml": "<assessmentItem/>", "items/c.xml": "<x>"}))
    check_balance(seen)
    assert seen.sections[0] == Section("Sky", True, None)
    assert QtiCode.SELECTION_CUT in codes(seen)


def test_a_package_without_a_manifest_is_read_file_by_file_and_said() -> None:
    files: dict[str, bytes | str] = {
        name: data for name, data in FILES.items() if name != "imsmanifest.xml"
    }
    seen = preview(package(files | {"broken.xml": "<a>", "notes.xml": "<notes/>"}))
    check_balance(seen)
    assert codes(seen)[0] is QtiCode.NO_MANIFEST
    assert (seen.imported, seen.reported) == (4, 2)
    assert ("broken.xml", XmlFault.MALFORMED) in [(one.file, one.code) for one in seen.findings]


def test_a_manifest_in_a_folder_speaks_of_that_folder() -> None:
    seen = preview(package({f"course/{name}": data for name, data in FILES.items()}))
    assert (seen.imported, seen.reported) == (4, 2)
    assert seen.items[0].file == "course/items/a.xml"


def test_resources_of_other_kinds_are_reported_where_they_are_named() -> None:
    resources = manifest(
        ("imsqti_xmlv1p2", "old.xml"), (ITEM, "../out.xml"), (ITEM, "/x"), (ITEM, "test.xml")
    )
    seen = preview(package({"imsmanifest.xml": resources, "test.xml": EXAM}))
    check_balance(seen)
    assert [(one.code, one.file, one.line) for one in seen.findings if one.drops_item] == [
        (QtiCode.OLD_VERSION, "imsmanifest.xml", 3),
        (QtiCode.FILE_MISSING, "imsmanifest.xml", 4),
        (QtiCode.FILE_MISSING, "imsmanifest.xml", 5),
        (QtiCode.NOT_QTI, "test.xml", 1),
    ]


def test_a_file_that_is_asked_for_often_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_READ_BYTES", len(RIGHT) + 10_000)
    references = '<assessmentItemRef identifier="x" href="a.xml"/>' * 50
    exam = f"<assessmentTest><testPart><assessmentSection>{references}</assessmentSection></testPart></assessmentTest>"
    files: dict[str, bytes | str] = {
        "imsmanifest.xml": manifest((TEST, "t.xml")),
        "t.xml": exam,
        "a.xml": RIGHT,
    }
    assert preview(package(files)).imported == 50


def test_there_is_a_limit_of_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qti, "MAX_ITEMS", 3)
    seen = preview(WHOLE)
    assert len(seen.items) == 3
    assert codes(seen).count(ItemCode.TOO_MANY_ITEMS) == 1


def test_a_text_that_items_share_stands_before_each_of_them() -> None:
    shared = "<assessmentStimulus><stimulusBody><p>Once upon a time</p></stimulusBody></assessmentStimulus>"
    reference = '<assessmentStimulusRef identifier="s" href="../shared/s.xml"/>'
    one = item(declared=reference + declaration("A"))
    files: dict[str, bytes | str] = {
        "imsmanifest.xml": manifest((ITEM, "items/a.xml")),
        "items/a.xml": one,
    }
    seen = preview(package(files | {"shared/s.xml": shared}))
    assert seen.items[0].draft is not None
    assert seen.items[0].draft.prompt.startswith("<div><p>Once upon a time</p></div>")
    assert codes(seen) == []
    without = preview(package(files))
    assert (without.imported, codes(without)) == (1, [QtiCode.STIMULUS_NOT_USED])


@pytest.fixture
def exam_id(cast: Cast) -> int:
    return authoring.create_exam(
        institution_id=cast.institution.pk, name="Imported", actor_id=cast.author.pk
    )


def test_sections_are_written_with_their_draw(cast: Cast, exam_id: int) -> None:
    write_preview(exam_id, preview(WHOLE), actor_id=cast.author.pk)
    pools = QuestionPool.objects.filter(exam_id=exam_id).order_by("order")
    assert [(one.name, one.randomize_questions, one.number_to_answer) for one in pools] == [
        ("Sky", True, 2),
        ("Earth", False, None),
    ]
    assert Question.objects.filter(pool__exam_id=exam_id).count() == 4


def test_an_exam_in_review_takes_nothing(cast: Cast, exam_id: int) -> None:
    write_preview(exam_id, preview(RIGHT), actor_id=cast.author.pk)
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    with pytest.raises(ExamFrozen):
        write_preview(exam_id, preview(WHOLE), actor_id=cast.author.pk)
    assert Question.objects.filter(pool__exam_id=exam_id).count() == 1


SEVERAL = item(
    declared=declaration("A", cardinality="multiple", mapping=mapping({"A": 1, "B": -1})),
    processing=MAP,
)


@given(st.sampled_from([RIGHT, SEVERAL, THREE, EXAM.encode()]).flatmap(damaged))
def test_any_damage_leaves_items_imported_or_reported(data: bytes) -> None:
    check_balance(preview(data))


@given(damaged(package({"imsmanifest.xml": manifest((ITEM, "a.xml")), "a.xml": RIGHT})))
def test_a_damaged_package_is_read_or_refused(data: bytes) -> None:
    check_balance(preview(data))


@given(damaged(EXAM.encode()), damaged(manifest((TEST, "t.xml"), (ITEM, "a.xml")).encode()))
def test_a_package_of_damaged_files_is_imported_or_reported(exam: bytes, listed: bytes) -> None:
    files: dict[str, bytes | str] = {"imsmanifest.xml": listed, "t.xml": exam, "a.xml": RIGHT}
    check_balance(preview(package(files)))


_ELEMENTS = st.sampled_from(
    [
        "responseDeclaration",
        "correctResponse",
        "value",
        "mapping",
        "mapEntry",
        "itemBody",
        "choiceInteraction",
        "prompt",
        "simpleChoice",
        "textEntryInteraction",
        "matchInteraction",
        "simpleMatchSet",
        "simpleAssociableChoice",
        "p",
        "orderInteraction",
        "sliderInteraction",
        "responseProcessing",
        "responseCondition",
        "responseIf",
        "match",
        "variable",
        "correct",
        "setOutcomeValue",
        "baseValue",
        "mapResponse",
        "modalFeedback",
        "qti-item-body",
    ]
)
_VALUES = st.sampled_from(
    [
        "RESPONSE",
        "SCORE",
        "A",
        "B",
        "A B",
        "1",
        "-1",
        "1e400",
        "true",
        "single",
        "multiple",
        "identifier",
        "string",
        "float",
        "x.xml",
        "",
        "",
    ]
)
_ATTRIBUTES = st.sampled_from(
    [
        "identifier",
        "responseIdentifier",
        "cardinality",
        "baseType",
        "mapKey",
        "mappedValue",
        "maxChoices",
        "lowerBound",
        "upperBound",
        "template",
        "shuffle",
        "href",
    ]
)


@st.composite
def trees(draw: st.DrawFn, depth: int = 4) -> str:
    attributes = draw(st.dictionaries(_ATTRIBUTES, _VALUES, max_size=4))
    said = "".join(f' {name}="{value}"' for name, value in attributes.items())
    inner = "".join(draw(st.lists(trees(depth - 1), max_size=3))) if depth else ""
    name = draw(_ELEMENTS)
    return f"<{name}{said}>{draw(_VALUES)}{inner}</{name}>"


@given(st.lists(trees(), max_size=4).map("".join), st.sampled_from(["Item", "Test"]))
def test_any_tree_is_imported_or_reported(inner: str, root: str) -> None:
    check_balance(preview(f"<assessment{root}>{inner}</assessment{root}>".encode()))
