"""One candidate's look at the chat of the class: open, locked from the lobby on, open again."""

import asyncio
import contextlib
import random
import uuid
from enum import StrEnum
from typing import Any, Final

from rehearsal.live import CONNECTION, CallRefused, Live
from rehearsal.plan import ChatLog

EVERY_S: Final = 6.0
REOPENED_S: Final = 1.0
TEXT: Final = "what is the answer to question 3?"


class Phase(StrEnum):
    """What the candidate knows of the room at the moment a post is sent."""

    OPEN = "open"  # the lobby has not let the candidate in
    LOCKED = "locked"
    REOPENED = "reopened"  # the room has said that the sitting gave it up


class ChatProbe:
    """Posts to the class's room all the time and keeps in `log` what became of it.

    A post proves something only if it reaches the lock: so the room is followed like any other
    topic, and `chat_locked` is the one refusal that counts; every other is a problem. That the
    same posts are taken before the lobby and after the close shows that the lock refused them,
    and nothing else.
    """

    def __init__(self, live: Live, *, room: str, sitting: int, rng: random.Random) -> None:
        self.log = ChatLog()
        self._live, self._topic, self._sitting = live, f"chat:{room}", sitting
        self._rng = rng
        self._phase = Phase.OPEN
        self._wake = asyncio.Event()
        self._joined_at: int | None = None  # head of the room's log when it was first followed

    def follow(self) -> None:
        """Hear the room on every connection."""
        self._live.follow(self._topic, self._hear)

    def expect_lock(self) -> None:
        """The lobby is open: whatever is sent from here on must be refused."""
        self._enter(Phase.LOCKED)

    async def keep_posting(self) -> None:
        """Post now and then, and at once when something has changed; until the room is open again."""
        while not self.log.reopened:
            await self.post()
            pause_s = self._rng.uniform(0.5, 1.5) * EVERY_S
            if self._phase is Phase.REOPENED:
                pause_s = REOPENED_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._wake.wait()
            self._wake.clear()

    async def post(self) -> None:
        """Post once and note what became of it; a lost connection tells nothing."""
        phase = self._phase
        body = {"client_id": str(uuid.uuid4()), "body": TEXT}
        try:
            posted = await self._live.call(self._topic, "chat.post", body)
        except CallRefused as refusal:
            self._note_refusal(refusal.code, phase)
        else:
            self._note_taken(int(posted["seq"]), phase)

    def _note_refusal(self, code: str, phase: Phase) -> None:
        if code in CONNECTION:
            return
        if code != "chat_locked" or phase is Phase.REOPENED:
            self.log.problems.append(f"chat refused ({phase}): {code}")
        elif phase is Phase.LOCKED:
            self.log.refused += 1

    def _note_taken(self, seq: int, phase: Phase) -> None:
        match phase:
            case Phase.OPEN:
                self.log.opened += 1
            case Phase.LOCKED:  # late, unless the room turns out to have been given up before
                self.log.taken.append(seq)
            case Phase.REOPENED:
                self.log.reopened += 1

    def _hear(self, frame: dict[str, Any]) -> None:
        if frame["t"] == "err":
            self.log.problems.append(f"chat refused: {frame['code']}")
        elif frame["t"] == "chat.unlocked" and frame["d"]["sitting"] == self._sitting:
            self._note_unlock(int(frame["seq"]))
        elif frame["t"] == "subd":
            self._read_snapshot(int(frame["head"]), frame["d"]["entries"])

    def _read_snapshot(self, head: int, entries: list[dict[str, Any]]) -> None:
        """Find the unlock that was pushed while the connection was lost."""
        if self._joined_at is None:
            self._joined_at = head
        for entry in entries:  # none while the room is locked: a candidate does not read then
            if entry["kind"] == "unlock" and entry["seq"] > self._joined_at:
                self._note_unlock(int(entry["seq"]))

    def _note_unlock(self, seq: int) -> None:
        self.log.unlocked_at = seq
        self._enter(Phase.REOPENED)

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        self._wake.set()
