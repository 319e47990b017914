"""/healthz (alive, touches nothing) and /readyz (an exam can run)."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.health import readiness


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that this process serves requests; never touches the database."""
    del request
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when an exam can run now, else 503 with the probe that says no."""
    del request
    probes = readiness()
    ready = all(probe.ok for probe in probes)
    body = {
        "ready": ready,
        "probes": {probe.name: {"ok": probe.ok, "detail": probe.detail} for probe in probes},
    }
    return JsonResponse(body, status=200 if ready else 503)
