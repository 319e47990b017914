"""The roles of the code base as commands; the same ones that the container images run."""

from collections.abc import Mapping

from invigil.launch.place import Place
from invigil.launch.ports import Ports
from invigil.launch.supervisor import Role

QUEUES = "grading,notices,scans,media,default"
WORKER_PROCESSES = "2"


def serving_roles(place: Place, ports: Ports, host: str, env: Mapping[str, str]) -> list[Role]:
    """Return what answers people: pages, sockets, media."""
    web = ("gunicorn", "-c", "platform/invigil/gunicorn.py", "invigil.wsgi:application")
    return [
        Role("web", _python(place, *web)),
        Role("rt", _socket_server(place, ports, host, env.get("ASGI_SERVER", ""))),
        Role("sfu", _python(place, "proctoring.media.sfu.worker")),
    ]


def background_roles(place: Place) -> list[Role]:
    """Return what works out of sight; started second, so that pages are there sooner."""
    beat = ("celery", "-A", "invigil", "beat", "-s", f"{place.var}/beat", "-l", "info")
    return [
        Role("worker", _worker(place)),
        Role("beat", _python(place, *beat)),
        Role("metrics", _python(place, "monitoring.exporter")),
    ]


def _python(place: Place, module: str, *words: str) -> list[str]:
    return [str(place.python), "-m", module, *words]


def _worker(place: Place) -> list[str]:
    quiet = ("--without-gossip", "--without-mingle")
    queues = ("-Q", QUEUES, "-c", WORKER_PROCESSES, "-l", "info")
    return _python(place, "celery", "-A", "invigil", "worker", *queues, *quiet)


def _socket_server(place: Place, ports: Ports, host: str, server: str) -> list[str]:
    application = "invigil.asgi:application"
    if server == "daphne":
        return _python(place, "daphne", "-b", host, "-p", str(ports.rt), application)
    listen = ("--host", host, "--port", str(ports.rt), "--timeout-graceful-shutdown", "5")
    loop = ("--loop", "uvloop", "--ws", "websockets-sansio", "--no-access-log")
    frames = ("--ws-per-message-deflate", "false", "--ws-max-size", "65536")
    pings = ("--ws-ping-interval", "5", "--ws-ping-timeout", "10")  # ends half-open sockets
    return _python(place, "uvicorn", application, *listen, *loop, *frames, *pings)
