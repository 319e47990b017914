"""What the SMS provider calls: status reports and messages to our number. Signed, idempotent."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from notifications.errors import CallbackRefused
from notifications.services import reports

SIGNATURE = "X-Twilio-Signature"


@csrf_exempt  # the provider has no session here; its signature is checked instead
@require_POST
def report(request: HttpRequest, delivery_id: UUID, attempt: int) -> HttpResponse:
    """Take a status report; a repeated or late one is answered alike and changes nothing."""
    try:
        reports.record_report(
            delivery_id,
            attempt,
            path=request.get_full_path(),
            form=request.POST.dict(),
            signature=request.headers.get(SIGNATURE, ""),
        )
    except CallbackRefused:
        return HttpResponse(status=403)
    return HttpResponse(status=204)


@csrf_exempt  # the provider has no session here; its signature is checked instead
@require_POST
def incoming(request: HttpRequest) -> HttpResponse:
    """Take a message from a phone: STOP and START are obeyed, nothing is answered."""
    try:
        reports.record_incoming(
            path=request.get_full_path(),
            form=request.POST.dict(),
            signature=request.headers.get(SIGNATURE, ""),
        )
    except CallbackRefused:
        return HttpResponse(status=403)
    return HttpResponse("<Response/>", content_type="text/xml")
