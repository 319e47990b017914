"""A site without a database, for tests of the server in front of it: answers what it was sent."""

from collections.abc import Callable, Iterable
from typing import Any

BIG_BYTES = 200_000


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Return the body; for /big as many bytes as a page's script has."""
    sent = environ["wsgi.input"].read()
    answer = b"x" * BIG_BYTES if environ["PATH_INFO"] == "/big" else sent
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]
