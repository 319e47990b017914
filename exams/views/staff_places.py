"""Authors' acts that give questions and sections another place, by script or by plain forms."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST

from exams import texts
from exams.errors import JumpInvalid
from exams.forms_places import PlaceForm, ToBankForm
from exams.selectors.banks import banks_of_institution
from exams.selectors.exams import QuestionPlace, pool_of_exam, question_draft
from exams.selectors.pools import pool_places
from exams.services import pools, rearranging
from exams.views.staff_access import bank_for, exam_for, question_for
from web.templatetags.web import digits


@require_POST
@login_required
def move_question(request: HttpRequest, question_id: int) -> HttpResponse:
    """Put a question at another place of its section, or of the section named `pool`."""
    _staff, place = question_for(request, question_id)
    order, pool = request.POST.get("order", ""), request.POST.get("pool", "")
    if place.pool_id is None or not order.isdecimal():
        return _moved(request, home_of(place))
    pool_id = int(pool[:18]) if pool.isdecimal() else place.pool_id
    try:
        rearranging.place_question(question_id, pool_id=pool_id, order=int(order[:6]))
    except JumpInvalid:
        return _led_back(request, home_of(place))
    return _moved(request, home_of(place))


@require_POST
@login_required
def move_pool(request: HttpRequest, exam_id: int, pool_id: int) -> HttpResponse:
    """Put a section at another place of its exam."""
    exam_for(request, exam_id)
    pool_of_exam(exam_id, pool_id)
    home, order = reverse("exams:exam", args=[exam_id]), request.POST.get("order", "")
    if order.isdecimal():
        try:
            pools.move_pool(pool_id, order=int(order[:6]))
        except JumpInvalid:
            return _led_back(request, home)
    return _moved(request, home)


def _moved(request: HttpRequest, home: str) -> HttpResponse:
    return JsonResponse({}) if _is_script(request) else redirect(home)


def _led_back(request: HttpRequest, home: str) -> HttpResponse:
    """Refuse a place from which something would lead back, in words that fit a move."""
    if _is_script(request):
        body = {"code": JumpInvalid.code, "detail": str(texts.JUMP_BACK), "data": {}}
        return JsonResponse(body, status=JumpInvalid.http_status)
    messages.error(request, texts.JUMP_BACK)
    return redirect(home)


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


@login_required
def place(request: HttpRequest, question_id: int) -> HttpResponse:
    """Offer everything that gives one question another place; a POST does one of them."""
    staff, where = question_for(request, question_id)
    sections = [(one.id, one.name) for one in pool_places(where.exam_id)] if where.exam_id else []
    others = [one for one in sections if one[0] != where.pool_id]
    banks = [(one.id, one.name) for one in banks_of_institution(where.institution_id)]
    act = request.POST.get("act", "")
    place_form = PlaceForm(others, request.POST if act == "section" else None)
    bank_form = ToBankForm(banks, request.POST if act == "bank" else None)
    name = question_draft(question_id).name
    if act == "duplicate":
        copy = rearranging.duplicate_question(
            question_id, name=_("%(name)s (copy)") % {"name": name}
        )
        messages.success(request, _("This is the copy; the question stays as it is."))
        return redirect("exams:question", copy)
    if act == "section" and place_form.is_valid():
        try:
            rearranging.place_question(question_id, pool_id=place_form.cleaned_data["pool"])
        except JumpInvalid:
            place_form.add_error("pool", texts.JUMP_BACK)
        else:
            return redirect(home_of(where))
    if act == "bank" and bank_form.is_valid():
        bank_id = bank_form.cleaned_data["bank"]
        bank_for(request, bank_id)
        rearranging.copy_to_bank([question_id], bank_id)
        messages.success(request, _("A copy is in the bank now."))
        return redirect(home_of(where))
    context = {
        "question_id": question_id,
        "name": name,
        "exam": exam_for(request, where.exam_id)[1] if where.exam_id else None,
        "bank": None if where.exam_id else bank_for(request, where.bank_id)[1],
        "back": home_of(where),
        "place_form": place_form if others else None,
        "bank_form": bank_form if banks else None,
        "staff": staff,
    }
    return render(request, "exams/staff/place.html", context)


@require_POST
@login_required
def to_bank(request: HttpRequest, bank_id: int) -> HttpResponse:
    """Copy or move the ticked questions of a bank into another one."""
    _staff, bank = bank_for(request, bank_id)
    ticked = [int(one[:18]) for one in request.POST.getlist("question") if one.isdecimal()]
    target = request.POST.get("bank", "")
    if not (ticked and target.isdecimal()):
        messages.warning(request, _("Tick questions and choose a bank first."))
        return redirect("exams:bank", bank_id)
    for question_id in ticked:
        question_for(request, question_id)
    _staff, other = bank_for(request, int(target[:18]))
    act = (
        rearranging.move_to_bank if request.POST.get("act") == "move" else rearranging.copy_to_bank
    )
    count = act(ticked, other.id)
    said = ngettext(
        "%(n)s question is in “%(bank)s” now.", "%(n)s questions are in “%(bank)s” now.", count
    )
    messages.success(request, said % {"n": digits(count), "bank": other.name})
    return redirect("exams:bank", bank.id)


def home_of(where: QuestionPlace) -> str:
    """Return the page on which a question is listed: its exam's, else its bank's."""
    if where.exam_id:
        return reverse("exams:exam", args=[where.exam_id])
    return reverse("exams:bank", args=[where.bank_id])
