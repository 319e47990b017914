"""The words of exams as XML: namespaces, defaults, and what an import says about a document.

The plain names are those of seed 002; the extension's names carry what it lacks. What an attribute
means when it is left out is written here once, for the reader and for the writer.
"""

from enum import StrEnum
from typing import Final

from exams.domain.answer import QuestionKind

SEED: Final = "http://americanri.com/2009/poweru/exam/1.0"
OWN: Final = "urn:invigil:exam:1"
XML: Final = "http://www.w3.org/XML/1998/namespace"
SPACE: Final = f"{{{XML}}}space"
PRESERVE: Final = "preserve"
NONE: Final = "none"
MAX_SEED_TITLE: Final = 191
MAX_WHOLE: Final = 2**31 - 1  # what the columns of counts and lengths hold

OWN_KINDS: Final = frozenset(
    {QuestionKind.FILE, QuestionKind.INFO, QuestionKind.MATCHING, QuestionKind.ORDERING}
)
# As what a reader sees them who knows the plain names only.
NEAREST: Final = {
    QuestionKind.FILE: QuestionKind.TEXT,
    QuestionKind.INFO: QuestionKind.TEXT,
    QuestionKind.MATCHING: QuestionKind.CHOICE,
    QuestionKind.ORDERING: QuestionKind.CHOICE,
}
# Kinds whose answers are words to show; those of the others are right values.
WORDED_KINDS: Final = OWN_KINDS | {QuestionKind.CHOICE}


class XmlCode(StrEnum):
    """What an import of this format reports. Texts for people are made at the edge."""

    NOT_AN_EXAM = "exam_xml_not_an_exam"
    UNKNOWN_ELEMENT = "exam_xml_unknown_element"
    UNKNOWN_ATTRIBUTE = "exam_xml_unknown_attribute"
    REPEATED_ELEMENT = "exam_xml_repeated_element"
    STRAY_TEXT = "exam_xml_stray_text"
    MISPLACED_QUESTION = "exam_xml_misplaced_question"
    MISSING_ATTRIBUTE = "exam_xml_missing_attribute"
    BAD_VALUE = "exam_xml_bad_value"
    TEXT_CUT = "exam_xml_text_cut"
    BAD_ID = "exam_xml_bad_id"
    DUPLICATE_ID = "exam_xml_duplicate_id"
    DANGLING_JUMP = "exam_xml_dangling_jump"
    BACKWARD_JUMP = "exam_xml_backward_jump"
    FOREIGN_WIDGET = "exam_xml_foreign_widget"
    WIDGET_NOT_USED = "exam_xml_widget_not_used"
    PATTERN_WHOLE = "exam_xml_pattern_whole"
    ZERO_LENGTH = "exam_xml_zero_length"
    ROW_NUMBERS = "exam_xml_row_numbers"
    OLD_ELEMENT_NAME = "exam_xml_old_element_name"
    HELP_IS_LABEL = "exam_xml_help_is_label"
    LIMIT_NOT_USED = "exam_xml_limit_not_used"
    CORRECT_NOT_USED = "exam_xml_correct_not_used"


def seed(name: str) -> str:
    """Return a name of seed 002 as lxml writes it."""
    return f"{{{SEED}}}{name}"


def own(name: str) -> str:
    """Return a name of the extension as lxml writes it."""
    return f"{{{OWN}}}{name}"


def shown(name: str) -> str:
    """Return a name as people read it: with the usual prefix of its namespace."""
    for uri, prefix in ((SEED, ""), (OWN, "inv:"), (XML, "xml:")):
        if name.startswith(f"{{{uri}}}"):
            return prefix + name.removeprefix(f"{{{uri}}}")
    return name


def is_all_or_nothing(kind: QuestionKind) -> bool:
    """Whether a question is marked so unless it says otherwise: the rule of seed 002 for choices."""
    return kind is QuestionKind.CHOICE
