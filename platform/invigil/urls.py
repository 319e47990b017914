"""Includes of the apps' urls; nothing is routed here directly."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import URLPattern, URLResolver, include, path

from invigil.api import api, docs

# Signing in to the stock admin is signing in to the site, second step and limits included.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign] # allauth's way
# Second steps, addresses and groups change through their owners, or do not exist here.
admin.site.unregister([Group, EmailAddress, Authenticator])

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("monitoring.urls")),
    path("", include("web.urls")),
    path("", include("accounts.urls")),
    path("accounts/", include("accounts.login_urls")),
    path("admin/", admin.site.urls),
    path("", include("scanner.urls")),
    path("", include("notifications.urls")),
    path("api/docs", docs, name="api_docs"),
    path("api/v1/", api.urls),
    path("", include("exams.urls")),
    path("", include("proctoring.urls")),
    path("", include("chat.urls")),
]

handler400 = "web.answers.bad_request"
handler403 = "web.answers.forbidden"
handler404 = "web.answers.not_found"
handler429 = "web.answers.too_many"
handler500 = "web.answers.server_error"
