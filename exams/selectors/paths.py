"""The ways through an exam as its author needs them."""

from exams.domain.paths import PathReport, report_paths
from exams.errors import ExamUnknown
from exams.models import Exam
from exams.selectors.contents import content_of_rows


def path_report(exam_id: int) -> PathReport:
    """Return the ways through an exam as its rows stand now: graph, findings, figures.

    Raises:
        ExamUnknown: There is none.
    """
    exam = Exam.objects.defer("content").filter(pk=exam_id).first()
    if exam is None:
        raise ExamUnknown(exam=exam_id)
    return report_paths(content_of_rows(exam, rendered=False))
