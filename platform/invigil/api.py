"""/api/v1/: the documented JSON interface, its sign-in, its refusals and its documentation."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.docs import Swagger
from ninja.security import SessionAuth

from accounts.errors import Forbidden
from accounts.policies import AUTHORS
from accounts.selectors import roles_of
from exams.api.routers import router
from exams.errors import SignedOut
from kernel.errors import DomainError
from web.answers import answer, refuse
from web.refusals import text_of


class Session(SessionAuth):
    """The session of the site; every change needs its CSRF token in `X-CSRFToken`."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any | None:  # noqa: ANN401 ninja's own signature
        """Return the person, or nothing for a visitor."""
        del key
        return request.user if request.user.is_authenticated else None


class Documentation(Swagger):
    """Swagger's page in the frame of the site; everything it loads is served from here."""

    template = "web/api_docs.html"


api = NinjaAPI(
    title="Invigil",
    version="1",
    description=(
        "Exams, question pools, questions and answers for authors; attempts and responses "
        "for candidates. Sign in first; a change needs the CSRF cookie's token in X-CSRFToken. "
        "Refusals are problem details (RFC 9457) with a stable `code`, the number that the founding "
        "documents give it as `error_code`, or null, and `data`."
    ),
    urls_namespace="api",
    auth=Session(csrf=True),
    docs_url=None,
    openapi_url="/openapi.json",
)
api.add_router("", router)


@api.exception_handler(DomainError)
def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer a refusal of the domain."""
    return refuse(request, error)


@api.exception_handler(AuthenticationError)
def signed_out(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """Answer a visitor."""
    del error
    return refuse(request, SignedOut())


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer a body or a parameter that does not follow its shape: where, and what is wrong."""
    said = "; ".join(
        f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors[:20]
    )
    return answer(request, 422, "invalid_request", text_of("invalid_request"), {"faults": said})


@api.exception_handler(Http404)
def unknown(request: HttpRequest, error: Http404) -> HttpResponse:
    """Answer an address that names nothing."""
    del error
    return answer(request, 404, "not_found", text_of("not_found"))


@api.exception_handler(HttpError)
def malformed(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer a request that could not be read at all, for one a body that is not JSON."""
    code = "bad_request" if error.status_code < 500 else "server_error"
    return answer(request, error.status_code, code, text_of(code), {"faults": str(error)})


@never_cache
@login_required
def docs(request: HttpRequest) -> HttpResponse:
    """Show the interface's documentation to who writes exams.

    Raises:
        Forbidden: The person writes none.
    """
    roles = roles_of(request.user.pk or 0)
    if not (roles.is_operator or any(grant.role in AUTHORS for grant in roles.grants)):
        raise Forbidden
    return Documentation().render_page(request, api)
