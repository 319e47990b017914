"""Words of imports for people: what is said of a document, what would change, what to write."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from exams.domain.outline_diff import Change, ImportMode
from exams.exchange.exam_xml_terms import XmlCode
from exams.exchange.formats import Format
from exams.exchange.gift_syntax import GiftCode
from exams.exchange.items import ItemCode
from exams.exchange.moodle_answers import MoodleCode
from exams.exchange.packages import PackageFault
from exams.exchange.qti_names import QtiCode
from exams.exchange.xml_reader import XmlFault
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

# What an import says about a line, by the code of the finding.
IMPORT_FINDINGS: "Mapping[StrEnum, Text]" = {
    ItemCode.TOO_LARGE: _("The file is too large."),
    ItemCode.TOO_MANY_ITEMS: _(
        "There are more questions than one import takes; the rest was left."
    ),
    ItemCode.NOT_SUPPORTED: _("There is no question of this kind here."),
    ItemCode.EMPTY_PROMPT: _("The question has no words."),
    ItemCode.EMPTY_ANSWER: _("An answer is empty."),
    ItemCode.BAD_WEIGHT: _("The weight of an answer is not a percentage up to 100."),
    ItemCode.BAD_NUMBER: _("This is not a number or a range."),
    ItemCode.BAD_PAIR: _("A pair needs both sides."),
    ItemCode.TOO_PRECISE: _("The number has more digits than can be stored."),
    ItemCode.UNREACHABLE: _("The weights do not let anybody reach the full points."),
    ItemCode.BAD_PATTERN: _("The pattern for answers cannot be read."),
    ItemCode.NOT_STORABLE: _("The question contradicts itself."),
    ItemCode.UNKNOWN_FORMAT: _("This text format is not known; it was read as plain Moodle text."),
    ItemCode.MEDIA_REMOVED: _("Pictures and media are not taken over; the words are."),
    ItemCode.FEEDBACK_NOT_USED: _("This feedback has no place here and is left out."),
    ItemCode.CASE_IGNORED: _("Capital and small letters are not told apart in short answers."),
    ItemCode.WRONG_COSTS: _("Here a wrong choice takes away a part of the points."),
    ItemCode.POINTS_ROUNDED: _("The points were rounded to two places."),
    ItemCode.MORE_REMARKS: _("There are more remarks than can be listed here. Number left out:"),
    GiftCode.NOT_UTF8: _("The letters cannot be read. Save the file as UTF-8."),
    GiftCode.CONTROL_CHARACTER: _("A control character was taken out."),
    GiftCode.UNCLOSED_BRACE: _("A brace { is never closed."),
    GiftCode.STRAY_BRACE: _("A brace stands where none belongs. Write \\{ or \\} for the letter."),
    GiftCode.UNCLOSED_NAME: _("The name between :: and :: is never closed."),
    MoodleCode.NOT_MOODLE: _("This XML is no export of questions from Moodle."),
    MoodleCode.UNITS_NOT_USED: _("Units are not asked for; only the number counts."),
    MoodleCode.PENALTY_NOT_USED: _(
        "Penalties for further tries are left out. Number of questions:"
    ),
    MoodleCode.HINTS_NOT_USED: _("Hints for a further try are left out."),
    MoodleCode.USUAL_FEEDBACK_NOT_USED: _(
        "Moodle's usual words for right and wrong are left out. Number of questions:"
    ),
    MoodleCode.IDNUMBER_NOT_USED: _("Id numbers are left out. Number of questions:"),
    MoodleCode.TAGS_NOT_USED: _("Tags are left out. Number of questions:"),
    MoodleCode.HIDDEN: _("This question was hidden in Moodle."),
    MoodleCode.CATEGORY_TEXT_NOT_USED: _("The description of a category is left out."),
    MoodleCode.WORD_LIMIT_NOT_USED: _("Words are not counted; the limit is left out."),
    MoodleCode.ATTACHMENTS_NOT_USED: _("A text takes no files here. Add a question for a file."),
    MoodleCode.GRADER_NOTE_NOT_USED: _("The note for graders is left out."),
    MoodleCode.TEMPLATE_NOT_USED: _("The text to begin an answer with is left out."),
    MoodleCode.ORDER_MARKING: _("Each item at its place counts here, not its neighbours."),
    MoodleCode.BAD_ORDER: _("The places of the items are not clear."),
    QtiCode.NOT_QTI: _("This file is no item and no test of QTI."),
    QtiCode.OLD_VERSION: _("This is QTI 1.x. Versions 2.1, 2.2 and 3.0 are read."),
    QtiCode.NO_MANIFEST: _(
        "The package has no imsmanifest.xml; its files were looked at one by one."
    ),
    QtiCode.FILE_MISSING: _("The file that is named here is not there."),
    QtiCode.ADAPTIVE: _("A question that changes while it is answered is not asked here."),
    QtiCode.TEMPLATE: _("A question that is computed anew for everybody is not asked here."),
    QtiCode.SEVERAL_INTERACTIONS: _(
        "Several things are answered in one item. Make a question of each."
    ),
    QtiCode.CUSTOM_MARKING: _("The item is marked by a program of its own that has no like here."),
    QtiCode.NO_KEY: _("The item is to be marked, but does not say clearly what is right."),
    QtiCode.KEY_ONLY: _(
        "It says what is right, but not how it is marked; it counts as right or wrong."
    ),
    QtiCode.KEY_NOT_USED: _("A person marks this; the right answer in the file is left out."),
    QtiCode.LEAST_IS_RIGHT: _("Candidates are asked for at least as many choices as are right:"),
    QtiCode.SCORE_DIFFERS: _(
        "Some partly right answers earn other points here; none earns less than zero."
    ),
    QtiCode.FIXED_NOT_KEPT: _(
        "Some must stay in place where others are shuffled; here it is all or none."
    ),
    QtiCode.NOT_ONE_TO_ONE: _("Each left side needs exactly one right side here."),
    QtiCode.UNEQUAL_PAIRS: _(
        "The right pairs are worth different points; here each counts the same."
    ),
    QtiCode.PART_OF_ORDER: _("Only some are put in order; here all of them are."),
    QtiCode.STEP_NOT_KEPT: _("Every number between the bounds may be given, not only these steps."),
    QtiCode.MASK_NOT_USED: _(
        "The pattern for a number is left out; only numbers are taken anyway."
    ),
    QtiCode.TYPES_NOT_USED: _("This type of file is not known."),
    QtiCode.RUBRIC_NOT_USED: _("Instructions or notes for markers are left out."),
    QtiCode.STIMULUS_NOT_USED: _("A text that several items share is not there."),
    QtiCode.SUPPORT_NOT_USED: _("Extra support for readers is left out."),
    QtiCode.BRANCH_NOT_USED: _(
        "A rule that leads to another place is left out. Set the way on in the sections."
    ),
    QtiCode.SETTING_NOT_USED: _("A setting of the test is left out:"),
    QtiCode.WEIGHT_NOT_USED: _(
        "The weight of an item in the test is left out. Change its points if need be."
    ),
    QtiCode.SELECTION_SHUFFLES: _(
        "A section that draws some of its questions also shuffles them here."
    ),
    QtiCode.SELECTION_CUT: _(
        "A section was to draw more questions than were imported; all are asked."
    ),
    QtiCode.SELECTION_NOT_KEPT: _("This way of drawing questions is not kept whole."),
    PackageFault.BROKEN: _("The package cannot be opened; it is damaged."),
    PackageFault.TOO_MANY_ENTRIES: _("The package has too many files."),
    PackageFault.TOO_LARGE: _("The package, or a file in it, is too large."),
    PackageFault.UNSAFE_NAME: _("A file in the package has a name that leads outside of it."),
    PackageFault.ENCRYPTED: _("The package is locked with a password. Pack it without one."),
    PackageFault.NESTED: _("There is an archive inside of the package. Send it by itself."),
    PackageFault.TWICE: _("Two files in the package have one name."),
    PackageFault.MISSING: _("A file that the package names is not in it."),
    XmlFault.TOO_LARGE: _("The file is too large."),
    XmlFault.BAD_ENCODING: _("The letters cannot be read. Save the file as UTF-8."),
    XmlFault.CONTROL_CHARACTER: _("A control character stands where XML allows none."),
    XmlFault.DTD: _("A document type (DOCTYPE) or entities are not accepted. Take that part out."),
    XmlFault.INCLUDE: _("Including another document is not accepted."),
    XmlFault.TOO_DEEP: _("The elements are nested too deeply."),
    XmlFault.TOO_MANY_ELEMENTS: _("There are too many elements."),
    XmlFault.TOO_MANY_ATTRIBUTES: _("An element has too many attributes."),
    XmlFault.MALFORMED: _("This is not well-formed XML."),
    **EXAM_XML_FINDINGS,
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
