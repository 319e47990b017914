"""The environment of every process of a stack, made again from var/ by whoever needs it."""

import os
import socket
from contextlib import suppress

from invigil.launch.place import Place
from invigil.launch.ports import LOOPBACK, Ports
from invigil.launch.postgres import DATABASE, USER
from invigil.launch.secrets_file import kept_secret

NO_COMPILED_CODE = "PYTHONDONTWRITEBYTECODE"
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 names of a choice the person makes with --host


def tool_environment(place: Place) -> dict[str, str]:
    """Return what a tool of the working copy needs to find the packages and the programs.

    Compiled code is always kept, beside the packages and never among the sources: without it each
    process of a stack compiles the framework anew, which is more than half of its start.
    """
    outside = {name: value for name, value in os.environ.items() if name != NO_COMPILED_CODE}
    return {
        **outside,
        "PYTHONPYCACHEPREFIX": str(place.python.parent.parent / "pycache"),
        "PYTHONPATH": f"{place.root}{os.pathsep}{place.root / 'platform'}",
        "PATH": f"{place.python.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "DJANGO_SETTINGS_MODULE": "invigil.settings",
        "PYTHONUNBUFFERED": "1",
    }


def stack_environment(place: Place, ports: Ports, host: str = LOOPBACK) -> dict[str, str]:
    """Return the environment of the roles; what is set outside already wins.

    Raises:
        Stop: var/ cannot be written to.
    """
    var = place.var
    defaults = {
        "DATABASE_URL": database_url(place, ports),
        "REDIS_URL": f"redis://:{kept_secret(var / 'valkey_password')}@{LOOPBACK}:{ports.valkey}/0",
        "DJANGO_SECRET_KEY": kept_secret(var / "secret_key"),
        "DJANGO_DEBUG": "0",
        "DJANGO_ALLOWED_HOSTS": ",".join(allowed_hosts(host)),
        "MEDIA_DIR": str(var / "media"),
        "QUARANTINE_DIR": str(var / "uploads" / "quarantine"),
        "CLEAN_DIR": str(var / "uploads" / "clean"),
        "SFU_PUBLIC_IPS": ",".join(media_addresses(host)),
        "ASGI_SERVER": "uvicorn",
    }
    fixed = {
        "HOST": host,
        "PORT": str(ports.web),
        "RT_PORT": str(ports.rt),
        "SFU_PORT": str(ports.sfu),
        "METRICS_PORT": str(ports.metrics),
        "VAR_DIR": str(var),
        "PROMETHEUS_MULTIPROC_DIR": str(place.run / "metrics"),
    }
    given = {name: value for name, value in tool_environment(place).items() if value}
    return {**defaults, **given, **fixed}


def database_url(place: Place, ports: Ports, name: str = DATABASE) -> str:
    """Return the address of the embedded PostgreSQL, or of one of its databases."""
    password = kept_secret(place.var / "postgres_password")
    return f"postgres://{USER}:{password}@{LOOPBACK}:{ports.postgres}/{name}"


def allowed_hosts(host: str) -> list[str]:
    """Return the host names that web and sockets answer to, as they stand in an address."""
    names = (in_address(one) for one in addresses(host))
    return list(dict.fromkeys([LOOPBACK, "localhost", *names]))


def media_addresses(host: str) -> list[str]:
    """Return the addresses that browsers send pictures to: the media server speaks IPv4 only."""
    return [one for one in addresses(host) if ":" not in one] or [LOOPBACK]


def in_address(host: str) -> str:
    """Return a host as it stands before the colon of a port: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def addresses(host: str) -> list[str]:
    """Return the addresses under which a listener on `host` is reached."""
    if host not in EVERYWHERE:
        return [host]
    return [address for address in (_outward_address(), LOOPBACK) if address]


def _outward_address() -> str:
    """Return this machine's address in its network; a UDP socket sends nothing by connecting."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # TEST-NET-1, RFC 5737
        return str(probe.getsockname()[0])
    return ""
