"""Every answer that is not a success: JSON for scripts, a page of the design for people."""

import sys
from collections.abc import Mapping
from http import HTTPStatus

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from redis.exceptions import (
    ConnectionError as RedisConnectionError,
    TimeoutError as RedisTimeoutError,
)

from kernel.errors import DomainError
from web.context import frame
from web.problems import problem, wants_problem
from web.refusals import Value, text_of, title_of

# Nothing is wrong with the request: the same one will do in a moment.
AWAY = (OperationalError, InterfaceError, RedisConnectionError, RedisTimeoutError)


def wants_json(request: HttpRequest) -> bool:
    """Whether the client is a script: an /api/ path, or an Accept header for JSON and not HTML."""
    if request.path.startswith("/api/"):
        return True
    return request.accepts("application/json") and not request.accepts("text/html")


def refuse(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer a refusal of the domain with its code, translated text and data."""
    return answer(
        request, error.http_status, error.code, text_of(error.code, error.data), error.data
    )


def answer(
    request: HttpRequest,
    status: int,
    code: str,
    detail: str,
    data: Mapping[str, Value] | None = None,
) -> HttpResponse:
    """Answer with an error in the form the client asks for.

    Args:
        request: Decides between JSON and a page.
        status: HTTP status, 400 and above.
        code: Stable word for scripts.
        detail: Translated sentence for people.
        data: JSON-safe facts.
    """
    if wants_problem(request):
        return problem(status, code, detail, data or {})
    if wants_json(request):
        return JsonResponse(
            {"code": code, "detail": detail, "data": dict(data or {})}, status=status
        )
    context = {
        "status": status,
        "heading": title_of(status),
        "detail": detail,
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
        "can_retry": status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE},
    }
    return render(request, "web/refused.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400."""
    del exception
    return answer(request, 400, "bad_request", text_of("bad_request"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403."""
    del exception
    return answer(request, 403, "forbidden", text_of("forbidden"))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that came without a valid token: mostly a page that was open for too long."""
    structlog.get_logger(__name__).warning("csrf.failed", reason=reason)
    return answer(request, 403, "form_expired", text_of("form_expired"))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404."""
    del exception
    return answer(request, 404, "not_found", text_of("not_found"))


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 429; allauth finds it as the `handler429` of the URLs."""
    del exception
    response = answer(request, 429, "too_many", text_of("too_many"))
    response["Retry-After"] = "60"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 when the database or Redis is away; neither is touched here.

    Clients repeat what they may after a 503 and tell the person after a 500. Django calls this
    inside of its `except`, so the failure is the current exception.
    """
    away = isinstance(sys.exception(), AWAY)
    status, code = (503, "unavailable") if away else (500, "server_error")
    detail = text_of(code)
    if wants_problem(request):
        response: HttpResponse = problem(status, code, detail, {})
    elif wants_json(request):
        body = {"code": code, "detail": detail, "data": {}}
        response = JsonResponse(body, status=status)
    else:
        context = {
            "status": status,
            "heading": title_of(status),
            "detail": detail,
            "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
            "can_retry": True,
            "plain": True,
            **frame(request),
        }
        response = HttpResponse(render_to_string("web/refused.html", context), status=status)
    if away:
        response["Retry-After"] = "2"
    return response
