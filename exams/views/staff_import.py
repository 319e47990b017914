"""GIFT import: send or paste, look at what it would do line by line, then take it over."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from exams.exchange import gift, gift_drafts
from exams.exchange.items import MAX_BYTES
from exams.forms_exams import ImportForm
from exams.views.staff_access import exam_for
from web.templatetags.web import digits

SHOWN = 300


@login_required
def upload(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Take the file or the text."""
    staff, exam = exam_for(request, exam_id)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        draft_id = gift_drafts.keep(form.data_bytes(MAX_BYTES), user_id=staff.user_id)
        return redirect("exams:import_preview", exam_id, draft_id)
    return render(request, "exams/staff/import_upload.html", {"form": form, "exam": exam})


@require_safe
@login_required
def preview(request: HttpRequest, exam_id: int, draft_id: str) -> HttpResponse:
    """Show what the import would do: each item, and each finding with its line."""
    staff, exam = exam_for(request, exam_id)
    data = gift_drafts.find(draft_id, user_id=staff.user_id)
    if data is None:
        return _gone(request, exam_id)
    seen = gift.preview(data)
    findings = sorted(seen.findings, key=lambda one: (not one.drops_item, one.line))
    context = {
        "exam": exam,
        "draft_id": draft_id,
        "seen": seen,
        "items": [item for item in seen.items if item.draft][:SHOWN],
        "findings": findings,  # all of them: nobody else says what was left out
        "hidden": max(0, seen.imported - SHOWN),
    }
    return render(request, "exams/staff/import_preview.html", context)


@require_POST
@login_required
def commit(request: HttpRequest, exam_id: int, draft_id: str) -> HttpResponse:
    """Write what the preview showed into the draft exam, all or nothing."""
    staff, _exam = exam_for(request, exam_id)
    data = gift_drafts.find(draft_id, user_id=staff.user_id)
    if data is None:
        return _gone(request, exam_id)
    seen = gift.import_into(exam_id, data)
    gift_drafts.forget(draft_id, user_id=staff.user_id)
    said = ngettext("%(n)s question was imported.", "%(n)s questions were imported.", seen.imported)
    messages.success(request, said % {"n": digits(seen.imported)})
    return redirect("exams:exam", exam_id)


def _gone(request: HttpRequest, exam_id: int) -> HttpResponse:
    messages.warning(request, _("The preview is too old. Choose the file again."))
    return redirect("exams:import", exam_id)
