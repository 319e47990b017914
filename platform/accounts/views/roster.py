"""Class lists: upload, preview, import."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.domain.roster import Outcome, Plan, Step
from accounts.domain.sheet import SHOWN, example_file, heading_of
from accounts.errors import RosterUnreadable
from accounts.forms_people import RosterForm, RosterOptionsForm, region_of
from accounts.roles import Role
from accounts.services import roster as services
from accounts.texts import COLUMN_NOTES, OUTCOMES, UNREADABLE
from accounts.views.scope import people_scope
from kernel.numerals import is_persian

SHOWN_ROWS = 300


@login_required
def upload(request: HttpRequest) -> HttpResponse:
    """Take the file of a class list."""
    scope = people_scope(request)
    initial = {"region": region_of(scope.institution)}
    form = RosterForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            draft_id = services.upload_roster(
                institution_id=scope.institution_id,
                actor_id=scope.actor_id,
                file_name=sent.name,
                raw=sent.read(services.MAX_BYTES + 1),
                region=form.cleaned_data["region"],
            )
        except RosterUnreadable as error:
            text = UNREADABLE[str(error.data["reason"])]
            form.add_error("file", str(text) % {"about": error.data["about"]})
        else:
            return redirect("accounts:roster_preview", draft_id)
    context = {"scope": scope, "form": form, "columns": _columns()}
    return render(request, "accounts/people/upload.html", context)


def _columns() -> list[tuple[str, str]]:
    """Return heading and note of every column, as the page explains them."""
    roles = ", ".join(role.value for role in Role if role is not Role.STUDENT)
    roles = f"\u2066{roles}\u2069"  # a list of English words keeps its order in a Persian sentence
    return [
        (heading_of(field, persian=is_persian()), str(COLUMN_NOTES[field]) % {"roles": roles})
        for field in SHOWN
    ]


@require_safe
@login_required
def example(request: HttpRequest) -> HttpResponse:
    """Give a class list to fill in, with headings in the language of the page."""
    people_scope(request)
    content = example_file(persian=is_persian())
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="class-list.csv"'
    return response


@login_required
def preview(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Show what the import would do, row by row; a POST changes the options."""
    scope = people_scope(request)
    if request.method == "POST":
        options = RosterOptionsForm(request.POST)
        options.is_valid()
        services.change_options(
            draft_id=draft_id, institution_id=scope.institution_id, **options.cleaned_data
        )
        return redirect("accounts:roster_preview", draft_id)
    shown = services.preview_roster(draft_id=draft_id, institution_id=scope.institution_id)
    only = next((each for each in Outcome if each == request.GET.get("show")), None)
    steps = _chosen(shown.plan, only)
    context = {
        "scope": scope,
        "preview": shown,
        "options": RosterOptionsForm(
            initial={
                "creates_classes": shown.creates_classes,
                "gives_passwords": shown.gives_passwords,
            }
        ),
        "steps": steps[:SHOWN_ROWS],
        "hidden": max(0, len(steps) - SHOWN_ROWS),
        "only": only,
        "counts": [(each, OUTCOMES[each][0], shown.plan.count(each)) for each in Outcome],
        "wanted": len(shown.plan.steps) - shown.plan.count(Outcome.SAME),
    }
    return render(request, "accounts/people/preview.html", context)


def _chosen(plan: Plan, only: Outcome | None) -> list[Step]:
    """Return the rows to show; without a choice, those with errors come first."""
    if only is not None:
        return [step for step in plan.steps if step.outcome is only]
    return sorted(plan.steps, key=lambda step: step.outcome is not Outcome.REFUSED)


@require_POST
@login_required
@never_cache
def commit(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Import the list as previewed, and show the first passwords this one time."""
    scope = people_scope(request)
    imported = services.import_roster(
        draft_id=draft_id,
        institution_id=scope.institution_id,
        actor_id=scope.actor_id,
        digest=request.POST.get("digest", ""),
    )
    return render(request, "accounts/people/imported.html", {"scope": scope, "imported": imported})
