"""Results as files: CSV, workbook and PDF of a sitting, and one student's result sheet.

All are made in the request, also for 10,000 candidates: the list is streamed from a cursor, the
workbook goes through a file on disk, and the typesetter lets other threads run. A job in the
background would need a place to keep people's results in until they are fetched, and its own rules
for who may fetch them.
"""

from tempfile import TemporaryFile

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from exams.exports.csv_table import csv_pieces
from exams.exports.result_list import result_document
from exams.exports.result_sheet import sheet_document
from exams.exports.typeset import to_pdf
from exams.exports.workbook import ResultBook, write_workbook
from exams.selectors.corrections import corrections_of
from exams.selectors.keys import right_answers
from exams.selectors.question_statistics import question_lines
from exams.selectors.result_rows import rows_to_export
from exams.selectors.results import marked_paper, released_paper
from exams.selectors.sittings import SittingView
from exams.selectors.statistics import exam_statistics
from exams.services import exports
from exams.services.exports import Form
from exams.views.staff_access import sitting_for

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@login_required
@never_cache
def table(request: HttpRequest, sitting_id: int) -> HttpResponseBase:
    """Stream the list of results as CSV for a spreadsheet program."""
    sitting = _taken_out(request, sitting_id, Form.CSV)
    pieces = csv_pieces(
        rows_to_export(sitting_id),
        language=translation.get_language() or "en",
        zone=timezone.get_current_timezone(),
    )
    response = StreamingHttpResponse(
        (piece.encode() for piece in pieces), content_type="text/csv; charset=utf-8"
    )
    return _named(response, sitting, Form.CSV)


@require_safe
@login_required
@never_cache
def workbook(request: HttpRequest, sitting_id: int) -> HttpResponseBase:
    """Give results, points and statistics as a workbook."""
    sitting = _taken_out(request, sitting_id, Form.XLSX)
    target = TemporaryFile()  # noqa: SIM115 the response closes it
    write_workbook(target, _book(sitting))
    target.seek(0)
    return _named(FileResponse(target, content_type=_XLSX), sitting, Form.XLSX)


@require_safe
@login_required
@never_cache
def document(request: HttpRequest, sitting_id: int) -> HttpResponseBase:
    """Give the statistics and the list of results to print."""
    sitting = _taken_out(request, sitting_id, Form.PDF)
    made = to_pdf(result_document(sitting, _book(sitting)))
    return _named(HttpResponse(made, content_type="application/pdf"), sitting, Form.PDF)


def _taken_out(request: HttpRequest, sitting_id: int, form: Form) -> SittingView:
    """Return the sitting, if the person may grade it, after recording what they take."""
    staff, sitting, _rights = sitting_for(request, sitting_id, "grade")
    if request.method != "HEAD":
        exports.record_export(sitting_id, form, actor_id=staff.user_id)
    return sitting


def _book(sitting: SittingView) -> ResultBook:
    statistics = exam_statistics(sitting.exam_id, [sitting.id])
    return ResultBook(
        rows=list(rows_to_export(sitting.id)),
        lines=question_lines(sitting.exam_id, statistics, corrections_of(sitting.id)),
        statistics=statistics,
    )


def _named(response: HttpResponseBase, sitting: SittingView, form: Form) -> HttpResponseBase:
    name = f"results-{sitting.code}.{form.value}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@login_required
@never_cache
def sheet(request: HttpRequest, attempt_id: int) -> HttpResponse:
    """Give one student's result sheet to a grader."""
    paper = marked_paper(attempt_id)
    staff, _sitting, _rights = sitting_for(request, paper.sitting_id, "grade")
    exports.record_sheet(attempt_id, actor_id=staff.user_id)
    return _sheet(to_pdf(sheet_document(paper)), attempt_id)


@require_safe
@login_required
@never_cache
def own_sheet(request: HttpRequest, attempt_id: int) -> HttpResponse:
    """Give a student the own released result sheet; before that there is none."""
    paper = released_paper(attempt_id, int(request.user.pk or 0))
    made = to_pdf(sheet_document(paper, right=right_answers(paper.sitting_id)))
    return _sheet(made, attempt_id)


def _sheet(made: bytes, attempt_id: int) -> HttpResponse:
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="result-{attempt_id}.pdf"'
    return response
