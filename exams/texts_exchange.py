"""Words of imports for people: what is said of a document, what would change, what to write."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from exams.domain.outline_diff import Change, ImportMode
from exams.exchange.exam_xml_terms import XmlCode
from exams.exchange.formats import Format
from web.home import Tone

if TYPE_CHECKING:  # lazy texts have a type in the stubs only
    from django_stubs_ext import StrOrPromise as Text

EXAM_XML_FINDINGS: "Mapping[StrEnum, Text]" = {
    XmlCode.NOT_AN_EXAM: _(
        "This is not an exam document: the first element must be exam, in its namespace."
    ),
    XmlCode.UNKNOWN_ELEMENT: _("This element is not known here and is left out."),
    XmlCode.UNKNOWN_ATTRIBUTE: _("This attribute is not known here and is left out."),
    XmlCode.REPEATED_ELEMENT: _("This element stands twice; the first one counts."),
    XmlCode.STRAY_TEXT: _("These words stand between elements and are left out."),
    XmlCode.MISPLACED_QUESTION: _("A question stands outside of any question pool."),
    XmlCode.MISSING_ATTRIBUTE: _("This attribute is missing."),
    XmlCode.BAD_VALUE: _("This value is not allowed here."),
    XmlCode.TEXT_CUT: _("This text is too long and was cut."),
    XmlCode.BAD_ID: _("This id cannot be kept: letters, digits, - and . only, a letter first."),
    XmlCode.DUPLICATE_ID: _("This id names something else in the document already."),
    XmlCode.DANGLING_JUMP: _("There is no question pool of this id to go on to."),
    XmlCode.BACKWARD_JUMP: _("It can only go on to a question pool that comes later."),
    XmlCode.FOREIGN_WIDGET: _("There is no such widget for this type of question."),
    XmlCode.WIDGET_NOT_USED: _(
        "This widget does not fit the number of answers; the usual one is taken."
    ),
    XmlCode.PATTERN_WHOLE: _("Here the whole text must fit the pattern, not only its beginning."),
    XmlCode.ZERO_LENGTH: _("A shortest length of 0 is not valid; it was read as none."),
    XmlCode.ROW_NUMBERS: _("The numbers in pk belong to another database and are left out."),
    XmlCode.OLD_ELEMENT_NAME: _("This was read as question_pool."),
    XmlCode.HELP_IS_LABEL: _("There is no label; the help text became the question."),
    XmlCode.LIMIT_NOT_USED: _("This limit means nothing for this type of question."),
    XmlCode.CORRECT_NOT_USED: _("The share of the points says otherwise than correct; it counts."),
}

FORMATS: "Mapping[Format, Text]" = {
    Format.GIFT: _("GIFT"),
    Format.MOODLE_XML: _("Moodle XML"),
    Format.QTI: _("QTI"),
    Format.EXAM_XML: _("Exam XML"),
}

# A word for a change and the tone of its chip.
CHANGES: "Mapping[Change, tuple[Text, Tone]]" = {
    Change.NEW: (_("New"), Tone.OK),
    Change.CHANGED: (_("Changed"), Tone.ATTENTION),
    Change.UNCHANGED: (_("Unchanged"), Tone.OFFLINE),
    Change.REMOVED: (_("Not in the file"), Tone.OFFLINE),
}

# What each way of importing is called, and what it does.
MODES: "Mapping[ImportMode, tuple[Text, Text]]" = {
    ImportMode.NEW: (
        _("Only what is new"),
        _("Adds what is not there yet. Nothing that exists is touched."),
    ),
    ImportMode.NEW_AND_CHANGED: (
        _("What is new and what is changed"),
        _("Adds, and brings what is there to what the file says."),
    ),
    ImportMode.REPLACE: (
        _("Replace everything"),
        _("Afterwards there is what the file holds, in its order, and nothing else."),
    ),
}

FIELDS: "Mapping[str, Text]" = {
    "pool": _("Section"),
    "name": _("Name"),
    "version_label": _("Version"),
    "version_id": _("Number of the version"),
    "version_comment": _("Comment on the version"),
    "subject": _("Subject"),
    "passing_score": _("Pass mark"),
    "xml_id": _("Id in XML"),
    "configuration": _("Configuration"),
    "randomize_questions": _("Shuffled"),
    "number_to_answer": _("Asked of it"),
    "next_question_pool": _("Goes on to"),
    "kind": _("Type"),
    "prompt": _("Question"),
    "format": _("Text format"),
    "help_text": _("Help"),
    "rejoinder": _("Feedback"),
    "points": _("Points"),
    "required": _("Required"),
    "shuffle_choices": _("Choices shuffled"),
    "min_answers": _("Fewest answers"),
    "max_answers": _("Most answers"),
    "min_value": _("Smallest value"),
    "max_value": _("Largest value"),
    "min_length": _("Shortest length"),
    "max_length": _("Greatest length"),
    "text_regex": _("Pattern"),
    "accept": _("Kinds of file"),
    "widget": _("Widget"),
    "all_or_nothing": _("All or nothing"),
    "text_response": _("Text beside the answer"),
    "text_response_label": _("Label of that text"),
    "text": _("Text"),
    "match": _("Matches"),
    "fraction": _("Share in percent"),
    "tolerance": _("Tolerance"),
    "label": _("Label"),
    "value": _("Value"),
    "end_question_pool": _("Ends the section"),
    "end_exam": _("Ends the exam"),
}
