"""The versions of an exam, and what changed between two of them."""

from exams.domain.differences import Change, changes_between
from exams.selectors.contents import current_content
from exams.selectors.exams import ExamView, exams_of_institution


def versions_of(exam: ExamView) -> list[ExamView]:
    """Return every version of an exam, itself included, the newest first. One query.

    Versions share the name within their institution, in any case of letters.
    """
    return exams_of_institution(exam.institution_id, name=exam.name)


def changes_of(old_id: int, new_id: int) -> list[Change]:
    """Return what changed from one version to another, as their rows or frozen contents stand.

    Raises:
        ExamUnknown: There is no such version.
    """
    return changes_between(current_content(old_id), current_content(new_id))
