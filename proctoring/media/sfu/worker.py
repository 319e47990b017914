"""The worker process: `python -m proctoring.media.sfu.worker`. One UDP port, one core.

Environment: REDIS_URL, SFU_PORT (default 8002), SFU_PUBLIC_IPS (comma list; default 127.0.0.1 and
this machine's own IPv4 addresses), SFU_WORKER_ID (default host name and port).
"""

import asyncio
import gc
import ipaddress
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import ifaddr
import uvloop
from redis import asyncio as aioredis

from proctoring.media.sfu import logs
from proctoring.media.sfu.control import Control
from proctoring.media.sfu.engine import Sfu
from proctoring.media.sfu.ice import IceLite
from proctoring.media.sfu.loops import end
from proctoring.media.sfu.mux import UdpMux

log = logging.getLogger(__name__)

TICK_SECONDS: Final = 0.04
HOUSE_TICKS: Final = 5
MAX_HOSTS: Final = 8


class BadSettings(ValueError):
    """The environment makes no sense; the text says which variable and why."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says."""

    redis_url: str
    port: int
    hosts: tuple[str, ...]
    worker: str


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings.

    Raises:
        BadSettings: A variable is not what it should be.
    """
    try:
        port = int(environ.get("SFU_PORT", "8002"))
    except ValueError:
        raise BadSettings("SFU_PORT is not a number") from None
    if not 0 <= port <= 65535:
        raise BadSettings("SFU_PORT is not a UDP port")
    named = [host.strip() for host in environ.get("SFU_PUBLIC_IPS", "").split(",")]
    hosts = tuple(_ipv4(host) for host in named if host) or own_addresses()
    worker = environ.get("SFU_WORKER_ID") or f"{socket.gethostname()}-{port}"
    url = environ.get("REDIS_URL", "redis://127.0.0.1:8005/0")
    return Settings(url, port, hosts, "".join(c if c.isalnum() else "-" for c in worker)[:64])


def own_addresses() -> tuple[str, ...]:
    """Return 127.0.0.1 and up to seven of this machine's other IPv4 addresses."""
    found = [
        ipaddress.IPv4Address(ip.ip)
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
        if ip.is_IPv4
    ]
    others = [str(ip) for ip in found if not (ip.is_loopback or ip.is_link_local)]
    return ("127.0.0.1", *others[: MAX_HOSTS - 1])


def _ipv4(text: str) -> str:
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError:
        raise BadSettings(f"SFU_PUBLIC_IPS: {text!r} is not an IPv4 address") from None


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until `stop` is set.

    Raises:
        OSError: The UDP port is taken.
    """
    ice = IceLite()
    mux = UdpMux(ice, time.monotonic)
    port = mux.open(settings.hosts, settings.port)
    epoch = str(time.time_ns() // 1_000_000)
    redis = aioredis.Redis.from_url(settings.redis_url)
    control = Control(
        redis, worker=settings.worker, epoch=epoch, port=port, ips=",".join(settings.hosts)
    )
    async with asyncio.TaskGroup() as tasks:
        sfu = Sfu(
            name=f"{settings.worker}/{epoch}",
            ice=ice,
            addresses=tuple((host, port) for host in settings.hosts),
            spawn=tasks.create_task,
            emit=control.emit,
            clock=time.monotonic,
        )
        gc.collect()
        gc.freeze()
        loops = [control.beat(sfu), control.serve(sfu), control.tell(), _tick(sfu)]
        running = [tasks.create_task(loop) for loop in loops]
        log.info("media on udp port %d at %s", port, ", ".join(settings.hosts))
        await stop.wait()
        await control.leave()
        await end(running)
        for peer_id in list(sfu.peers):
            sfu.close(peer_id)
    mux.close()
    await redis.aclose()


async def _tick(sfu: Sfu) -> None:
    """Drive timed work: repeats every 40 ms, reports and housekeeping every 200 ms."""
    count = 0
    while True:
        await asyncio.sleep(TICK_SECONDS)
        count += 1
        try:
            sfu.tick()
            if count % HOUSE_TICKS == 0:
                sfu.keep_house(time.time())  # noqa: TID251 the media plane's own clock
        except Exception:  # a bug met by one peer must not end everybody's media; counted in logs
            log.exception("tick failed")


async def _main(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(settings, stop)


def main() -> int:
    """Run the worker; return the exit code."""
    logs.configure()
    try:
        settings = read_settings(os.environ)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_main(settings))
    except BadSettings as error:
        log.error("%s", error)  # noqa: TRY400 the message is all there is to say
        return 2
    except OSError as error:
        log.error("cannot open the media port: %s", error)  # noqa: TRY400 as above
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
