"""Authors' pages about questions: choose a kind, write, delete. Banks: staff_banks.py."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exams import texts
from exams.domain.answer import QuestionKind
from exams.domain.states import ExamState
from exams.selectors.exams import pool_of_exam, question_draft
from exams.selectors.pools import later_pools
from exams.services import questions
from exams.views.question_editor import EditorPage
from exams.views.staff_access import bank_for, exam_for, question_for
from exams.views.staff_places import home_of


@login_required
def new_question(request: HttpRequest, exam_id: int, pool_id: int) -> HttpResponse:
    """Write a new question of a section: first its kind, then the rest."""
    _staff, exam = exam_for(request, exam_id)
    pool = pool_of_exam(exam_id, pool_id)
    context = {"exam": exam, "pool": pool}
    kind = kind_of(request)
    if kind is None:
        return render(request, "exams/staff/question_kinds.html", context | _kinds())
    page = EditorPage(
        request,
        context,
        kind,
        later=later_pools(exam_id, pool_id),
        store=lambda draft: questions.add_question(pool_id, draft),
        back=reverse("exams:exam", args=[exam_id]),
    )
    return page.answer(_("The question was added."))


@login_required
def new_bank_question(request: HttpRequest, bank_id: int) -> HttpResponse:
    """Write a new question of a bank."""
    _staff, bank = bank_for(request, bank_id)
    kind = kind_of(request)
    if kind is None:
        return render(request, "exams/staff/question_kinds.html", {"bank": bank} | _kinds())
    page = EditorPage(
        request,
        {"bank": bank},
        kind,
        store=lambda draft: questions.add_bank_question(bank_id, draft),
        back=reverse("exams:bank", args=[bank_id]),
    )
    return page.answer(_("The question was added."))


@login_required
def question(request: HttpRequest, question_id: int) -> HttpResponse:
    """Change a question of a draft or of a bank; what was sent to review can only be read."""
    _staff, place = question_for(request, question_id)
    draft = question_draft(question_id)
    exam = exam_for(request, place.exam_id)[1] if place.exam_id else None
    if exam and exam.state is not ExamState.DRAFT and request.method == "GET":
        return redirect(f"{reverse('exams:exam_sheet', args=[exam.id])}#q{question_id}")
    bank = None if exam else bank_for(request, place.bank_id)[1]
    page = EditorPage(
        request,
        {"exam": exam, "bank": bank, "question_id": question_id},
        draft.kind,
        stored=draft,
        later=later_pools(exam.id, place.pool_id) if exam else None,
        store=lambda changed: questions.update_question(question_id, changed),
        back=home_of(place),
    )
    return page.answer(_("The question was saved."))


@require_POST
@login_required
def delete_question(request: HttpRequest, question_id: int) -> HttpResponse:
    """Delete a question of a draft or of a bank."""
    _staff, place = question_for(request, question_id)
    questions.delete_question(question_id)
    messages.success(request, _("The question was deleted."))
    return redirect(home_of(place))


def page_number(request: HttpRequest) -> int:
    """Return the page that the address asks for; the first one for anything that is no number."""
    wanted = request.GET.get("page", "")
    return int(wanted[:9]) if wanted.isdecimal() else 1


def kind_of(request: HttpRequest) -> QuestionKind | None:
    """Return the kind of question that the address names, if it is one."""
    wanted = request.GET.get("kind", "")
    return next((kind for kind in QuestionKind if kind == wanted), None)


def _kinds() -> dict[str, object]:
    return {"kinds": [(kind.value, *words) for kind, words in texts.KINDS.items()]}
