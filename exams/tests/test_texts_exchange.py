from dataclasses import fields

from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.outline import ExamHeader
from exams.domain.outline_diff import Change, ImportMode
from exams.exchange.exam_xml_terms import XmlCode
from exams.exchange.formats import Format
from exams.texts_exchange import CHANGES, EXAM_XML_FINDINGS, FIELDS, FORMATS, MODES


def test_everything_that_the_import_says_has_words() -> None:
    assert set(FORMATS) == set(Format)
    assert set(CHANGES) == set(Change)
    assert set(MODES) == set(ImportMode)
    assert set(EXAM_XML_FINDINGS) == set(XmlCode)


def test_every_field_that_may_differ_has_a_name() -> None:
    names = {one.name for kind in (ExamHeader, QuestionDraft, ChoiceDraft) for one in fields(kind)}
    assert names - {"choices"} <= set(FIELDS)
