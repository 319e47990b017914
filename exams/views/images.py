"""Pictures of questions as the pages show them: clean ones only, to those who may see them."""

from typing import Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from exams.domain.images import TYPES
from scanner.domain import Purpose
from scanner.errors import UploadNotFound
from scanner.services import open_upload

A_YEAR_S: Final = 365 * 24 * 3600


@require_safe
@login_required
def question_image(request: HttpRequest, upload_id: UUID) -> FileResponse:
    """Give out one picture; what it shows never changes under its address.

    Raises:
        UploadNotFound: There is none, it is no picture of a question, or not this person's to see.
        NotClean: The scanner has not found it clean.
    """
    opened = open_upload(upload_id, viewer_id=int(request.user.pk or 0))
    if opened.card.purpose is not Purpose.QUESTION or opened.card.mime not in TYPES:
        opened.file.close()
        raise UploadNotFound
    response = FileResponse(opened.file, content_type=opened.card.mime)
    response["Content-Length"] = str(opened.card.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = f"private, max-age={A_YEAR_S}, immutable"
    response["ETag"] = f'"{opened.card.sha256}"'
    return response
