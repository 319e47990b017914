"""Authors' pages about how an exam is to be held: a form, and the same as a document."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from exams.domain.configuration import SCHEMA, faults_of, to_json
from exams.domain.documents import DocumentFault, UnreadableDocument, read_document, written
from exams.domain.states import ExamState
from exams.forms_configuration import ConfigurationForm, DocumentForm, configuration_as_given
from exams.selectors.configurations import configuration_of_exam
from exams.selectors.exams import ExamView
from exams.services.configuring import configure_exam
from exams.views.staff_access import exam_for

PAGE = require_http_methods(["GET", "HEAD", "POST"])


@PAGE
@login_required
def configuration(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Show how an exam is to be held; a POST changes a draft."""
    staff, exam = exam_for(request, exam_id)
    seen = configuration_of_exam(exam_id)
    form = ConfigurationForm(
        request.POST if request.method == "POST" else None, initial=configuration_as_given(seen)
    )
    if request.method == "POST" and form.is_valid():
        changed = configure_exam(exam_id, form.document(), actor_id=staff.user_id)
        _tell(request, changed=changed)
        return redirect("exams:configuration", exam_id)
    context = {**_context(exam), "form": form, "document_form": DocumentForm()}
    status = 422 if form.errors else 200
    return render(request, "exams/staff/configuration.html", context, status=status)


@PAGE
@login_required
def document(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Answer with the configuration as a file; a POST puts another document in its place."""
    staff, exam = exam_for(request, exam_id)
    if request.method != "POST":
        return _file(exam)
    form = DocumentForm(request.POST, request.FILES)
    faults: list[DocumentFault] = []
    if form.is_valid():
        found, faults = _read(form)
        if not faults:
            changed = configure_exam(exam_id, found, actor_id=staff.user_id)
            _tell(request, changed=changed)
            return redirect("exams:configuration", exam_id)
    seen = configuration_of_exam(exam_id)
    context = {
        **_context(exam),
        "form": ConfigurationForm(initial=configuration_as_given(seen)),
        "document_form": form,
        "faults": faults,
    }
    return render(request, "exams/staff/configuration.html", context, status=422)


@require_safe
@login_required
def schema(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Answer with the JSON Schema that documents are held against."""
    exam_for(request, exam_id)
    return attached(written(SCHEMA), "configuration.schema.json")


def _read(form: DocumentForm) -> tuple[dict[str, Any], list[DocumentFault]]:
    try:
        found = read_document(form.raw())
    except UnreadableDocument as refusal:
        return {}, [refusal.fault]
    faults = faults_of(found)
    return (found if isinstance(found, dict) else {}), faults


def _file(exam: ExamView) -> HttpResponse:
    complete = to_json(configuration_of_exam(exam.id))
    return attached(written(complete), f"exam-{exam.id}-configuration.json")


def attached(text: str, name: str) -> HttpResponse:
    """Answer with a JSON document as a file."""
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _context(exam: ExamView) -> dict[str, Any]:
    seen = configuration_of_exam(exam.id)
    return {
        "exam": exam,
        "configuration": seen,
        "is_draft": exam.state is ExamState.DRAFT,
        "raw": written(to_json(seen)),
    }


def _tell(request: HttpRequest, *, changed: bool) -> None:
    if changed:
        messages.success(request, _("Saved. It is approved together with the questions."))
    else:
        messages.info(request, _("It says the same as before; nothing has changed."))
