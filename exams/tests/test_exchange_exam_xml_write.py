from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from lxml import etree

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.outline import ExamHeader, ExamOutline, PoolDraft
from exams.domain.texts import TextFormat
from exams.exchange import exam_xml
from exams.exchange.exam_xml_terms import OWN
from exams.exchange.exam_xml_write import write_exam
from exams.tests.outlines import exams

SCHEMA = etree.RelaxNG(etree.parse(str(Path(exam_xml.__file__).with_name("exam.rng"))))
BOTH = (
    ChoiceDraft("yes", fraction=Decimal(100), next_question_pool=2),
    ChoiceDraft("no", fraction=Decimal(0)),
)
QUESTION = QuestionDraft("Sure?", QuestionKind.CHOICE, "Sure?", choices=BOTH, required=True)
EXAM = ExamOutline(
    ExamHeader("Colours", xml_id="colours"),
    (PoolDraft("One", questions=(QUESTION,)), PoolDraft("Two")),
)


def written(outline: ExamOutline) -> etree._Element:
    return etree.fromstring(write_exam(outline))


@given(exams())
def test_every_exam_is_written_validly_and_reads_back_as_it_was(outline: ExamOutline) -> None:
    document = write_exam(outline)
    assert SCHEMA.validate(etree.fromstring(document)), SCHEMA.error_log
    seen = exam_xml.preview(document)
    assert (seen.reported, seen.findings) == (0, ())
    assert seen.exam is not None
    assert write_exam(seen.exam) == document
    named = replace_names(outline, seen.exam)
    assert seen.exam == named


def replace_names(outline: ExamOutline, read: ExamOutline) -> ExamOutline:
    """The outline with the ids that were made while it was written."""
    assert outline.header is not None
    assert read.header is not None
    pools = tuple(
        replace(pool, xml_id=pool.xml_id or other.xml_id)
        for pool, other in zip(outline.pools, read.pools, strict=True)
    )
    return ExamOutline(replace(outline.header, xml_id=read.header.xml_id), pools)


@given(exams())
def test_who_passes_over_foreign_names_still_reads_a_whole_exam(outline: ExamOutline) -> None:
    root = written(outline)
    for element in list(root.iter()):
        for name in [name for name in element.attrib if str(name).startswith(f"{{{OWN}}}")]:
            del element.attrib[name]
        parent = element.getparent()
        if str(element.tag).startswith(f"{{{OWN}}}") and parent is not None:
            parent.remove(element)
    assert SCHEMA.validate(root), SCHEMA.error_log
    seen = exam_xml.preview(etree.tostring(root))
    assert len(seen.items) == sum(len(pool.questions) for pool in outline.pools)


def test_what_has_its_default_is_left_out() -> None:
    usual = replace(QUESTION, choices=(), format=TextFormat.PLAIN, all_or_nothing=True)
    plain = ExamOutline(
        ExamHeader("colours", xml_id="colours"),
        (PoolDraft("1", questions=(usual,)),),
    )
    question = written(plain)[0][0]
    assert question.items() == [("type", "choice")]
    assert written(plain).items() == [("id", "colours")]
    assert OWN.encode() not in write_exam(plain)


def test_a_pool_that_is_jumped_to_gets_a_free_name() -> None:
    taken = replace(QUESTION, xml_id="p2")
    outline = replace(EXAM, pools=(PoolDraft("One", questions=(taken,)), EXAM.pools[1]))
    root = written(outline)
    assert root[1].get("id") == "p2_2"
    assert root[0].get("id") is None
    assert root[0][0].find("{*}answer").get("next_question_pool") == "p2_2"  # type: ignore[union-attr] # it is there


def test_letters_that_xml_lacks_become_the_sign_for_an_unknown_one() -> None:
    question = replace(QUESTION, prompt="a\x0bb\ufffe")
    outline = replace(EXAM, pools=(PoolDraft("One", questions=(question,)), PoolDraft("Two")))
    assert written(outline)[0][0][0].text == "a\ufffdb\ufffd"


def test_spaces_at_the_ends_of_a_text_survive() -> None:
    question = replace(QUESTION, prompt="    indented code\n")
    outline = replace(EXAM, pools=(PoolDraft("One", questions=(question,)), PoolDraft("Two")))
    seen = exam_xml.preview(write_exam(outline))
    assert [item.draft.prompt for item in seen.items if item.draft] == ["    indented code\n"]


def test_a_long_name_is_whole_in_the_extension_and_cut_for_others() -> None:
    assert EXAM.header is not None
    outline = replace(EXAM, header=replace(EXAM.header, name="n" * 200))
    root = written(outline)
    assert len(root.get("title") or "") == 191
    assert SCHEMA.validate(root)
    seen = exam_xml.preview(write_exam(outline))
    assert seen.exam is not None
    assert seen.exam.header is not None
    assert seen.exam.header.name == "n" * 200


def test_questions_without_an_exam_are_no_document() -> None:
    with pytest.raises(ValueError, match="header"):
        write_exam(ExamOutline(None, EXAM.pools))
