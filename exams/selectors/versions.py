"""The versions of an exam, and what changed between two of them."""

from exams.domain.differences import Change, changes_between
from exams.errors import ExamUnknown
from exams.models import Exam
from exams.selectors.exams import ExamView, exam_content, exams_of_institution


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
    rows = {row.pk: row for row in Exam.objects.filter(pk__in=(old_id, new_id))}
    if not {old_id, new_id} <= rows.keys():
        raise ExamUnknown(exam=old_id)
    return changes_between(exam_content(rows[old_id]), exam_content(rows[new_id]))
