"""A small site that answers as the real one does: sign-in form, JSON verbs, one socket.

It keeps what it was sent, so that a test reads what really went over the wire.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import WSMsgType, web

from rehearsal.plan import Login

TOKEN: Final = "t0ken"
PATIENCE_S: Final = 10.0
SITTING: Final = 3
CHAT: Final = "chat:5"
ANA: Final = Login("north", "1001", "sunny-river-stone", "Ana")
Frame = dict[str, Any]
Answer = Callable[[Frame], Frame]


@dataclass
class Room:
    """The class's chat: the first lease locks it, a hand-in gives it up, as the real one.

    Attributes:
        is_broken: Posts are taken in spite of the lock.
        seq: Number of the newest line.
        lines: Those that tell of an end of a lock; one is of an earlier sitting.
    """

    is_locked: bool = False
    is_broken: bool = False
    seq: int = 4
    lines: list[Frame] = field(default_factory=lambda: [{"kind": "unlock", "seq": 3}])

    @property
    def entries(self) -> list[Frame]:
        """What a candidate reads on coming in: nothing while the room is locked."""
        return [] if self.is_locked else self.lines

    def take(self, _frame: Frame) -> Frame:
        """Take a post, or refuse it."""
        if self.is_locked and not self.is_broken:
            return {"t": "err", "code": "chat_locked", "d": {}}
        self.seq += 1
        return {"t": "ack", "d": {"seq": self.seq, "at": 0, "again": False}}

    def give_up(self) -> Frame:
        """Unlock, and return what is pushed of it."""
        self.is_locked = False
        self.seq += 1
        self.lines.append({"kind": "unlock", "seq": self.seq})
        line = {"sitting": SITTING, "title": "Rehearsal"}
        return {"t": "chat.unlocked", "top": CHAT, "seq": self.seq, "at": 0, "d": line}


@dataclass
class Site:
    """What the site is told to answer, and what it heard.

    Attributes:
        faults: What the next requests meet: a status, or None for a cut connection.
        replies: "METHOD path" → the JSON answers in turn; the last one stays.
        calls: Name of a socket call → what becomes of it; others are acknowledged, if the socket
            follows the topic.
        snapshots: Topic → state in the answer to a subscription.
        room: The chat of the class.
        requests: (method and path, body) of every request that was served.
        frames: Every frame that came over the socket, of all connections.
    """

    base_url: str = ""
    faults: deque[int | None] = field(default_factory=deque)
    replies: dict[str, deque[tuple[int, Frame]]] = field(default_factory=dict)
    calls: dict[str, Answer] = field(default_factory=dict)
    snapshots: dict[str, Frame] = field(default_factory=dict)
    room: Room = field(default_factory=Room)
    requests: list[tuple[str, Frame]] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)

    @property
    def ws_url(self) -> str:
        """The address of the socket."""
        return f"{self.base_url.replace('http', 'ws')}/ws/"

    def reply(self, what: str, *answers: tuple[int, Frame]) -> None:
        """Answer "METHOD path" with these in turn; the last one again and again."""
        self.replies[what] = deque(answers)

    def bodies(self, what: str) -> list[Frame]:
        """Return the bodies that came to "METHOD path"."""
        return [body for name, body in self.requests if name == what]

    def heard(self, kind: str) -> list[Frame]:
        """Return the frames of one kind."""
        return [frame for frame in self.frames if frame["t"] == kind]

    async def push(self, *frames: Frame) -> None:
        """Send frames over the newest socket, as one array where there are several."""
        await self.sockets[-1].send_str(json.dumps(frames[0] if len(frames) == 1 else frames))

    async def cut(self) -> None:
        """Lose the newest socket without a word of farewell."""
        request = self.sockets[-1]._req
        assert request is not None
        assert request.transport is not None
        request.transport.abort()

    def _fault(self, request: web.Request) -> web.Response | None:
        """Return what this request meets in place of its answer, if anything."""
        if not self.faults or (fault := self.faults.popleft()) == 0:
            return None
        if fault is None:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(status=fault or 500, text="away")

    async def _login_page(self, request: web.Request) -> web.Response:
        field_ = f'<input type="hidden" name="csrfmiddlewaretoken" value="{TOKEN}">'
        page = web.Response(text=f"<form>{field_}</form>", content_type="text/html")
        page.set_cookie("csrftoken", "c00kie")
        return page

    async def _login(self, request: web.Request) -> web.Response:
        if fault := self._fault(request):
            return fault
        form = await request.post()
        self.requests.append(("sign-in", {**form, "referer": request.headers.get("Referer", "")}))
        known = (ANA.institution, ANA.identifier, ANA.password, TOKEN)
        given = tuple(
            form.get(name) for name in ("institution", "login", "password", "csrfmiddlewaretoken")
        )
        if given != known:
            return web.Response(text="<form>wrong</form>", content_type="text/html")
        answer = web.Response(status=302, headers={"Location": "/"})
        answer.set_cookie("sessionid", "s3ssion")
        return answer

    async def _api(self, request: web.Request) -> web.Response:
        if fault := self._fault(request):
            return fault
        if request.headers.get("X-CSRFToken", "") != request.cookies.get("csrftoken", ""):
            return web.json_response({"code": "csrf", "data": {}}, status=403)
        what = f"{request.method} {request.path}"
        self.requests.append((what, await request.json() if request.can_read_body else {}))
        answers = self.replies.get(what)
        if not answers:
            return web.json_response({"code": "not_found", "data": {}}, status=404)
        status, body = answers.popleft() if len(answers) > 1 else answers[0]
        if status == 200:
            await self._tell_the_room(request.path)
        return web.json_response(body, status=status)

    async def _tell_the_room(self, path: str) -> None:
        """Lock the chat with the first lease; push that a hand-in gives it up."""
        if path.endswith("/lease"):
            self.room.is_locked = True
        elif path.endswith("/submit") and self.room.is_locked:
            frame = json.dumps(self.room.give_up())
            for socket in self.sockets:
                if not socket.closed:
                    await socket.send_str(frame)

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=["invigil.v1"])
        await socket.prepare(request)
        self.origins.append(request.headers.get("Origin", ""))
        self.sockets.append(socket)
        await socket.send_json({"t": "hello", "d": {"user": 1, "server_time": 0, "conn": "c"}})
        followed: set[str] = set()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._serve(socket, json.loads(message.data), followed)
        return socket

    async def _serve(self, socket: web.WebSocketResponse, frame: Frame, followed: set[str]) -> None:
        self.frames.append(frame)
        if frame["t"] == "sub":
            followed.add(frame["top"])
            answer = self._snapshot(frame)
        elif frame["t"] == "hb":
            answer = {"t": "hb", "at": 0}
        elif frame["top"] not in followed:
            answer = {"re": frame["id"], "t": "err", "code": "not_subscribed", "d": {}}
        else:
            made = self.calls.get(frame["t"], acknowledge)(frame)
            if not made:
                return  # the site stays silent
            answer = {"re": frame["id"], **made}
        await socket.send_json(answer)

    def _snapshot(self, frame: Frame) -> Frame:
        topic = frame["top"]
        head, state = 0, self.snapshots.get(topic, {})
        if topic == CHAT:
            head, state = self.room.seq, {"entries": self.room.entries, **state}
        return {"t": "subd", "re": frame["id"], "top": topic, "head": head, "d": state}


def acknowledge(frame: Frame) -> Frame:
    """Say yes."""
    return {"t": "ack", "d": {"name": frame["t"]}}


def refuse(code: str) -> Answer:
    """Say no with a stable word."""
    return lambda _frame: {"t": "err", "code": code, "d": {}}


def silent(_frame: Frame) -> Frame:
    """Say nothing."""
    return {}


@asynccontextmanager
async def running_site(replies: Mapping[str, Frame] | None = None) -> AsyncIterator[Site]:
    """Serve the site on a free port of this machine."""
    site = Site()
    site.calls["chat.post"] = site.room.take
    for what, body in (replies or {}).items():
        site.reply(what, (200, body))
    app = web.Application()
    app.router.add_get("/accounts/login/", site._login_page)
    app.router.add_post("/accounts/login/", site._login)
    app.router.add_get("/ws/", site._socket)
    app.router.add_route("*", "/api/{rest:.*}", site._api)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield site
    finally:
        for socket in site.sockets:
            await socket.close()
        await runner.cleanup()


async def until(true: Callable[[], object]) -> None:
    """Wait for something that another task does."""
    async with asyncio.timeout(PATIENCE_S):
        while not true():  # noqa: ASYNC110 what is waited for has no event
            await asyncio.sleep(0.01)
