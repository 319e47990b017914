"""Authors' pages about question banks: the list, one bank with its search, rename, delete."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from exams import texts
from exams.errors import NameTaken
from exams.forms_exams import BankForm
from exams.selectors.banks import banks_of_institution, questions_of_bank
from exams.services import authoring
from exams.services.banks import delete_bank, rename_bank
from exams.views.staff_access import author_of, bank_for
from exams.views.staff_questions import kind_of, page_number
from kernel import wire


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
    """Show the questions of one bank, or those that fit a search and a kind."""
    _staff, seen = bank_for(request, bank_id)
    query, kind = wire.plain(request.GET.get("q", ""))[:200], kind_of(request)
    context = {
        "bank": seen,
        "page": questions_of_bank(bank_id, query=query, kind=kind, page=page_number(request)),
        "kept": urlencode({"q": query, "kind": kind or ""}),
        "query": query,
        "kind": kind,
        "kinds": [(one.value, words[0]) for one, words in texts.KINDS.items()],
        "others": [one for one in banks_of_institution(seen.institution_id) if one.id != bank_id],
        "form": BankForm(initial={"name": seen.name}),
    }
    return render(request, "exams/staff/bank.html", context)


@require_POST
@login_required
def rename(request: HttpRequest, bank_id: int) -> HttpResponse:
    """Give a bank another name."""
    bank_for(request, bank_id)
    form = BankForm(request.POST)
    if form.is_valid():
        try:
            rename_bank(bank_id, name=form.cleaned_data["name"])
        except NameTaken:
            messages.error(request, _("There is a bank of this name already."))
    return redirect("exams:bank", bank_id)


@require_POST
@login_required
def delete(request: HttpRequest, bank_id: int) -> HttpResponse:
    """Delete an empty bank."""
    staff, _bank = bank_for(request, bank_id)
    delete_bank(bank_id, actor_id=staff.user_id)
    messages.success(request, _("The bank was deleted."))
    return redirect("exams:banks")
