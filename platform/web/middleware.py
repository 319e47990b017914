"""Turns a DomainError into the answer the client expects: JSON for /api/, a page otherwise."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from kernel.errors import DomainError


class DomainErrorMiddleware:
    """Answers refusals with their stable code and status; bugs pass through to the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a DomainError; leave anything else to Django."""
        if not isinstance(error, DomainError):
            return None
        if wants_json(request):
            body = {"code": error.code, "data": error.data}
            return JsonResponse(body, status=error.http_status)
        return render(request, "web/refused.html", {"error": error}, status=error.http_status)


def wants_json(request: HttpRequest) -> bool:
    """Whether the client is a script: an /api/ path or an Accept header that asks for JSON."""
    return request.path.startswith("/api/") or request.accepts("application/json") and not request.accepts("text/html")
