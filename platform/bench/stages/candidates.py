"""Candidates for a benchmark: browsers without a window that take one sitting step by step."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rehearsal.answers import answer_to
from rehearsal.browser import Browser
from rehearsal.plan import Cast, Login

AT_ONCE: Final = 50


@dataclass(slots=True)
class Candidate:
    """One browser with its attempt; `acked` holds what the server said it stored."""

    browser: Browser
    login: Login
    attempt: int
    sitting: int
    lease: str = ""
    questions: list[dict[str, Any]] = field(default_factory=list)
    acked: dict[int, int] = field(default_factory=dict)
    receipt: str = ""
    submit_s: float = 0.0

    async def sign_in(self) -> None:
        """Sign in by the form."""
        await self.browser.sign_in(self.login)

    async def enter(self) -> None:
        """Open the lobby and take the lease."""
        await self._page(f"/sittings/{self.sitting}/lobby/")
        reply = await self.browser.post(self._api("lease"), {"device": "bench"})
        self.lease = reply["lease"]

    async def start(self) -> None:
        """Start and get the paper."""
        paper = await self.browser.post(self._api("start"), {"lease": self.lease})
        self.questions = paper["questions"]

    async def open_room(self) -> None:
        """Open the page of the exam room."""
        await self._page(f"/sittings/{self.sitting}/room/")

    async def save(self, nth: int) -> None:
        """Save an answer to the nth question that takes one."""
        rng = random.Random(self.attempt * 1000 + nth)  # noqa: S311 a plan that can be repeated
        takes = [one for one in self.questions if answer_to(one, rng) is not None]
        question = takes[nth % len(takes)]
        seq = self.acked.get(question["id"], 0) + 1
        answer = {"question": question["id"], "seq": seq, "value": answer_to(question, rng)}
        body = {"lease": self.lease, "answers": [answer]}
        reply = await self.browser.post(self._api("answers"), body)
        for saved, stored in reply["saved"].items():
            self.acked[int(saved)] = stored

    async def submit(self) -> None:
        """Hand in; keeps how long the acknowledgement took."""
        began = time.perf_counter()
        digest = {str(question): seq for question, seq in self.acked.items()}
        reply = await self.browser.post(
            self._api("submit"), {"lease": self.lease, "digest": digest}
        )
        self.submit_s = time.perf_counter() - began
        self.receipt = reply["receipt"]

    async def read_receipt(self) -> None:
        """Open the page of the receipt."""
        await self._page(f"/attempts/{self.attempt}/receipt/")

    async def _page(self, path: str) -> None:
        async with self.browser.http.get(f"{self.browser.base_url}{path}") as page:
            page.raise_for_status()
            await page.read()

    def _api(self, verb: str) -> str:
        return f"/api/attempts/{self.attempt}/{verb}"


def candidates_of(cast: Cast, base_url: str) -> list[Candidate]:
    """Return the candidates of a sitting, signed out."""
    return [
        Candidate(Browser(base_url), login, attempt, cast.sitting)
        for login, attempt in zip(cast.students, cast.attempts, strict=True)
    ]


async def all_do(
    everybody: Sequence[Candidate], step: Callable[[Candidate], Awaitable[None]]
) -> None:
    """Let every candidate take a step, at most 50 at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(candidate: Candidate) -> None:
        async with gate:
            await step(candidate)

    await asyncio.gather(*(one(candidate) for candidate in everybody))


async def submit_within(everybody: Sequence[Candidate], seconds: float) -> None:
    """Let everybody hand in, evenly spread over a time; nobody waits for anybody."""

    async def one(place: int, candidate: Candidate) -> None:
        await asyncio.sleep(seconds * place / len(everybody))
        await candidate.submit()

    await asyncio.gather(*(one(place, who) for place, who in enumerate(everybody)))


async def close_all(everybody: Sequence[Candidate]) -> None:
    """Close the browsers."""
    for candidate in everybody:
        await candidate.browser.http.close()
