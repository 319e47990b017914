from dataclasses import fields
from enum import StrEnum

from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.outline import ExamHeader
from exams.domain.outline_diff import Change, ImportMode
from exams.exchange.exam_xml_terms import XmlCode
from exams.exchange.formats import Format
from exams.exchange.gift_syntax import GiftCode
from exams.exchange.items import ItemCode
from exams.exchange.moodle_answers import MoodleCode
from exams.exchange.packages import PackageFault
from exams.exchange.qti_names import QtiCode
from exams.exchange.xml_reader import XmlFault
from exams.texts_exchange import CHANGES, EXAM_XML_FINDINGS, FIELDS, FORMATS, IMPORT_FINDINGS, MODES


def test_everything_that_the_import_says_has_words() -> None:
    assert set(FORMATS) == set(Format)
    assert set(CHANGES) == set(Change)
    assert set(MODES) == set(ImportMode)
    assert set(EXAM_XML_FINDINGS) == set(XmlCode)


FINDINGS: tuple[type[StrEnum], ...] = (
    ItemCode,
    GiftCode,
    MoodleCode,
    QtiCode,
    XmlCode,
    PackageFault,
    XmlFault,
)


def test_every_finding_of_every_import_has_words_of_its_own() -> None:
    codes = [code for family in FINDINGS for code in family]
    assert len(set(codes)) == len(codes), "two codes with one value would share their words"
    assert set(IMPORT_FINDINGS) == set(codes)


def test_every_field_that_may_differ_has_a_name() -> None:
    names = {one.name for kind in (ExamHeader, QuestionDraft, ChoiceDraft) for one in fields(kind)}
    assert names - {"choices"} <= set(FIELDS)
