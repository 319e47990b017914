"""The page of an exam with its right answers: what a second person reads before approving it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from exams.selectors.sheet import sheet_of_exam
from exams.views.staff_access import exam_for


@login_required
def sheet(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Show every question with its key, hint, feedback and rubric; nothing can be changed here."""
    _staff, seen = exam_for(request, exam_id)
    context = {"exam": seen, "sections": sheet_of_exam(exam_id)}
    return render(request, "exams/staff/exam_sheet.html", context)
