"""The script of the room's service worker: what lets a candidate reload without a network."""

from typing import Final

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from web import built

ENTRY: Final = "exams/ui/offline.entry.ts"
# The worker fetches from this site and loads nothing.
POLICY: Final = {"default-src": [NONE], "connect-src": [SELF]}


@require_safe
@csp(POLICY)
def worker(request: HttpRequest) -> HttpResponse:
    """Serve the worker's script, the same for everybody, asked for anew each time.

    It lies beside the rooms because a worker may only serve what is below its own address. It
    needs no sign-in: browsers look for a newer one whenever they like.
    """
    del request
    try:
        script = built.file_of(ENTRY).read_bytes()
    except (built.NotBuilt, FileNotFoundError) as error:
        raise Http404 from error
    return HttpResponse(
        script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )
