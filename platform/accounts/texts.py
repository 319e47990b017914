"""Words for people: roles, outcomes and faults of a class list, spans of waiting."""

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _, ngettext

from accounts.domain.roster import Fault, Outcome
from accounts.roles import Role
from kernel.numerals import in_digits

if TYPE_CHECKING:  # lazy texts have a type in the stubs only
    from django_stubs_ext import StrOrPromise as Text

ROLES: "Mapping[Role, Text]" = {
    Role.STUDENT: _("Student"),
    Role.INVIGILATOR: _("Invigilator"),
    Role.CHIEF_INVIGILATOR: _("Chief invigilator"),
    Role.AUTHOR: _("Author"),
    Role.GRADER: _("Grader"),
    Role.ADMIN: _("Administrator"),
    Role.AUDITOR: _("Auditor"),
}

OUTCOMES: "Mapping[Outcome, tuple[Text, str]]" = {
    Outcome.NEW: (_("New"), "ok"),
    Outcome.CHANGED: (_("Changed"), "checking"),
    Outcome.JOINS: (_("Joins the class"), "waiting"),
    Outcome.SAME: (_("Nothing to do"), "offline"),
    Outcome.REFUSED: (_("Error"), "critical"),
}

COLUMNS: "Mapping[str, Text]" = {
    "full_name": _("Name"),
    "registration_number": _("Registration number"),
    "email": _("E-mail"),
    "phone": _("Mobile phone"),
    "class_code": _("Class"),
    "role": _("Role"),
    "locale": _("Language"),
    "time_zone": _("Time zone"),
}

# What a class list's column holds and what happens when a cell is empty.
COLUMN_NOTES: "Mapping[str, Text]" = {
    "full_name": _("Needed. First name and last name may stand in two columns instead."),
    "registration_number": _("Needed where there is no e-mail address. People sign in with it."),
    "email": _("Needed where there is no registration number. People sign in with it."),
    "phone": _("Optional. Notices go there once the number is verified."),
    "class_code": _(
        "The code of the class. Needed for students; empty means the whole institution."
    ),
    "role": _("Empty means student. Others: %(roles)s."),
    "locale": _("Optional, for somebody new: en or fa. Empty takes that of the institution."),
    "time_zone": _(
        "Optional, for somebody new, for example Europe/London. "
        "Empty takes that of the institution."
    ),
}

FAULTS: "Mapping[Fault, Text]" = {
    Fault.NAME_MISSING: _("The name is missing."),
    Fault.TOO_LONG: _("This is too long."),
    Fault.NO_WAY_IN: _(
        "Neither a registration number nor an e-mail address: nobody could sign in."
    ),
    Fault.EMAIL_INVALID: _("This is not an e-mail address: %(value)s"),
    Fault.NUMBER_INVALID: _(
        "A registration number has letters, digits and . / _ - only: %(value)s"
    ),
    Fault.PHONE_INVALID: _("This is not a phone number: %(value)s"),
    Fault.ROLE_UNKNOWN: _("There is no such role: %(value)s"),
    Fault.LOCALE_UNKNOWN: _("There is no such language here: %(value)s"),
    Fault.ZONE_UNKNOWN: _("There is no such time zone: %(value)s"),
    Fault.CLASS_MISSING: _("A student needs a class."),
    Fault.CLASS_UNKNOWN: _(
        "There is no class %(value)s. Correct it, or tick that unknown classes are created."
    ),
    Fault.CLASS_CLOSED: _("The class %(value)s is closed."),
    Fault.DUPLICATE: _("The same as line %(value)s."),
    Fault.CONTRADICTS: _("Line %(value)s says something else about the same person."),
    Fault.TWO_PEOPLE: _("The registration number and the e-mail address belong to two people."),
    Fault.ELSEWHERE: _("This address belongs to a person of another institution: %(value)s"),
    Fault.SURPLUS: _("The row has more cells than the header. Is a quotation mark missing?"),
}

UNREADABLE: "Mapping[str, Text]" = {
    "workbook": _(
        "This is a workbook. In your spreadsheet program choose “Save as”, then “CSV UTF-8”."
    ),
    "encoding": _("The letters of this file cannot be read. Save it as “CSV UTF-8”."),
    "nul": _("The letters of this file cannot be read. Save it as “CSV UTF-8”."),
    "empty": _("There are no rows in this file."),
    "no_name_column": _(
        "No column is headed “name”. The headings found are: %(about)s. The first row must hold headings."
    ),
    "column_twice": _("Two columns mean the same (%(about)s). Remove one."),
    "too_many_rows": _("More than %(about)s rows. Split the file."),
    "broken_quotes": _("A quotation mark is not closed in line %(about)s."),
    "too_large": _("The file is larger than %(about)s MB."),
}


def wait_text(wait: timedelta) -> str:
    """Return how long to wait in words, rounded up: minutes, from an hour and a half on hours."""
    count = max(1, math.ceil(wait.total_seconds() / 60))
    if count <= 90:
        text = ngettext("%(count)s minute", "%(count)s minutes", count)
    else:
        count = math.ceil(count / 60)
        text = ngettext("%(count)s hour", "%(count)s hours", count)
    return text % {"count": in_digits(count)}
