"""One simulated candidate: signs in, sends a camera, answers, tries the chat, hands in."""

import asyncio
import random
import time
from collections.abc import Container, Iterator
from typing import Any, Final, NamedTuple

from aiortc import RTCPeerConnection

from rehearsal import camera
from rehearsal.answers import answer_to, text_beside
from rehearsal.browser import Browser, Refused
from rehearsal.chat_probe import ChatProbe
from rehearsal.live import CONNECTION, CallRefused, Live
from rehearsal.plan import Log, Login, Options

BATCH: Final = 20
START_POLL_S: Final = 0.5
ACK_AGAIN_S: Final = 0.5
PAUSED_S: Final = 1.0


class Entered(NamedTuple):
    """What a candidate gave to one question, and its number."""

    seq: int
    value: Any
    text: str | None


class Student:
    """A candidate with one tab; everything the tab saw goes into `log`."""

    def __init__(
        self,
        login: Login,
        attempt: int,
        *,
        base_url: str,
        ws_url: str,
        sitting: int,
        room: str,
    ) -> None:
        self.login, self.attempt, self.sitting = login, attempt, sitting
        self.browser = Browser(base_url)
        self.live = Live(self.browser, ws_url)
        self._rng = random.Random(attempt)  # noqa: S311 a plan that can be repeated, no secret
        self._chat = ChatProbe(self.live, room=room, sitting=sitting, rng=self._rng)
        self.log = Log(attempt, chat=self._chat.log)
        self._lease = ""
        self._media = f"media:a{attempt}"
        self._pending: dict[int, Entered] = {}
        self._page: dict[str, Any] = {}
        self._seq = 0
        self._camera: RTCPeerConnection | None = None
        self._publishing: asyncio.Task[None] | None = None
        self._chatting: asyncio.Task[None] | None = None
        self._acks: set[asyncio.Task[None]] = set()

    # ── Before the start ────────────────────────────────────────────────────────────────────
    async def arrive(self) -> None:
        """Sign in and say what the socket shall hear; whoever calls opens it next."""
        await self.browser.sign_in(self.login)
        self.live.follow(f"attempt:{self.attempt}", self._hear_attempt)
        self.live.follow(f"watch:{self.attempt}", self._hear_watch)
        self.live.follow(self._media, self._hear_media)
        self._chat.follow()
        self._chatting = asyncio.ensure_future(self._chat.keep_posting())

    async def enter(self) -> None:
        """Wait for the lobby: take the lease, switch the camera on, find the chat locked."""
        self._lease = await self._take_lease()
        self._chat.expect_lock()
        self.live.when_open(self._publish_again)
        if self.live.is_open.is_set():
            self._publish_again()

    async def _take_lease(self) -> str:
        """Become the tab that writes, as soon as the lobby is open."""
        while True:
            try:
                reply = await self.browser.post(self._api("lease"), {"device": "rehearsal"})
            except Refused as refusal:
                if refusal.code != "not_open":
                    raise
                await asyncio.sleep(START_POLL_S)
            else:
                return str(reply["lease"])

    def _publish_again(self) -> None:
        if self._publishing and not self._publishing.done():
            self._publishing.cancel()
        self._publishing = asyncio.ensure_future(self._publish())

    async def _publish(self) -> None:
        """Send the camera; again with a growing pause until the media server takes it."""
        pause_s = 0.3
        while True:
            old, self._camera = self._camera, camera.new_connection()
            if old:
                await old.close()
            try:
                offer = await camera.offer_film(self._camera)
                body = {"attempt": self.attempt, "offer": offer}
                answer = await self.live.call(self._media, "media.publish", body)
                await camera.accept(self._camera, answer["sdp"])
            except (CallRefused, ConnectionError) as refusal:
                if str(refusal) == "media_forbidden":
                    self.log.problems.append("camera refused")
                    return
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, 5.0)
            else:
                return

    def _hear_attempt(self, frame: dict[str, Any]) -> None:
        if frame["t"] == "err":
            self.log.problems.append(f"attempt refused: {frame['code']}")
        elif frame["t"] == "attempt.lease_taken" and self._is_foreign(frame["d"]["lease"]):
            self.log.problems.append("lease lost")

    def _is_foreign(self, beginning: str) -> bool:
        """Whether another tab took the lease; its own may be heard of before it is answered."""
        return bool(self._lease) and not self._lease.startswith(beginning)

    def _hear_media(self, frame: dict[str, Any]) -> None:
        if frame["t"] == "media.reassign":
            self._publish_again()

    def _hear_watch(self, frame: dict[str, Any]) -> None:
        if frame["t"] == "err":
            self.log.problems.append(f"commands refused: {frame['code']}")
        elif frame["t"] == "subd":
            for command in frame["d"]["commands"]:
                self._acknowledge(command["id"])
        elif frame["t"] == "command.issued":
            self._acknowledge(frame["d"]["command"]["id"])

    def _acknowledge(self, command_id: str) -> None:
        task = asyncio.ensure_future(self._send_ack(command_id))
        self._acks.add(task)
        task.add_done_callback(self._acks.discard)

    async def _send_ack(self, command_id: str) -> None:
        """Report a command as applied; again after a lost connection, until there is an answer.

        A report that was taken while its ack got lost is not asked for again by the server.
        """
        body = {"command_id": command_id, "outcome": "applied"}
        while command_id not in self.log.applied:
            try:
                await self.live.call(f"watch:{self.attempt}", "watch.ack", body)
            except CallRefused as refusal:
                if refusal.code not in CONNECTION:
                    self.log.problems.append(f"report of a command refused: {refusal.code}")
                    return
                await asyncio.sleep(ACK_AGAIN_S)
            else:
                self.log.applied.add(command_id)

    # ── The exam ────────────────────────────────────────────────────────────────────────────
    async def work(self, options: Options) -> None:
        """Start as soon as the sitting does, go from page to page until the time is up, hand in.

        A final no of the server ends the work: it is noted as a problem, there is no receipt.
        """
        try:
            end = time.monotonic() + options.minutes * 60
            page: dict[str, Any] | None = await self._start()
            while page:
                self._page = page
                await self._answer(self._plan(end), options)
                await self._save_everything()
                page = await self._turn() if time.monotonic() < end else None
            await self._hand_in()
        except Refused as refusal:
            self.log.problems.append(f"work ended: {refusal.code}")

    def _plan(self, end: float) -> Iterator[dict[str, Any]]:
        """What is answered in turn: all of a page once, then the last page until the time is up."""
        asked = self._page["questions"]
        questions = [question for question in asked if answer_to(question, self._rng) is not None]
        if not self._page["page"]["is_last"]:
            yield from questions
        while questions and self._page["page"]["is_last"] and time.monotonic() < end:
            yield self._rng.choice(questions)

    async def _turn(self) -> dict[str, Any] | None:
        """Close the page for good and return the next one; None when nothing follows.

        Raises:
            Refused: For good; a page whose every question is answered can be closed.
        """
        if self._page["page"]["is_last"]:
            return None
        body = {
            "lease": self._lease,
            "page": self._page["page"]["number"],
            "digest": self._digest(),
        }
        try:
            return dict(await self.browser.post(self._api("advance"), body))
        except Refused as refusal:
            if refusal.code != "last_page":
                raise
            return None

    async def _answer(self, plan: Iterator[dict[str, Any]], options: Options) -> None:
        """Enter answers as planned, while they are saved beside.

        Raises:
            Refused: A save was refused for good.
        """
        saving = asyncio.ensure_future(self._keep_saving())
        try:
            for question in plan:
                if saving.done():
                    break
                self._enter(question)
                await asyncio.sleep(self._rng.uniform(0.2, 1.8) * options.think_s)
        finally:
            saving.cancel()
            await asyncio.gather(saving, return_exceptions=True)
        if not saving.cancelled():
            saving.result()

    async def _start(self) -> dict[str, Any]:
        while True:
            began = time.perf_counter()
            try:
                paper = await self.browser.post(self._api("start"), {"lease": self._lease})
            except Refused as refusal:
                if refusal.code != "not_open":
                    raise
                await asyncio.sleep(START_POLL_S)
                continue
            self.log.start_ms.append((time.perf_counter() - began) * 1000)
            return dict(paper)

    def _enter(self, question: dict[str, Any]) -> None:
        value = answer_to(question, self._rng)
        text = text_beside(question, value, self._rng)
        self._seq += 1
        self.log.sent[question["id"], self._seq] = value
        if text:
            self.log.texts[question["id"], self._seq] = text
        self._pending[question["id"]] = Entered(self._seq, value, text)

    async def _keep_saving(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            await self._save_some()

    async def _save_everything(self) -> None:
        while self._pending:
            await self._save_some()

    async def _save_some(self) -> None:
        """Send what waits, up to one batch; what was refused for good does not wait any more.

        Raises:
            Refused: Saves are refused for good; a pause only makes wait.
        """
        batch = dict(list(self._pending.items())[:BATCH])
        if not batch:
            return
        now_ms = int(time.time() * 1000)  # noqa: TID251 a browser's clock
        body = {
            "lease": self._lease,
            "answers": [
                {"question": question, **entered._asdict(), "client_at": now_ms}
                for question, entered in batch.items()
            ],
        }
        self.log.saves_sent += len(batch)
        began = time.perf_counter()
        try:
            reply = await self.browser.post(self._api("answers"), body)
        except Refused as refusal:
            if refusal.code != "paused":
                raise
            await asyncio.sleep(PAUSED_S)
            return
        self.log.save_ms.append((time.perf_counter() - began) * 1000)
        for question, seq in reply["saved"].items():
            self._acked(int(question), int(seq), batch)
        for question, code in reply["refused"].items():
            self.log.problems.append(f"answer refused: {code}")
            self._pending.pop(int(question), None)

    def _acked(self, question: int, seq: int, batch: Container[int]) -> None:
        if question not in batch:
            return
        self.log.saves_acked += 1
        self.log.acked[question] = max(self.log.acked.get(question, 0), seq)
        if question in self._pending and self._pending[question].seq <= seq:
            del self._pending[question]

    async def _hand_in(self) -> None:
        began = time.perf_counter()
        body = {"lease": self._lease, "digest": self._digest()}
        reply = await self.browser.post(self._api("submit"), body)
        self.log.submit_ms.append((time.perf_counter() - began) * 1000)
        self.log.receipt = reply["receipt"]

    def _digest(self) -> dict[str, int]:
        """What the server acknowledged of the open page: question id → seq."""
        open_ids = {question["id"] for question in self._page["questions"]}
        return {str(one): seq for one, seq in self.log.acked.items() if one in open_ids}

    async def leave(self) -> None:
        """Close the camera and the browser."""
        for ack in self._acks:
            ack.cancel()
        for task in (self._publishing, self._chatting):
            if task:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        if self._camera:
            await self._camera.close()
        await self.browser.http.close()

    def _api(self, verb: str) -> str:
        return f"/api/attempts/{self.attempt}/{verb}"
