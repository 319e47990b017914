"""An exam as a file: everything its author wrote, keys included; for authors only."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from exams.exchange.exam_xml_write import write_exam
from exams.selectors.outlines import exam_outline
from exams.views.staff_access import exam_for


@require_safe
@login_required
def exam_xml(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Send an exam as XML by exams/exchange/exam.rng."""
    _staff, exam = exam_for(request, exam_id)
    document = write_exam(exam_outline(exam_id).outline)
    answer = HttpResponse(document, content_type="application/xml; charset=utf-8")
    name = f"{slugify(exam.name, allow_unicode=True) or 'exam'}.xml"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    answer["Cache-Control"] = "no-store"
    return answer
