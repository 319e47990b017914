"""Real servers as subprocesses, and a client that speaks the envelope."""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from kernel.tests.ports import free_port, wait_for_port

ROOT = Path(__file__).resolve().parents[3]
COMMANDS: dict[str, list[str]] = {
    "uvicorn": [
        "uvicorn", "realtime.tests.served:application", "--host", "127.0.0.1", "--port", "{port}",
        "--loop", "uvloop", "--ws", "websockets-sansio", "--ws-per-message-deflate", "false",
        "--ws-max-size", "65536", "--ws-ping-interval", "5", "--ws-ping-timeout", "10",
        "--log-level", "warning", "--timeout-graceful-shutdown", "5",
    ],
    "daphne": ["daphne", "-b", "127.0.0.1", "-p", "{port}", "-v", "0", "realtime.tests.served:application"],
}  # fmt: skip


@dataclass
class Server:
    """One running server; `prefix` separates its channel layer from that of other tests."""

    kind: str
    prefix: str
    env: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        self.port = self.port or free_port()
        command = [part.format(port=self.port) for part in COMMANDS[self.kind]]
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env={**os.environ, **self._environment()}
        )
        wait_for_port(self.port, self.process)
        return self

    def stop(self, number: int = signal.SIGTERM) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @property
    def origin(self) -> str:
        return "http://127.0.0.1:8000"

    def _environment(self) -> dict[str, str]:
        database = settings.DATABASES["default"]
        return {
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
            "DJANGO_SETTINGS_MODULE": "invigil.settings",
            "DATABASE_URL": (
                f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}"
                f":{database['PORT']}/{database['NAME']}"
            ),
            "REDIS_URL": settings.REDIS_URL,
            "REDIS_PREFIX": self.prefix,
            "TEST_PREFIX": self.prefix,
            "REALTIME_ALLOWED_ORIGINS": self.origin,
            "DJANGO_SECRET_KEY": settings.SECRET_KEY,
            "PYTHONWARNINGS": "default",
            **self.env,
        }


def new_prefix() -> str:
    return f"t{secrets.token_hex(4)}"


@contextlib.contextmanager
def running(kind: str, **env: str) -> Iterator[Server]:
    server = Server(kind, env.pop("prefix", "") or new_prefix(), env).start()
    try:
        yield server
    finally:
        server.stop()


class Tab:
    """A client: remembers every frame, in order."""

    def __init__(self, server: Server, session_key: str | None, **options: Any) -> None:
        headers = {} if session_key is None else {"Cookie": f"sessionid={session_key}"}
        subprotocols = options.pop("subprotocols", ["invigil.v1"])
        opening = connect(
            f"ws://127.0.0.1:{server.port}{options.pop('path', '/ws/')}",
            origin=options.pop("origin", server.origin),
            additional_headers=headers,
            subprotocols=subprotocols,
            compression=None,
            max_size=None,
            max_queue=None,  # reads on while a test only sends, else the end is never seen
            **options,
        )
        self.socket: ClientConnection = opening.__enter__()  # closed by close()
        self.frames: list[Any] = []
        self.close_code: int | None = None
        self._count = 0

    def send(self, **frame: Any) -> None:
        self.socket.send(json.dumps(frame))

    def flood(self, text: str, times: int) -> None:
        """Send `text` again and again, until the server has had enough of it or of us."""
        with contextlib.suppress(ConnectionClosed):
            for _ in range(times):
                self.socket.send(text)

    def hello(self) -> Any:
        return self.expect(lambda frame: frame["t"] == "hello")["d"]

    def ask(self, kind: str, topic: str, **more: Any) -> Any:
        """Send a request and return the answer to it."""
        self._count += 1
        request_id = f"r{self._count}"
        self.send(t=kind, id=request_id, top=topic, **more)
        return self.expect(lambda frame: frame.get("re") == request_id)

    def say(self, topic: str, body: str, kind: str = "talk.say") -> Any:
        return self.ask(kind, topic, d={"body": body})

    def expect(self, fits: Callable[[Any], object], timeout_s: float = 10) -> Any:
        """Return the first frame that fits, of those seen and those to come."""
        for frame in self.frames:
            if fits(frame):
                return frame
        deadline = time.monotonic() + timeout_s
        while True:
            for frame in self._receive(deadline - time.monotonic()):
                if fits(frame):
                    return frame

    def pushed(self, name: str) -> list[Any]:
        return [frame for frame in self.frames if frame["t"] == name]

    def drain(self, seconds: float) -> None:
        """Read whatever comes within `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                self._receive(deadline - time.monotonic())
            except (TimeoutError, ConnectionClosed):
                return

    def closed(self, timeout_s: float = 15) -> int:
        """Return the close code; fail when the server does not close in time."""
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                self._receive(deadline - time.monotonic())
            except ConnectionClosed as ended:
                return ended.rcvd.code if ended.rcvd else 1006

    def close(self) -> None:
        self.socket.close()

    def _receive(self, timeout_s: float) -> list[Any]:
        parsed = json.loads(self.socket.recv(timeout=max(0.001, timeout_s)))
        frames = parsed if isinstance(parsed, list) else [parsed]
        self.frames += frames
        return frames
