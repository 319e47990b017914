"""`run.py up`: the whole stack on this machine, until somebody ends it."""

import http.client
import os
import socket
import time
from contextlib import suppress
from urllib.parse import urlsplit

from invigil.devstack import Options, lock_stack, open_engines
from invigil.launch import report
from invigil.launch.environment import EVERYWHERE, in_address
from invigil.launch.place import Place
from invigil.launch.ports import LOOPBACK, Ports, require_free
from invigil.launch.report import Stop, say, step
from invigil.launch.roles import background_roles, serving_roles
from invigil.launch.shell import Command, CommandFailed, Logged, run_logged
from invigil.launch.supervisor import Supervisor
from invigil.launch.tables import are_prepared, note_prepared

READY_S = 90.0


def run_stack(place: Place, options: Options, *, demo: bool) -> int:
    """Run the stack and return when it has ended.

    Args:
        place: The working copy; everything is written under its `var`.
        options: Ports and address.
        demo: Fill an empty database with the demo school.

    Raises:
        Stop: It cannot be started; nothing of it is left running.
    """
    require_ports(place, options)
    with open_engines(place, options) as supervisor:
        story = prepare_tables(supervisor, demo=demo)
        with step("Web, sockets, media, worker, clock"):
            story = start_roles(supervisor, options, story, demo=demo)
        supervisor.set_phase("ready", addresses(options))
        greet(options, story, time.time() - report.begun())  # noqa: TID251 see cli.main
        supervisor.watch()
        say("\nStopping: open requests and running tasks are finished first.")
    say("Stopped.")
    return 0


def require_ports(place: Place, options: Options) -> None:
    """Make sure that no other program has a port of the stack; a stack of ours says so itself.

    Raises:
        Stop: One is taken.
    """
    file = lock_stack(place)
    try:
        ports, host = options.ports, options.host
        require_free(host, ports.web, "web pages")
        require_free(host, ports.rt, "sockets")
        require_free(host, ports.sfu, "media", socket.SOCK_DGRAM)
        require_free(LOOPBACK, ports.metrics, "figures")
    finally:
        file.release()


def prepare_tables(supervisor: Supervisor, *, demo: bool) -> str:
    """Bring the tables up to date and fill an empty database, unless both are known to be done.

    Returns:
        Who can log in and what happens when; empty when there was nothing to do.

    Raises:
        Stop: It fails; the database's word on it is in the text.
    """
    place, address = supervisor.place, supervisor.env["DATABASE_URL"]
    if are_prepared(place, address):
        return ""
    argv = manage(place, "prepare", *([] if demo else ["--empty"]))
    log = place.logs / "manage.log"
    with step("Tables and demo school" if demo else "Tables"):
        try:
            story = run_logged(argv, log, cwd=place.root, env=supervisor.env)
        except CommandFailed as failed:
            raise Stop(
                f"The database could not be prepared: {failed.reason}.", f"Log: {log}"
            ) from None
        note_prepared(place, address)
    return story


def manage(place: Place, *words: str) -> Command:
    """Return a call of manage.py."""
    return [place.python, "manage.py", *words]


def start_roles(supervisor: Supervisor, options: Options, story: str, *, demo: bool) -> str:
    """Start every role, wait until pages and sockets are served, and return the demo's story.

    Args:
        supervisor: Its engines run and the tables are prepared.
        options: Ports and address.
        story: The demo's story where it is known already.
        demo: There is one.

    Raises:
        Stop: A role keeps ending, or does not answer in time.
    """
    for role in serving_roles(supervisor.place, options.ports, options.host, supervisor.env):
        supervisor.start(role)
    if demo and not story:
        story = tell_story(supervisor)
    host = LOOPBACK if options.host in EVERYWHERE else options.host
    public = urlsplit(addresses(options)["web"]).netloc
    web = (host, options.ports.web)
    supervisor.wait_until(lambda: serves_pages(web, public), "web", READY_S)
    supervisor.wait_until(lambda: _listens(host, options.ports.rt), "rt", READY_S)
    for role in background_roles(supervisor.place):
        supervisor.start(role)
    return story


def tell_story(supervisor: Supervisor) -> str:
    """Return who can log in and what happens when; costs no time, the roles start meanwhile."""
    place = supervisor.place
    argv, log = manage(place, "seed_demo", "--if-empty"), place.logs / "manage.log"
    with Logged(argv, log, cwd=place.root, env=supervisor.env) as command:
        supervisor.wait_until(command.has_ended, "manage", READY_S)
        try:
            return command.result()
        except CommandFailed as failed:
            raise Stop(f"The demo could not be shown: {failed.reason}.", f"Log: {log}") from None


def serves_pages(web: tuple[str, int], public: str) -> bool:
    """Tell whether pages are served to whoever asks for them by the address that is shown.

    Args:
        web: Where to connect.
        public: Host, with its port, as browsers name it; one that is not allowed is refused.
    """
    with suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection(*web, timeout=5)
        try:
            connection.request("GET", "/healthz", headers={"Host": public})
            return connection.getresponse().status < http.HTTPStatus.BAD_REQUEST
        finally:
            connection.close()
    return False


def _listens(host: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def addresses(options: Options) -> dict[str, str]:
    """Return where the parts of the stack answer."""
    host = LOOPBACK if options.host in EVERYWHERE else options.host
    shown = in_address(host)
    ports: Ports = options.ports
    return {
        "web": os.environ.get("SITE_URL") or f"http://{shown}:{ports.web}",
        "ws": f"ws://{shown}:{ports.rt}/ws/",
        "metrics": f"http://{LOOPBACK}:{ports.metrics}/metrics",
    }


def greet(options: Options, story: str, seconds: float) -> None:
    """Say where the stack is, who can log in and what happens when; log lines are left out."""
    told = [line for line in story.splitlines() if not line.startswith("{")]
    if told:
        say("\n" + "\n".join(told).strip())
    say(f"\nReady after {seconds:.1f} s: {addresses(options)['web']}   (Ctrl-C ends it)")
