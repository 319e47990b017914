"""What every page knows: the socket's address and the release."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Return the template variables shared by all pages."""
    hostname = request.get_host().rsplit(":", 1)[0]
    scheme = "wss" if request.is_secure() else "ws"
    url = settings.RT_PUBLIC_URL or f"{scheme}://{hostname}:{settings.RT_PORT}"
    return {"ws_url": f"{url.rstrip('/')}/ws/"}
