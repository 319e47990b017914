"""Refusals of /api/v1/ as problem details.

Source: RFC 9457. `code` is our stable word; `error_code` is the number that the founding
documents give to the same refusal.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, JsonResponse

from web.refusals import Value, title_of

API_ROOT: Final = "/api/v1/"
# Source: seed 002, exceptions of the exam system.
ERROR_CODES: Final[Mapping[str, int]] = {
    "exam_session_already_finished": 66,
    "invalid_response": 69,
    "response_already_received": 71,
    "result_final": 89,
    "exam_session_not_finished": 90,
}
CONTENT_TYPE: Final = "application/problem+json"


def wants_problem(request: HttpRequest) -> bool:
    """Whether the client talks to the documented interface."""
    return request.path.startswith(API_ROOT)


def problem(status: int, code: str, detail: str, data: Mapping[str, Value]) -> JsonResponse:
    """Answer with problem details.

    Args:
        status: HTTP status, 400 and above.
        code: Stable word for scripts.
        detail: Translated sentence for people.
        data: JSON-safe facts.
    """
    body: dict[str, Any] = {
        "type": f"/api/docs#{code}",
        "title": str(title_of(status)),
        "status": status,
        "detail": detail,
        "code": code,
        "error_code": ERROR_CODES.get(code),
        "data": dict(data),
    }
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)
