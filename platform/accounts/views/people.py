"""The people of an institution: list, one person, new people, classes."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import selectors, tries
from accounts.forms_people import ClassForm, NewPersonForm, PersonForm, RoleForm, show_refusal
from accounts.roles import Role
from accounts.services import memberships, passwords, people as services
from accounts.texts import ROLES
from accounts.views.scope import Scope, people_scope
from kernel.errors import DomainError
from kernel.wire import plain


@require_safe
@login_required
def people(request: HttpRequest) -> HttpResponse:
    """List people; search and filters are part of the address."""
    scope = people_scope(request)
    query = plain(request.GET.get("q", ""))
    role = next((each for each in Role if each == request.GET.get("role")), None)
    class_id = _number(request.GET.get("class", ""))
    page = selectors.people_page(
        scope.institution_id,
        query=query,
        class_id=class_id,
        role=role,
        page=_number(request.GET.get("page", "")) or 1,
    )
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "scope": scope,
        "page": page,
        "query": query,
        "role": role,
        "class_id": class_id,
        "roles": ROLES.items(),
        "classes": selectors.classes_of_institution(scope.institution_id),
        "is_filtered": bool(query or role or class_id),
        "kept": kept.urlencode(),
    }
    return render(request, "accounts/people/list.html", context)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@require_safe
@login_required
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show one person with everything that can be done for them."""
    return _person_page(request, people_scope(request), user_id)


def _person_page(
    request: HttpRequest,
    scope: Scope,
    user_id: int,
    *,
    form: PersonForm | None = None,
    role_form: RoleForm | None = None,
    password: str = "",
) -> HttpResponse:
    shown = selectors.person_view(user_id, scope.institution_id)
    initial = {
        "full_name": shown.name,
        "registration_number": shown.registration_number,
        "email": shown.email,
        "phone": shown.phone,
    }
    classes = selectors.classes_of_institution(scope.institution_id)
    context = {
        "scope": scope,
        "person": shown,
        "form": form or PersonForm(initial=initial),
        "role_form": role_form or RoleForm(classes=classes),
        "password": password,
        "blocked_until": tries.blocked_until(user_id),
    }
    refused = (form is not None and bool(form.errors)) or (
        role_form is not None and bool(role_form.errors)
    )
    return render(request, "accounts/people/person.html", context, status=422 if refused else 200)


@require_POST
@login_required
def change_person(request: HttpRequest, user_id: int) -> HttpResponse:
    """Change what the institution keeps of a person."""
    scope = people_scope(request)
    form = PersonForm(request.POST)
    if form.is_valid() and _saved(
        form,
        lambda: services.change_person(
            user_id=user_id,
            institution_id=scope.institution_id,
            actor_id=scope.actor_id,
            **form.cleaned_data,
        ),
    ):
        messages.success(request, _("Saved."))
        return redirect("accounts:person", user_id)
    return _person_page(request, scope, user_id, form=form)


def _saved(form: PersonForm | RoleForm | ClassForm, save: Callable[[], object]) -> bool:
    """Run a service; show its refusal at the field it is about."""
    try:
        save()
    except DomainError as error:
        show_refusal(form, error)
        return False
    return True


@require_POST
@login_required
def grant_role(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give a person a role."""
    scope = people_scope(request)
    selectors.person_view(user_id, scope.institution_id)
    form = RoleForm(request.POST, classes=selectors.classes_of_institution(scope.institution_id))
    if form.is_valid() and _saved(
        form,
        lambda: memberships.grant_role(
            user_id=user_id,
            institution_id=scope.institution_id,
            role=Role(form.cleaned_data["role"]),
            class_id=form.cleaned_data["class_id"],
            actor_id=scope.actor_id,
        ),
    ):
        messages.success(request, _("The role was given."))
        return redirect("accounts:person", user_id)
    return _person_page(request, scope, user_id, role_form=form)


@require_POST
@login_required
def suspend_role(request: HttpRequest, user_id: int, membership_id: int) -> HttpResponse:
    """Take a role away for now."""
    scope = people_scope(request)
    memberships.suspend_membership(
        membership_id=membership_id,
        institution_id=scope.institution_id,
        actor_id=scope.actor_id,
        reason=plain(request.POST.get("reason", ""))[:500],
    )
    messages.success(request, _("The role is suspended."))
    return redirect("accounts:person", user_id)


@require_POST
@login_required
def restore_role(request: HttpRequest, user_id: int, membership_id: int) -> HttpResponse:
    """Give a suspended role back."""
    scope = people_scope(request)
    memberships.restore_membership(
        membership_id=membership_id, institution_id=scope.institution_id, actor_id=scope.actor_id
    )
    messages.success(request, _("The role is active again."))
    return redirect("accounts:person", user_id)


@require_POST
@login_required
@never_cache
def issue_password(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give a person a new password and show it this one time."""
    scope = people_scope(request)
    password = passwords.issue_password(
        user_id=user_id, institution_id=scope.institution_id, actor_id=scope.actor_id
    )
    return _person_page(request, scope, user_id, password=password)


@require_POST
@login_required
def lift_tries(request: HttpRequest, user_id: int) -> HttpResponse:
    """Let a person sign in whom too many wrong tries keep out."""
    scope = people_scope(request)
    passwords.lift_tries(
        user_id=user_id, institution_id=scope.institution_id, actor_id=scope.actor_id
    )
    messages.success(
        request, _("This person can sign in from any device now. Do it within half an hour.")
    )
    return redirect("accounts:person", user_id)


@require_POST
@login_required
def set_active(request: HttpRequest, user_id: int) -> HttpResponse:
    """Close a person's account, or open it again."""
    scope = people_scope(request)
    if request.POST.get("active") == "1":
        services.reactivate_user(
            user_id=user_id, institution_id=scope.institution_id, actor_id=scope.actor_id
        )
        messages.success(request, _("The account is open again."))
    else:
        services.deactivate_user(
            user_id=user_id,
            institution_id=scope.institution_id,
            actor_id=scope.actor_id,
            reason=plain(request.POST.get("reason", ""))[:500],
        )
        messages.success(request, _("The account is closed."))
    return redirect("accounts:person", user_id)


@login_required
def new_person(request: HttpRequest) -> HttpResponse:
    """Create one person with a first role."""
    scope = people_scope(request)
    classes = selectors.classes_of_institution(scope.institution_id)
    form = NewPersonForm(request.POST or None, classes=classes)
    made: list[int] = []
    if (
        request.method == "POST"
        and form.is_valid()
        and _saved(form, lambda: made.append(_create_person(scope, form)))
    ):
        messages.success(request, _("The person was created. Give them a first password now."))
        return redirect("accounts:person", made[0])
    return render(request, "accounts/people/new.html", {"scope": scope, "form": form})


def _create_person(scope: Scope, form: NewPersonForm) -> int:
    typed = dict(form.cleaned_data)
    role, class_id = Role(typed.pop("role")), typed.pop("class_id")
    return services.create_person(
        institution_id=scope.institution_id,
        role=role,
        class_id=class_id,
        actor_id=scope.actor_id,
        **typed,
    ).id


@login_required
def classes(request: HttpRequest) -> HttpResponse:
    """List the classes and create one."""
    scope = people_scope(request)
    form = ClassForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and _saved(
            form,
            lambda: services.create_class(
                institution_id=scope.institution_id, actor_id=scope.actor_id, **form.cleaned_data
            ),
        )
    ):
        messages.success(request, _("The class was created."))
        return redirect("accounts:classes")
    context = {"scope": scope, "form": form, "rows": selectors.class_rows(scope.institution_id)}
    return render(request, "accounts/people/classes.html", context)
