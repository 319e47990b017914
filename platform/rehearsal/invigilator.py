"""A simulated invigilator: watches the board and every camera, sends a few commands."""

import asyncio
import contextlib
import uuid
from typing import Any, Final

from aiortc import MediaStreamTrack, RTCPeerConnection
from aiortc.mediastreams import MediaStreamError

from rehearsal import camera
from rehearsal.browser import Browser
from rehearsal.live import CallRefused, Live
from rehearsal.plan import Login, WatchLog

SLOTS_PER_CONNECTION: Final = 36


class Invigilator:
    """Somebody with the wall open; everything it showed goes into `log`."""

    def __init__(self, login: Login, *, base_url: str, ws_url: str, sitting: int) -> None:
        self.login, self.sitting = login, sitting
        self.browser = Browser(base_url)
        self.live = Live(self.browser, ws_url)
        self.log = WatchLog()
        self._attempts: list[int] = []
        self._walls: list[RTCPeerConnection] = []
        self._watching: asyncio.Task[None] | None = None
        self._counting: set[asyncio.Task[None]] = set()

    async def arrive(self, attempts: list[int]) -> None:
        """Sign in and watch these attempts."""
        self._attempts = attempts
        await self.browser.sign_in(self.login)
        self.live.follow(f"wall:{self.sitting}", self._hear_wall)
        self.live.follow(f"media:{self.sitting}", self._hear_media)
        self.live.when_open(self._watch_again)

    def _hear_wall(self, frame: dict[str, Any]) -> None:
        if frame["t"] == "subd":
            self._note_rows(frame["d"]["rows"])
        elif frame["t"] == "wall.changed":
            self._note_rows({key: row for key, row in frame["d"].items() if key.isdigit()})
        elif frame["t"] == "err":
            self.log.problems.append(f"board refused: {frame.get('code')}")

    def _note_rows(self, rows: dict[str, dict[str, Any]]) -> None:
        for key, row in rows.items():
            self.log.board.setdefault(int(key), {}).update(row)

    def _hear_media(self, frame: dict[str, Any]) -> None:
        if frame["t"] == "media.reassign":
            self._watch_again()

    def _watch_again(self) -> None:
        if self._watching and not self._watching.done():
            self._watching.cancel()
        self._watching = asyncio.ensure_future(self._watch())

    async def _watch(self) -> None:
        for wall in self._walls:
            await wall.close()
        self._walls = []
        for first in range(0, len(self._attempts), SLOTS_PER_CONNECTION):
            await self._open_wall(self._attempts[first : first + SLOTS_PER_CONNECTION])

    async def _open_wall(self, attempts: list[int]) -> None:
        pause_s = 0.3
        while True:
            wall = camera.new_connection()
            self._walls.append(wall)  # from here on, whoever stops the watching closes it
            slots = [wall.addTransceiver("video", direction="recvonly") for _ in attempts]
            for slot in slots:
                slot.setCodecPreferences(camera.video_preferences())
            await wall.setLocalDescription(await wall.createOffer())
            shown = [{"source": f"attempt:{attempt}/camera", "layer": "q"} for attempt in attempts]
            body = {"offer": wall.localDescription.sdp, "slots": shown}
            try:
                answer = await self.live.call(f"media:{self.sitting}", "media.subscribe", body)
                await camera.accept(wall, answer["sdp"])
            except (CallRefused, ConnectionError):
                self._walls.remove(wall)
                await wall.close()
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, 5.0)
            else:
                for attempt, slot in zip(attempts, slots, strict=True):
                    self._count(attempt, slot.receiver.track)
                return

    def _count(self, attempt: int, track: MediaStreamTrack) -> None:
        task = asyncio.ensure_future(self._count_frames(attempt, track))
        self._counting.add(task)
        task.add_done_callback(self._counting.discard)

    async def _count_frames(self, attempt: int, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                await track.recv()
                self.log.frames[attempt] += 1

    async def command(self, kind: str, attempts: list[int], *, text: str, extra_s: int = 0) -> None:
        """Send one command; what is refused is noted as a problem."""
        body = {
            "command_id": str(uuid.uuid4()),
            "attempts": attempts,
            "kind": kind,
            "text": text,
            "extra_s": extra_s,
        }
        try:
            answer = await self.live.call(f"wall:{self.sitting}", "wall.command", body)
        except CallRefused as refusal:
            self.log.problems.append(f"{kind}: {refusal.code}")
            return
        refused = {key: code for key, code in answer["outcome"].items() if code != "issued"}
        self.log.commands_issued += len(answer["outcome"]) - len(refused)
        if refused:
            self.log.problems.append(f"{kind}: {refused}")

    async def leave(self) -> None:
        """Close everything."""
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        for wall in self._walls:
            await wall.close()
        await self.browser.http.close()
