"""Words about documents: what is wrong with one, and where a timetable stands."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from exams.domain.documents import DocumentCode
from exams.domain.timetable import TimetableCode, TimetableState

if TYPE_CHECKING:  # lazy texts have a type in the stubs only
    from django_stubs_ext import StrOrPromise as Text

TIMETABLE_STATES: "Mapping[TimetableState, tuple[Text, str]]" = {
    TimetableState.DRAFT: (_("Draft"), "offline"),
    TimetableState.IN_REVIEW: (_("In review"), "waiting"),
    TimetableState.APPROVED: (_("Approved"), "ok"),
    TimetableState.SUPERSEDED: (_("Replaced by a newer one"), "done"),
}

TIMETABLE_FAULTS: "Mapping[str, Text]" = {
    TimetableCode.UNKNOWN_ZONE: _("There is no time zone of this name: %(detail)s"),
    TimetableCode.NOT_A_DAY: _("There is no such day: %(detail)s"),
    TimetableCode.NOT_IN_ORDER: _("The end must come after %(detail)s."),
    TimetableCode.TOO_LITTLE_TIME: _("The working time is longer than the window."),
    TimetableCode.REPEATED_ID: _("Another entry has this id: %(detail)s"),
    TimetableCode.OVERLAPS: _("The class sits in another exam then: %(detail)s"),
    TimetableCode.OUTSIDE_TERM: _("This day is not in the term: %(detail)s"),
    TimetableCode.EXAM_UNKNOWN: _("There is no such exam in this institution."),
    TimetableCode.EXAM_NOT_APPROVED: _("This exam is not approved yet; no sitting is made of it."),
    TimetableCode.ROOM_TAKEN: _("The room is taken then: %(detail)s"),
    TimetableCode.EMPTY: _("There is no entry yet."),
}

DOCUMENT_FAULTS: "Mapping[str, Text]" = {
    DocumentCode.TOO_LARGE: _("The file is larger than %(detail)s KB."),
    DocumentCode.NOT_UTF8: _("The letters cannot be read. Save the file as UTF-8."),
    DocumentCode.NOT_JSON: _("This is not JSON. Reading stopped at %(detail)s."),
    DocumentCode.TOO_DEEP: _("It is nested deeper than %(detail)s levels."),
    DocumentCode.REPEATED_KEY: _("This stands here twice: %(detail)s"),
    DocumentCode.UNKNOWN_KEY: _("There is nothing of this name."),
    DocumentCode.MISSING_KEY: _("This is needed."),
    DocumentCode.WRONG_TYPE: _("This must be of the type: %(detail)s"),
    DocumentCode.NOT_ONE_OF: _("This must be one of: %(detail)s"),
    DocumentCode.TOO_SMALL: _("This must be at least %(detail)s."),
    DocumentCode.TOO_BIG: _("This must be at most %(detail)s."),
    DocumentCode.TOO_SHORT: _("This is shorter than %(detail)s."),
    DocumentCode.TOO_LONG: _("This is longer than %(detail)s."),
    DocumentCode.WRONG_FORM: _("This does not have the form %(detail)s."),
    DocumentCode.OTHER: _("This does not fit: %(detail)s"),
}
