"""What the media tests play on: a Valkey of their own, a real worker process, a socket, a browser."""

import asyncio
import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import msgspec
from playwright.async_api import Browser, Page, async_playwright
from redis import asyncio as aioredis
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from kernel.errors import DomainError
from kernel.tests.engines import PrivateValkey
from kernel.tests.ports import free_port
from kernel.tests.programs import chromium_path, missing
from proctoring.media import messages
from proctoring.media.embedded import EmbeddedEngine
from proctoring.media.looks import Viewer
from proctoring.media.sfu import protocol
from proctoring.media.sfu.roundtrip import in_one_trip
from proctoring.media.signalling import MediaCaller, Signalling
from realtime.tasks import spawn

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
SITTING: Final = 1
ATTEMPTS: Final = {"ana": 1, "ben": 2}
CHROMIUM_FLAGS: Final = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]


@contextlib.contextmanager
def private_valkey() -> Iterator[str]:
    """Run a Valkey that nobody else uses; yields its URL."""
    valkey = PrivateValkey()
    try:
        yield valkey.start().url
    finally:
        valkey.stop()


@dataclass
class SfuProcess:
    """A real worker on loopback."""

    redis_url: str
    port: int = field(default_factory=lambda: free_port(socket.SOCK_DGRAM))
    name: str = "stage"
    process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start and wait for the first heartbeat of this life."""
        before = await self.epoch()
        environ = {
            "REDIS_URL": self.redis_url,
            "SFU_PORT": str(self.port),
            "SFU_PUBLIC_IPS": "127.0.0.1",
            "SFU_WORKER_ID": self.name,
        }
        self.process = launch_worker(environ)
        await until(lambda: self._lives_after(before), within=15)

    async def epoch(self) -> str | None:
        """Return which life of the worker beats, None while none does."""
        async with aioredis.Redis.from_url(self.redis_url) as redis:
            found = await ask(redis, "HGET", protocol.worker_key(self.name), "epoch")
        return None if found is None else str(found.decode())

    async def _lives_after(self, before: str | None) -> bool:
        return await self.epoch() not in {None, before}

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Signal the worker and wait for it; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(10)


def launch_worker(environ: Mapping[str, str], **options: Any) -> subprocess.Popen[Any]:
    """Start the worker's module as its supervisor does."""
    command = [sys.executable, "-m", "proctoring.media.sfu.worker"]
    paths = f"{ROOT}:{ROOT / 'platform'}"
    environment = {**os.environ, "PYTHONPATH": paths, **environ}
    return subprocess.Popen(command, env=environment, cwd=ROOT, **options)


async def ask(redis: aioredis.Redis, *command: str | bytes | float) -> Any:
    """Return the reply to one command."""
    (reply,) = await in_one_trip(redis, command)
    return reply


async def until(condition: Callable[[], Awaitable[bool]], *, within: float) -> None:
    """Wait for something that another process does."""
    async with asyncio.timeout(within):
        for pause in itertools.repeat(0.03):
            if await condition():
                return
            await asyncio.sleep(pause)


def compiled_modules(folder: Path) -> None:
    """Compile the browser modules to plain JavaScript, as the bundler would."""
    sources = [ROOT / "proctoring/ui" / f"{name}.ts" for name in ("camera", "videowall")]
    options = "--target es2022 --module esnext --moduleResolution bundler --skipLibCheck"
    command: list[str | Path] = [ROOT / "node_modules/.bin/tsc", *sources, "--outDir", folder]
    command += [*options.split(), "--ignoreConfig"]
    subprocess.run(command, cwd=folder, check=True)


class Stage:
    """A web server that serves the page and plays the part of gateway and topics."""

    def __init__(self, engine: EmbeddedEngine, folder: Path) -> None:
        self.signalling = Signalling(engine, self.push, self.note_looks)
        self.looks: list[frozenset[int]] = []
        self.pushed: list[tuple[str, str]] = []
        self.url = ""
        self._sending: asyncio.Task[None] | None = None
        self._folder = folder
        self._followers: dict[str, set[ServerConnection]] = {}

    async def note_looks(self, viewer: Viewer, attempt_ids: frozenset[int]) -> None:
        del viewer
        self.looks.append(attempt_ids)

    def push(self, topic: str, message: msgspec.Struct) -> None:
        name = str(message.__struct_config__.tag)
        self.pushed.append((topic, name))
        body = {key: value for key, value in msgspec.to_builtins(message).items() if key != "t"}
        frame = msgspec.json.encode({"t": name, "top": topic, "d": body}).decode()
        for follower in self._followers.get(topic, ()):
            self._sending = spawn(follower.send(frame), name="push")

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        async with serve(self._talk, "127.0.0.1", 0, process_request=self._page) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            self.url = f"http://localhost:{port}/"
            yield

    async def _page(self, connection: ServerConnection, request: Request) -> Response | None:
        path = urlsplit(request.path).path
        if path == "/ws":
            return None
        files = {"/": HERE / "media_page.html", "/media_page.js": HERE / "media_page.js"}
        file = files.get(path, self._folder / f"{path.strip('/').removesuffix('.js')}.js")
        if not file.is_file():
            return connection.respond(404, "")
        kind = "text/html" if file.suffix == ".html" else "text/javascript"
        body = file.read_bytes()
        headers = Headers({"Content-Type": kind, "Content-Length": str(len(body))})
        return Response(200, "OK", headers, body)

    async def _talk(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        who = parse_qs(urlsplit(connection.request.path).query)["who"][0]
        caller = MediaCaller(
            user_id=len(who),
            connection_id=str(connection.id),
            sitting_id=SITTING,
            attempt_id=ATTEMPTS.get(who),
            is_staff=who == "ivo",
        )
        try:
            async for frame in connection:
                await self._take(connection, caller, msgspec.json.decode(frame))
        except ConnectionClosed:
            pass
        finally:
            for followers in self._followers.values():
                followers.discard(connection)
            await self.signalling.connection_closed(caller.connection_id)

    async def _take(
        self, connection: ServerConnection, caller: MediaCaller, frame: dict[str, Any]
    ) -> None:
        if "sub" in frame:
            self._followers.setdefault(frame["sub"], set()).add(connection)
            room = await self.signalling.room(SITTING)
            snapshot = {"snap": frame["sub"], "d": msgspec.to_builtins(room)}
            await connection.send(msgspec.json.encode(snapshot).decode())
            return
        try:
            result = await self.perform(caller, frame["t"], msgspec.json.encode(frame["d"]))
            reply = {"re": frame["id"], "d": msgspec.to_builtins(result)}
        except DomainError as refusal:
            reply = {"re": frame["id"], "err": refusal.code}
        await connection.send(msgspec.json.encode(reply).decode())

    async def perform(self, caller: MediaCaller, name: str, body: bytes) -> msgspec.Struct | None:
        signalling = self.signalling
        kind = {c.__struct_config__.tag: c for c in messages.CALLS}[name]
        match msgspec.json.decode(body, type=kind):
            case messages.MediaPublish(attempt=attempt, offer=offer):
                return await signalling.handle_publish(caller, attempt, offer)
            case messages.MediaSubscribe(offer=offer, slots=slots):
                return await signalling.handle_subscribe(caller, SITTING, offer, slots)
            case messages.MediaSwitch(peer=peer, changes=changes):
                await signalling.handle_switch(caller, peer, changes)
            case messages.MediaRestart(peer=peer):
                return await signalling.handle_restart(caller, peer)
            case messages.MediaClose(peer=peer):
                await signalling.handle_close(caller, peer)
            case _:
                raise AssertionError(name)
        return None


@contextlib.asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    path = chromium_path()
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=path, args=CHROMIUM_FLAGS, ignore_default_args=["--headless"]
        )
        try:
            yield chromium
        finally:
            await chromium.close()


async def open_page(chromium: Browser, url: str) -> Page:
    context = await chromium.new_context(permissions=["camera", "microphone"])
    page = await context.new_page()
    await page.goto(url)
    await page.wait_for_function("window.startWall !== undefined")
    return page


@contextlib.asynccontextmanager
async def playing() -> AsyncIterator[tuple[Stage, SfuProcess, EmbeddedEngine]]:
    """Valkey, a worker, the adapter, signalling and the web server, all real."""
    if not (ROOT / "node_modules/.bin/tsc").exists():
        missing("the browser modules cannot be compiled: npm ci")
    with private_valkey() as url, tempfile.TemporaryDirectory() as folder:
        compiled_modules(Path(folder))
        worker = SfuProcess(url)
        await worker.start()
        engine = EmbeddedEngine(url)
        await engine.start()
        stage = Stage(engine, Path(folder))
        facts = spawn(stage.signalling.run(), name="facts")
        try:
            async with stage.open():
                yield stage, worker, engine
        finally:
            facts.cancel()
            await engine.stop()
            with contextlib.suppress(ProcessLookupError):
                worker.stop(signal.SIGKILL)
