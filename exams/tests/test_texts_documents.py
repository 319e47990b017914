"""Every fault of a document and every state of a timetable has its words."""

from exams.domain.documents import DocumentCode
from exams.domain.timetable import TimetableCode, TimetableState
from exams.texts_documents import DOCUMENT_FAULTS, TIMETABLE_FAULTS, TIMETABLE_STATES


def test_nothing_is_left_without_words() -> None:
    assert set(DOCUMENT_FAULTS) == set(DocumentCode)
    assert set(TIMETABLE_FAULTS) == set(TimetableCode)
    assert set(TIMETABLE_STATES) == set(TimetableState)


def test_no_two_faults_are_said_in_the_same_words() -> None:
    said = [str(text) for text in (*DOCUMENT_FAULTS.values(), *TIMETABLE_FAULTS.values())]
    assert len(set(said)) == len(said)
