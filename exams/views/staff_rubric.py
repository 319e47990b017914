"""Authors' page of a rubric: criteria with levels, points that add up to those of the question."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from exams.domain.answer import PERSON_KINDS
from exams.domain.states import ExamState
from exams.errors import ExamUnknown
from exams.forms_marking import RubricEditor, with_one_more
from exams.selectors.exams import question_draft
from exams.selectors.rubrics import rubric_of
from exams.services import rubrics
from exams.views.staff_access import exam_for, question_for


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rubric(request: HttpRequest, question_id: int) -> HttpResponse:
    """Write the rubric of a question that a person marks; a frozen one can only be read."""
    _staff, place = question_for(request, question_id)
    draft = question_draft(question_id)
    if draft.kind not in PERSON_KINDS:
        raise ExamUnknown(question=question_id)
    exam = exam_for(request, place.exam_id)[1] if place.exam_id else None
    if exam and exam.state is not ExamState.DRAFT and not _posted(request):
        return redirect(f"{reverse('exams:exam_sheet', args=[exam.id])}#q{question_id}")
    asks_more = "more" in request.POST  # without scripts the server adds the row
    data = (
        (with_one_more(request.POST) if asks_more else request.POST) if _posted(request) else None
    )
    editor = RubricEditor(draft.kind, draft.points, rubric_of(question_id), data)
    if _posted(request) and not asks_more and editor.is_valid() and editor.rubric:
        rubrics.write_rubric(question_id, editor.rubric)
        messages.success(request, _("The rubric was saved."))
        return redirect("exams:question", question_id)
    context = {
        "question_id": question_id,
        "draft": draft,
        "editor": editor,
        "exam": exam,
    }
    bad = _posted(request) and not asks_more
    status = HTTPStatus.UNPROCESSABLE_ENTITY if bad else HTTPStatus.OK
    return render(request, "exams/staff/rubric.html", context, status=status)


def _posted(request: HttpRequest) -> bool:
    return request.method == "POST"
