"""Authors' pages about questions: choose a kind, write, move, delete; banks."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from exams import texts
from exams.domain.answer import QuestionKind
from exams.errors import NameTaken
from exams.forms_exams import BankForm
from exams.selectors.banks import banks_of_institution, questions_of_bank
from exams.selectors.exams import QuestionPlace, pool_of_exam, question_draft
from exams.selectors.pools import later_pools
from exams.services import authoring, questions
from exams.views.question_editor import EditorPage
from exams.views.staff_access import author_of, bank_for, exam_for, question_for


@login_required
def new_question(request: HttpRequest, exam_id: int, pool_id: int) -> HttpResponse:
    """Write a new question of a section: first its kind, then the rest."""
    _staff, exam = exam_for(request, exam_id)
    pool = pool_of_exam(exam_id, pool_id)
    context = {"exam": exam, "pool": pool}
    kind = _kind_of(request)
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
    kind = _kind_of(request)
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
    """Change a question of a draft or of a bank."""
    _staff, place = question_for(request, question_id)
    draft = question_draft(question_id)
    exam = exam_for(request, place.exam_id)[1] if place.exam_id else None
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


@require_POST
@login_required
def move_question(request: HttpRequest, question_id: int) -> HttpResponse:
    """Put a question at another place of its section."""
    _staff, place = question_for(request, question_id)
    order = request.POST.get("order", "")
    if order.isdecimal() and place.exam_id:
        questions.move_question(question_id, order=int(order[:6]))
    return redirect(home_of(place))


@login_required
def banks(request: HttpRequest) -> HttpResponse:
    """List the banks of the institution; a POST makes a new one."""
    staff = author_of(request)
    form = BankForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            bank_id = authoring.create_bank(
                institution_id=staff.institution_id, name=form.cleaned_data["name"]
            )
        except NameTaken:
            form.add_error("name", _("There is a bank of this name already."))
        else:
            return redirect("exams:bank", bank_id)
    context = {"banks": banks_of_institution(staff.institution_id), "form": form}
    return render(request, "exams/staff/banks.html", context)


@require_safe
@login_required
def bank(request: HttpRequest, bank_id: int) -> HttpResponse:
    """Show the questions of one bank."""
    _staff, seen = bank_for(request, bank_id)
    context = {"bank": seen, "questions": questions_of_bank(bank_id)}
    return render(request, "exams/staff/bank.html", context)


def home_of(place: QuestionPlace) -> str:
    """Return the page on which a question is listed: its exam's, else its bank's."""
    if place.exam_id:
        return reverse("exams:exam", args=[place.exam_id])
    return reverse("exams:bank", args=[place.bank_id])


def _kind_of(request: HttpRequest) -> QuestionKind | None:
    wanted = request.GET.get("kind", "")
    return next((kind for kind in QuestionKind if kind == wanted), None)


def _kinds() -> dict[str, object]:
    return {"kinds": [(kind.value, *words) for kind, words in texts.KINDS.items()]}
