"""One's own account: language and profile."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import selectors
from accounts.forms import ProfileForm
from accounts.services import profile as profiles
from accounts.views.scope import own_id


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the language of this browser, and of the person's profile when signed in."""
    language = request.POST.get("language", "")
    response = HttpResponseRedirect(_safe_next(request))
    if language not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        profiles.set_locale(user_id=request.user.pk, locale=language)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 86_400,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else "/"


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Show and change one's own profile."""
    person_id = own_id(request)
    own = selectors.own_profile(person_id)
    form = ProfileForm(
        request.POST or None,
        initial={"locale": own.locale, "time_zone": own.time_zone, "phone": own.phone},
    )
    if request.method == "POST" and form.is_valid():
        profiles.update_profile(user_id=person_id, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("accounts:profile")
    context = {"form": form, "own": own, "classes": selectors.classes_of(person_id)}
    return render(request, "accounts/profile.html", context)
