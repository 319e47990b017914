"""What accounts refuses."""

from kernel.errors import DomainError


class PersonUnknown(DomainError):
    """There is no such person in this institution."""

    code = "person_unknown"
    http_status = 404


class InstitutionUnknown(DomainError):
    """There is no such institution."""

    code = "institution_unknown"
    http_status = 404


class ClassUnknown(DomainError):
    """There is no such class in this institution."""

    code = "class_unknown"
    http_status = 404


class Forbidden(DomainError):
    """The person's roles do not include this."""

    code = "forbidden"
    http_status = 403


class EmailTaken(DomainError):
    """Another person has this e-mail address."""

    code = "email_taken"
    http_status = 409


class RegistrationTaken(DomainError):
    """Another person of the institution has this registration number."""

    code = "registration_taken"
    http_status = 409


class PasswordWeak(DomainError):
    """The password does not pass the validators."""

    code = "password_weak"
    http_status = 422


class PhoneInvalid(DomainError):
    """This is no phone number that can be reached."""

    code = "phone_invalid"
    http_status = 422


class RosterChanged(DomainError):
    """The file or the people are not those of the preview any more."""

    code = "roster_changed"
    http_status = 409


class RosterHasErrors(DomainError):
    """Some rows have errors; nothing was imported."""

    code = "roster_has_errors"
    http_status = 422


class LastAdmin(DomainError):
    """The institution would be left without an administrator."""

    code = "last_admin"
    http_status = 409


class OwnAccount(DomainError):
    """Nobody closes their own account; another administrator does."""

    code = "own_account"
    http_status = 409


class ClassCodeTaken(DomainError):
    """The institution has a class of this code already."""

    code = "class_code_taken"
    http_status = 409


class MembershipUnknown(DomainError):
    """There is no such role to change; it may have been changed meanwhile."""

    code = "membership_unknown"
    http_status = 404


class RosterUnreadable(DomainError):
    """The file cannot be read as a class list; `reason` says why."""

    code = "roster_unreadable"
    http_status = 422


class RosterUnknown(DomainError):
    """There is no such class list waiting; it was imported, or it is too old."""

    code = "roster_unknown"
    http_status = 404
