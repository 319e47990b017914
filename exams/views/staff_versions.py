"""The versions of an exam: what changed between two, and an old one as the start of a new one."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy

from exams.domain.differences import Change, How, What
from exams.errors import NameTaken
from exams.forms_choice import ChoiceForm
from exams.forms_exams import ExamForm, PoolForm, VersionForm
from exams.forms_question import QuestionForm
from exams.selectors.versions import changes_of, versions_of
from exams.services import review
from exams.views.staff_access import exam_for

if TYPE_CHECKING:  # lazy texts have a type in the stubs only
    from django_stubs_ext import StrOrPromise as Text

_HOW: "dict[How, tuple[Text, str]]" = {
    How.ADDED: (gettext_lazy("added"), "ok"),
    How.REMOVED: (gettext_lazy("removed"), "critical"),
    How.MOVED: (gettext_lazy("moved"), "waiting"),
    How.CHANGED: (gettext_lazy("changed"), "attention"),
}
_FORMS: dict[What, type[Form]] = {
    What.EXAM: ExamForm,
    What.POOL: PoolForm,
    What.QUESTION: QuestionForm,
    What.CHOICE: ChoiceForm,
}


@login_required
def versions(request: HttpRequest, exam_id: int) -> HttpResponse:
    """List the versions and what changed between two; a POST starts a new version from one."""
    staff, exam = exam_for(request, exam_id)
    known = versions_of(exam)
    form = VersionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        source = _chosen(request.POST.get("source", ""), [one.id for one in known], exam_id)
        try:
            copy_id = review.new_version(
                source, version_label=form.cleaned_data["version_label"], actor_id=staff.user_id
            )
        except NameTaken:
            form.add_error("version_label", _("There is a version of this name already."))
        else:
            messages.success(request, _("This is the new version, a draft."))
            return redirect("exams:exam", copy_id)
    ids = [one.id for one in known]
    here = ids.index(exam_id)
    before = ids[min(here + 1, len(ids) - 1)]
    old = _chosen(request.GET.get("from", ""), ids, before)
    new = _chosen(request.GET.get("to", ""), ids, exam_id)
    context = {
        "exam": exam,
        "versions": known,
        "form": form,
        "old": old,
        "new": new,
        "lines": [_line(change) for change in changes_of(old, new)] if old != new else None,
    }
    return render(request, "exams/staff/versions.html", context)


def _chosen(given: str, known: list[int], usual: int) -> int:
    wanted = int(given[:18]) if given.isdecimal() else usual
    return wanted if wanted in known else usual


def _line(change: Change) -> dict[str, object]:
    word, tone = _HOW[change.how]
    return {
        "word": word,
        "tone": tone,
        "path": change.path,
        "label": _label(change),
        "before": change.before,
        "after": change.after,
        "has_values": bool(change.field),
    }


def _label(change: Change) -> "Text":
    """Return what the attribute is called in its form."""
    if change.field == "place":
        return _("Place")
    field = _FORMS[change.what].base_fields.get(change.field)
    return field.label or change.field if field else change.field
