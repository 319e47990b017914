"""What proctoring refuses."""

from kernel.errors import DomainError


class ReasonMissing(DomainError):
    """This command costs the student something; say why."""

    code = "reason_missing"
    http_status = 422


class CommandUnknown(DomainError):
    """There is no such command for this attempt."""

    code = "command_unknown"
    http_status = 404


class IncidentUnknown(DomainError):
    """There is no such incident in this sitting."""

    code = "incident_unknown"
    http_status = 404


class IncidentDecided(DomainError):
    """Somebody has decided this incident; what they read stays as it was."""

    code = "incident_decided"
    http_status = 409


class StatementFull(DomainError):
    """The student has said as much about this incident as is kept."""

    code = "statement_full"
    http_status = 422


class HelpUnknown(DomainError):
    """There is no such request for help in this sitting."""

    code = "help_unknown"
    http_status = 404


class HelpWaiting(DomainError):
    """The student has `limit` raised hands that nobody has answered yet."""

    code = "help_waiting"
    http_status = 429


class NotAllowed(DomainError):
    """This person may not do this here."""

    code = "not_allowed"
    http_status = 403


class NotAnInvigilator(DomainError):
    """This person does not invigilate for the class, or is a candidate of the sitting."""

    code = "not_an_invigilator"
    http_status = 422


class LastInvigilator(DomainError):
    """The only invigilator of a sitting that is under way cannot be removed."""

    code = "last_invigilator"
    http_status = 409


class TooMuchTime(DomainError):
    """The grant is larger than this role may give at once."""

    code = "too_much_time"
    http_status = 422
