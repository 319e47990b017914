"""Home page, the browser's message catalogue and the component page."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog

from web import home as homepage

CATALOGUE_AGE_S = 365 * 86_400
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#2457d6"/>'
    '<path d="M5 16s4-7 11-7 11 7 11 7-4 7-11 7S5 16 5 16Z" fill="none" stroke="#fff" stroke-width="2.4"/>'
    '<path d="m12.500 16 2.500 2.500 5-5" fill="none" stroke="#fff" stroke-width="2.600"/></svg>'
)


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show what to do next."""
    return render(request, "web/home.html", {"cards": homepage.cards_for(request)})


@require_safe
def catalogue(request: HttpRequest, language: str) -> HttpResponseBase:
    """Serve the browser's texts of one language; the address carries the version."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        response = JavaScriptCatalog.as_view(packages=["web"])(request)
    versioned = "v" in request.GET
    response["Cache-Control"] = (
        f"public, max-age={CATALOGUE_AGE_S}, immutable" if versioned else "no-cache"
    )
    return response


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """Show every component of the design system, for those who build pages."""
    if not (settings.DEBUG or getattr(request.user, "is_superuser", False)):
        raise Http404
    return render(request, "web/design.html")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Serve the mark of the product."""
    del request
    return HttpResponse(
        LOGO, content_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"}
    )
