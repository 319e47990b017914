"""The import: send or paste, look at what it would change line by line, then write it.

A small file is written at once, a large one by a job; the page of the file says how far it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from exams.domain.imports import LARGE, ImportState
from exams.domain.outline_diff import Change, ImportMode, QuestionDiff
from exams.exchange.formats import Format, sniff
from exams.exchange.importing import Look, look_at, progress_of, run_import
from exams.exchange.items import MAX_BYTES
from exams.forms_import import CommitForm, ImportForm, NewExamForm
from exams.selectors.imports import ImportCard, import_card
from exams.services.imports import choose_import, fail_import, keep_import
from exams.texts_exchange import FORMATS, MODES
from exams.views.staff_access import author_of, bank_for, exam_for, staff_of
from kernel.errors import DomainError
from scanner.services import check_passing_file
from web.refusals import text_of
from web.templatetags.web import digits

SHOWN: Final = 300
_IN_FULL: Final = (Change.CHANGED, Change.NEW)
_BY_NAME: Final = (Change.UNCHANGED, Change.REMOVED)


@dataclass(frozen=True, slots=True)
class Target:
    """What a file is for: `name` and `url` of the exam or the bank, and where files are sent."""

    institution_id: int
    name: str
    url: str
    upload_url: str
    exam_id: int | None = None
    bank_id: int | None = None
    may_write: bool = True


def _exam_target(request: HttpRequest, exam_id: int) -> Target:
    _staff, exam = exam_for(request, exam_id)
    return Target(
        institution_id=exam.institution_id,
        name=exam.name,
        url=reverse("exams:exam", args=[exam_id]),
        upload_url=reverse("exams:import", args=[exam_id]),
        exam_id=exam_id,
    )


def _bank_target(request: HttpRequest, bank_id: int) -> Target:
    _staff, bank = bank_for(request, bank_id)
    return Target(
        institution_id=bank.institution_id,
        name=bank.name,
        url=reverse("exams:bank", args=[bank_id]),
        upload_url=reverse("exams:import_bank", args=[bank_id]),
        bank_id=bank_id,
    )


def _new_target(request: HttpRequest) -> Target:
    staff = author_of(request)
    return Target(
        institution_id=staff.institution_id,
        name="",
        url=reverse("exams:exams"),
        upload_url=reverse("exams:import_exam"),
    )


def _target_of(request: HttpRequest, card: ImportCard) -> Target:
    """Return what a kept file is for, if the person may still write it."""
    if card.exam_id is not None:
        return _exam_target(request, card.exam_id)
    return _bank_target(request, card.bank_id) if card.bank_id else _new_target(request)


@login_required
def upload(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Take a file for a draft exam."""
    return _upload(request, _exam_target(request, exam_id))


@login_required
def upload_bank(request: HttpRequest, bank_id: int) -> HttpResponse:
    """Take a file for a bank."""
    return _upload(request, _bank_target(request, bank_id))


@login_required
def upload_exam(request: HttpRequest) -> HttpResponse:
    """Take a file that becomes a new exam."""
    return _upload(request, _new_target(request))


def _upload(request: HttpRequest, target: Target) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data, name = form.data_bytes(MAX_BYTES), form.file_name()
        try:
            check_passing_file(data)
        except DomainError as error:
            form.add_error("file", text_of(error.code, error.data))
        else:
            import_id = keep_import(
                owner_id=staff_of(request).user_id,
                institution_id=target.institution_id,
                data=data,
                file_format=sniff(name, data).value,
                name=name,
                exam_id=target.exam_id,
                bank_id=target.bank_id,
            )
            return redirect("exams:import_preview", import_id)
    context = {"form": form, "target": target, "formats": FORMATS.values()}
    return render(request, "exams/staff/import_upload.html", context)


@require_safe
@login_required
def preview(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Show what a file would change, or what became of it."""
    card = import_card(import_id, owner_id=staff_of(request).user_id)
    target = _target_of(request, card)
    if card.state is ImportState.READY:
        return _look(request, card, target, None)
    done, total = progress_of(import_id)
    context = {
        "card": card,
        "target": target,
        "done": done,
        "total": total or card.imported,
    }
    return render(request, "exams/staff/import_state.html", context)


def _look(
    request: HttpRequest, card: ImportCard, target: Target, form: CommitForm | None
) -> HttpResponse:
    look = look_at(card)
    questions = look.diff.questions
    rows = [one for change in _IN_FULL for one in questions if one.change is change]
    context = {
        "card": card,
        "target": target,
        "look": look,
        "form": form or _blank_form(card, look),
        "format": FORMATS[Format(card.file_format)],
        "rows": [(one, _line(look, one)) for one in rows[:SHOWN]],
        "hidden": max(0, len(rows) - SHOWN),
        "others": [(change, *_names(questions, change)) for change in _BY_NAME],
        "pools": [one for one in look.diff.pools if one.change is not Change.UNCHANGED],
        # all of them: nobody else says what was left out
        "findings": sorted(look.seen.findings, key=lambda one: (not one.drops_item, one.line)),
        "counts": [(change, look.diff.count(change)) for change in Change],
        "modes": [(mode, *words) for mode, words in MODES.items()],
        "fault": text_of(str(card.fault["code"])) if card.fault else "",
        "fault_detail": card.fault.get("xml_id") or card.fault.get("field") or "",
        "is_new_exam": card.exam_id is None and card.bank_id is None,
    }
    status = 200 if form is None else 422
    return render(request, "exams/staff/import_preview.html", context, status=status)


def _names(questions: Sequence[QuestionDiff], change: Change) -> tuple[list[str], int]:
    """Return the first names of the questions to which this happens, and how many more there are."""
    names = [one.name for one in questions if one.change is change]
    return names[:SHOWN], max(0, len(names) - SHOWN)


def _line(look: Look, one: QuestionDiff) -> int:
    return look.lines.get(one.new, 0) if one.new else 0


def _blank_form(card: ImportCard, look: Look) -> CommitForm:
    if card.exam_id is not None or card.bank_id is not None:
        return CommitForm(initial={"mode": ImportMode.NEW})
    header = look.outline.header
    name = header.name if header else card.name.rpartition(".")[0]
    return NewExamForm(
        initial={"name": name, "version_label": header.version_label if header else "1"}
    )


@require_POST
@login_required
def commit(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Write a file as chosen, all or nothing: at once, or by a job when it is large."""
    staff = staff_of(request)
    card = import_card(import_id, owner_id=staff.user_id)
    target = _target_of(request, card)
    is_new = target.exam_id is None and target.bank_id is None
    form = (NewExamForm if is_new else CommitForm)(request.POST)
    if not form.is_valid():
        return _look(request, card, target, form)
    look = look_at(card)
    is_large = look.seen.imported >= LARGE
    choice = {name: form.cleaned_data[name] for name in form.cleaned_data if name != "mode"}
    choose_import(
        import_id,
        owner_id=staff.user_id,
        mode=form.cleaned_data["mode"] or ImportMode.NEW,
        choice=choice,
        total=look.seen.imported,
        as_job=is_large,
    )
    if is_large:
        return redirect("exams:import_preview", import_id)
    try:
        run_import(import_id)
    except DomainError as error:
        fail_import(import_id, error)
        return _look(request, import_card(import_id, owner_id=staff.user_id), target, form)
    return _done(request, import_card(import_id, owner_id=staff.user_id))


def _done(request: HttpRequest, card: ImportCard) -> HttpResponse:
    said = ngettext("%(n)s question was imported.", "%(n)s questions were imported.", card.imported)
    messages.success(request, said % {"n": digits(card.imported)})
    if card.changed or card.removed or card.reported:
        more = _("Changed: %(changed)s. Removed: %(removed)s. Not imported: %(reported)s.")
        counts = {name: digits(getattr(card, name)) for name in ("changed", "removed", "reported")}
        messages.info(request, more % counts)
    return redirect(_target_of(request, card).url)


@require_safe
@login_required
def status(request: HttpRequest, import_id: UUID) -> JsonResponse:
    """Say where a file stands, for the page that waits."""
    card = import_card(import_id, owner_id=staff_of(request).user_id)
    done, total = progress_of(import_id)
    answer = JsonResponse(
        {"state": card.state.value, "done": done, "total": total or card.imported}
    )
    answer["Cache-Control"] = "no-store"
    return answer
