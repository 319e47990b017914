"""The roles of the code base as commands; the same ones that the container images run."""

from collections.abc import Mapping, Sequence

from invigil.launch.place import Place
from invigil.launch.ports import Ports
from invigil.launch.supervisor import Role

WORKER = ("-Q", "grading,scans,media,default", "-c", "2")
# A batch of SMS waits for the provider for many seconds: with slots of its own it never holds up
# the exam clock. Threads wait as well as processes do, and share one process's memory.
NOTICES = ("-Q", "notices", "-P", "threads", "-c", "2")


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
        Role("worker", _worker(place, "worker", WORKER)),
        Role("notices", _worker(place, "notices", NOTICES)),
        Role("beat", _python(place, *beat)),
        Role("metrics", _python(place, "monitoring.exporter")),
    ]


def _python(place: Place, module: str, *words: str) -> list[str]:
    return [str(place.python), "-m", module, *words]


def _worker(place: Place, name: str, slots: Sequence[str]) -> list[str]:
    quiet = ("--without-gossip", "--without-mingle")
    named = ("-n", f"{name}@%h", "-l", "info")  # Celery warns when two have one name
    return _python(place, "celery", "-A", "invigil", "worker", *slots, *quiet, *named)


def _socket_server(place: Place, ports: Ports, host: str, server: str) -> list[str]:
    application = "invigil.asgi:application"
    if server == "daphne":
        return _python(place, "daphne", "-b", host, "-p", str(ports.rt), application)
    listen = ("--host", host, "--port", str(ports.rt), "--timeout-graceful-shutdown", "5")
    loop = ("--loop", "uvloop", "--ws", "websockets-sansio", "--no-access-log")
    frames = ("--ws-per-message-deflate", "false", "--ws-max-size", "65536")
    pings = ("--ws-ping-interval", "5", "--ws-ping-timeout", "10")  # ends half-open sockets
    return _python(place, "uvicorn", application, *listen, *loop, *frames, *pings)
