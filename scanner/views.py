"""HTTP of uploads: receive, status, content. Answers are JSON; content is always an attachment."""

from typing import Final, TypedDict
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from kernel import clock
from kernel.errors import DomainError
from scanner import selectors, services
from scanner.domain import parse_purpose
from scanner.errors import (
    FileRefused,
    FileTooLarge,
    SignInNeeded,
    StorageFailed,
    UploadAborted,
    UploadNotAllowed,
)
from scanner.readers import can_send_upload
from web.refusals import text_of

FORM_OVERHEAD_BYTES: Final = 16 * 1024  # boundaries, field names and the purpose
CONTENT_POLICY: Final = "sandbox; default-src 'none'"


class StatusBody(TypedDict):
    """What the browser learns about an upload; times are milliseconds since the epoch."""

    id: str
    name: str
    size: int
    mime: str
    purpose: str
    state: str
    reason: str
    received_at: int
    scanner: bool
    url: str | None


@csrf_exempt  # the token is checked by _receive, after the size was: checking reads the body
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Take one file (multipart: file, purpose) into quarantine; 201 once it is durable."""
    try:
        _user_id(request)
        _check_length(request)
        return _receive(request)
    except DomainError as error:
        return _refusal(error)


@csrf_protect
def _receive(request: HttpRequest) -> HttpResponse:
    file = _file(request)
    sender_id, purpose = _user_id(request), parse_purpose(request.POST.get("purpose", ""))
    if not can_send_upload(sender_id, purpose=purpose):
        raise UploadNotAllowed
    card = services.receive_upload(
        owner_id=sender_id,
        purpose=purpose,
        name=file.name or "",
        stream=file,
        size=file.size or 0,
    )
    status = selectors.upload_status(card.id, card.owner_id)
    return JsonResponse(_body(status), status=201)


@require_GET
def status(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Say where an upload stands."""
    try:
        found = selectors.upload_status(upload_id, _user_id(request))
    except DomainError as error:
        return _refusal(error)
    response = JsonResponse(_body(found))
    response["Cache-Control"] = "no-store"
    return response


@require_GET
def content(request: HttpRequest, upload_id: UUID) -> HttpResponse | FileResponse:
    """Give out a clean file, as an attachment that no browser may render or guess about."""
    opened = services.open_upload(upload_id, viewer_id=_user_id(request))
    response = FileResponse(
        opened.file,
        as_attachment=True,
        filename=opened.card.name,
        content_type=opened.card.mime,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = CONTENT_POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def _user_id(request: HttpRequest) -> int:
    if not request.user.is_authenticated or request.user.pk is None:
        raise SignInNeeded
    return int(request.user.pk)


def _check_length(request: HttpRequest) -> None:
    """Refuse by the announced length, before one byte of the body is read."""
    announced = int(request.META.get("CONTENT_LENGTH") or 0)
    if announced > settings.MAX_UPLOAD_BYTES + FORM_OVERHEAD_BYTES:
        raise FileTooLarge(limit_bytes=settings.MAX_UPLOAD_BYTES)


def _file(request: HttpRequest) -> "File[bytes]":
    try:
        file = request.FILES.get("file")
    except (UnreadablePostError, MultiPartParserError) as error:
        raise UploadAborted from error
    except OSError as error:
        raise StorageFailed(errno=error.errno) from error
    if not isinstance(file, File):
        raise FileRefused(reason="missing")
    return file


def _body(found: selectors.UploadStatus) -> StatusBody:
    card = found.card
    return {
        "id": str(card.id),
        "name": card.name,
        "size": card.size,
        "mime": card.mime,
        "purpose": card.purpose.value,
        "state": card.state.value,
        "reason": card.reason,
        "received_at": clock.to_millis(card.received_at),
        "scanner": found.has_scanner,
        "url": reverse("scanner:file", args=[card.id]) if card.is_clean else None,
    }


def _refusal(error: DomainError) -> JsonResponse:
    body = {"code": error.code, "detail": text_of(error.code, error.data), "data": error.data}
    return JsonResponse(body, status=error.http_status)
