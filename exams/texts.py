"""Words of the exam engine for people: states, kinds, faults, findings."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from exams.domain.accommodation import Exemption
from exams.domain.answer import Fault, QuestionKind
from exams.domain.configuration import Shuffling
from exams.domain.counting import AttemptsCount
from exams.domain.deadline import LateStart
from exams.domain.draft import DraftFault
from exams.domain.late import LateCause, LateState
from exams.domain.policy import Camera, ChatLock, Navigation
from exams.domain.states import AttemptState, ExamState, ResultState, SittingState
from exams.domain.texts import TextFormat
from exams.domain.widgets import Widget

if TYPE_CHECKING:  # lazy texts have a type in the stubs only
    from django_stubs_ext import StrOrPromise as Text

EXAM_STATES: "Mapping[ExamState, tuple[Text, str]]" = {
    ExamState.DRAFT: (_("Draft"), "offline"),
    ExamState.IN_REVIEW: (_("In review"), "waiting"),
    ExamState.APPROVED: (_("Approved"), "ok"),
}

SITTING_STATES: "Mapping[SittingState, tuple[Text, str]]" = {
    SittingState.SCHEDULED: (_("Scheduled"), "offline"),
    SittingState.LOBBY: (_("Lobby open"), "waiting"),
    SittingState.RUNNING: (_("Running"), "ok"),
    SittingState.CLOSED: (_("Being graded"), "checking"),
    SittingState.GRADED: (_("Graded"), "done"),
    SittingState.PUBLISHED: (_("Results released"), "done"),
    SittingState.CANCELLED: (_("Cancelled"), "critical"),
}

ATTEMPT_STATES: "Mapping[AttemptState, tuple[Text, str]]" = {
    AttemptState.READY: (_("Not started"), "offline"),
    AttemptState.RUNNING: (_("Working"), "ok"),
    AttemptState.PAUSED: (_("Paused"), "paused"),
    AttemptState.SUBMITTED: (_("Handed in"), "done"),
    AttemptState.EXPIRED: (_("Time ran out"), "done"),
    AttemptState.TERMINATED: (_("Ended by staff"), "critical"),
    AttemptState.ABSENT: (_("Absent"), "attention"),
}

ENDED_EARLY: "tuple[Text, str]" = (_("Ended for everybody"), "attention")
NEEDS_PERSON: "tuple[Text, str]" = (_("Needs a person"), "waiting")

RESULT_STATES: "Mapping[ResultState, tuple[Text, str]]" = {
    ResultState.GRADING: (_("Being graded"), "checking"),
    ResultState.GRADED: (_("Graded"), "ok"),
    ResultState.RELEASED: (_("Released"), "done"),
}

LATE_STATES: "Mapping[LateState, tuple[Text, str]]" = {
    LateState.OPEN: (_("To be decided"), "waiting"),
    LateState.ACCEPTED: (_("Counts"), "ok"),
    LateState.REJECTED: (_("Does not count"), "offline"),
}

LATE_CAUSES: "Mapping[LateCause, Text]" = {
    LateCause.LATE: _("after the time had run out"),
    LateCause.ENDED: _("after the attempt had ended"),
    LateCause.LEASE: _("from a device that another one had replaced"),
}

KINDS: "Mapping[QuestionKind, tuple[Text, Text]]" = {
    QuestionKind.CHOICE: (_("Choice"), _("One or several of a list")),
    QuestionKind.BOOL: (_("True or false"), _("A statement that holds or not")),
    QuestionKind.CHAR: (_("Short answer"), _("A word or a line, compared with your answers")),
    QuestionKind.TEXT: (_("Long text"), _("An essay; a person gives the points")),
    QuestionKind.INT: (_("Whole number"), _("With a tolerance if you like")),
    QuestionKind.DECIMAL: (_("Decimal number"), _("Exact to ten places")),
    QuestionKind.FLOAT: (_("Number"), _("Measured values, large or small")),
    QuestionKind.MATCHING: (_("Matching"), _("Pairs to be found")),
    QuestionKind.ORDERING: (_("Ordering"), _("Items to be put in the right order")),
    QuestionKind.RATING: (_("Rating"), _("A step on a scale")),
    QuestionKind.DATE: (_("Date"), _("A day")),
    QuestionKind.TIME: (_("Time of day"), _("Hours and minutes")),
    QuestionKind.DATETIME: (_("Date and time"), _("A day with its time")),
    QuestionKind.FILE: (_("File"), _("A document or picture; a person gives the points")),
    QuestionKind.INFO: (_("Information"), _("Only to be read")),
}

FORMATS: "Mapping[TextFormat, Text]" = {
    TextFormat.MARKDOWN: _("Markdown"),
    TextFormat.PLAIN: _("Plain text"),
    TextFormat.HTML: _("HTML"),
    TextFormat.MOODLE: _("Moodle (HTML with line breaks)"),
}

WIDGETS: "Mapping[Widget, Text]" = {
    Widget.CHECKBOX: _("one box to tick"),
    Widget.CHECKBOXES: _("boxes to tick"),
    Widget.DATE: _("a calendar"),
    Widget.DATETIME: _("a calendar with a time"),
    Widget.RADIO: _("a list with one mark"),
    Widget.SELECT: _("a menu"),
    Widget.SELECT_SEVERAL: _("a list for several"),
    Widget.TEXT_AREA: _("a large text field"),
    Widget.TEXT: _("a line to type in"),
    Widget.TIME: _("a clock time"),
}

LEADING_ROLES: "Mapping[Role, Text]" = {
    Role.CHIEF_INVIGILATOR: _("chief invigilator"),
    Role.ADMIN: _("administration"),
}

CAMERAS: "Mapping[Camera, Text]" = {
    Camera.REQUIRED: _("Every candidate is asked for the camera"),
    Camera.OPTIONAL: _("Candidates may switch the camera on"),
    Camera.OFF: _("No camera"),
}

CHAT_LOCKS: "Mapping[ChatLock, Text]" = {
    ChatLock.LOBBY: _("Locked from the opening of the lobby"),
    ChatLock.START: _("Locked from the start"),
    ChatLock.NEVER: _("Stays open"),
}

LATE_STARTS: "Mapping[LateStart, Text]" = {
    LateStart.CLIP: _("Who starts late ends with the others"),
    LateStart.FULL: _("Who starts late gets the full time"),
}

DRAFT_FAULTS: "Mapping[DraftFault, Text]" = {
    DraftFault.EMPTY: _("This is needed."),
    DraftFault.TOO_LONG: _("This is too long."),
    DraftFault.OUT_OF_RANGE: _("This is out of range."),
    DraftFault.MIN_ABOVE_MAX: _("The least is more than the most."),
    DraftFault.BAD_PATTERN: _("This pattern cannot be read: %(detail)s"),
    DraftFault.NOT_FOR_KIND: _("This has no meaning for this kind of question."),
    DraftFault.TOO_FEW: _("There are too few answers: add more."),
    DraftFault.TOO_MANY: _("There are too many."),
    DraftFault.NOT_A_VALUE: _("This is not a value of this kind: %(detail)s"),
    DraftFault.FULL_POINTS_UNREACHABLE: _(
        "Nobody could reach the full points: the right answers must add up to 100 percent."
    ),
    DraftFault.NOT_AN_XML_NAME: _(
        "“%(detail)s” cannot be a name here: begin with a letter, use letters, digits, - . _ and no name twice."
    ),
    DraftFault.ENDS_TWICE: _("Choose one: another section, or the end of the exam."),
}

JUMP_BACK: "Text" = _(
    "An answer or a section would lead back: it can only lead to a section that comes later."
)

# What a true-or-false question offers; the same words as in the exam room.
TRUTHS: "Mapping[str, Text]" = {"true": _("True"), "false": _("False")}

ANSWER_FAULTS: "Mapping[Fault, Text]" = {
    Fault.REQUIRED: _("An answer was required."),
    Fault.WRONG_SHAPE: _("The answer does not fit the question."),
    Fault.NOT_A_NUMBER: _("The answer is not a number."),
    Fault.NOT_WHOLE: _("The answer is not a whole number."),
    Fault.TOO_MANY_DIGITS: _("The number has too many digits."),
    Fault.TOO_SMALL: _("The number is below the allowed range."),
    Fault.TOO_LARGE: _("The number is above the allowed range."),
    Fault.TOO_SHORT: _("The text is too short."),
    Fault.TOO_LONG: _("The text is too long."),
    Fault.PATTERN: _("The text does not have the required form."),
    Fault.TOO_FEW_CHOICES: _("Too few were chosen."),
    Fault.TOO_MANY_CHOICES: _("Too many were chosen."),
    Fault.UNKNOWN_CHOICE: _("A choice is not part of the question."),
    Fault.NOT_A_DATE: _("The answer is not a date."),
    Fault.NOT_A_TIME: _("The answer is not a time."),
    Fault.NOT_ANSWERABLE: _("This is not answered."),
    Fault.FILE_UNKNOWN: _("The file is missing or belongs to somebody else."),
    Fault.TEXT_NOT_ASKED: _("A text beside this answer was not asked for."),
}

NAVIGATIONS: "Mapping[Navigation, Text]" = {
    Navigation.FREE: _("Freely through the whole paper"),
    Navigation.SECTIONS: _("Section by section, never back"),
    Navigation.LINEAR: _("Question by question, never back"),
}

ATTEMPTS_COUNTS: "Mapping[AttemptsCount, Text]" = {
    AttemptsCount.BEST: _("The best one; of equal ones the earlier"),
    AttemptsCount.LAST: _("The last one that was handed in"),
    AttemptsCount.FIRST: _("The first one that was handed in"),
}

SHUFFLINGS: "Mapping[Shuffling, Text]" = {
    Shuffling.AS_WRITTEN: _("As each section and question says"),
    Shuffling.NOTHING: _("Nothing is shuffled; draws stay draws"),
    Shuffling.EVERYTHING: _("Questions within sections, and choices, for each candidate"),
}

EXEMPTIONS: "Mapping[Exemption, tuple[Text, Text]]" = {
    Exemption.CAMERA: (_("No camera"), _("The step is left out everywhere for this person.")),
    Exemption.LOCK: (
        _("May leave the page"),
        _("Another window or no full screen is recorded, but opens no incident."),
    ),
    Exemption.SECOND_PERSON: (
        _("A second person may be present"),
        _("Somebody who helps with what the note says."),
    ),
    Exemption.READER: (
        _("Reads with a screen reader, or is read to"),
        _("Voices and other programs are expected."),
    ),
}


def sitting_word(state: SittingState, *, needs_person: bool) -> "tuple[Text, str]":
    """Return the word and tone of a sitting; what a person must still mark is not graded."""
    if state is SittingState.GRADED and needs_person:
        return NEEDS_PERSON
    return SITTING_STATES[state]


def ending_word(state: AttemptState, *, ended_early: bool) -> "tuple[Text, str]":
    """Return the word and tone of an attempt; one that was cut did not run out of time."""
    return ENDED_EARLY if ended_early else ATTEMPT_STATES[state]
