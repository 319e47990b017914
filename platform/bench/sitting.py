"""`run.py bench sitting`: server CPU of a whole sitting, and 500 candidates who hand in at once.

A stack of its own, as `run.py up` starts it, serves candidates over HTTP: sign-in, lobby, start, ten
answers one by one, hand-in, grading, receipt. Milliseconds are CPU of web, worker and PostgreSQL
together, from /proc, per candidate; the client's own work is not in it. While everybody hands in
the worker stands still, so that grading is measured by itself afterwards.

What the stack uses when nobody is there (the clock of exams, the sweep of the outbox) is measured
first, for IDLE_S, and taken off by time: waiting for a grade that is done costs nothing. It is
reported, and so is the whole sitting without that.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final

from bench.stages.candidates import Candidate, all_do, candidates_of, close_all, submit_within
from bench.stages.site import Site, running_site
from rehearsal.plan import Cast

STUDENTS: Final = 50
CROWD: Final = 500
SAVES: Final = 10
LEAD_S: Final = 5
IDLE_S: Final = 10.0
GRADED_WITHIN_S: Final = 300.0


def main(words: Sequence[str]) -> int:
    """Start the stack, play both sittings, print one JSON line."""
    parser = argparse.ArgumentParser(prog="run.py bench sitting")
    parser.add_argument("--students", type=int, default=STUDENTS)
    parser.add_argument("--crowd", type=int, default=CROWD, help="who hand in within one second")
    options = parser.parse_args(words)
    with running_site() as site:
        report = asyncio.run(_measure(site, options.students))
        report |= asyncio.run(_hand_in_at_once(site, options.crowd))
    print(json.dumps({"bench": "sitting", **report}))
    return 0 if report["lost"] == 0 else 1


class Meter:
    """Server CPU per candidate of each step, milliseconds.

    Args:
        idle: What the stack uses by itself, milliseconds in a second.
    """

    def __init__(self, site: Site, everybody: Sequence[Candidate], idle: float) -> None:
        self.site, self.everybody, self.idle = site, everybody, idle
        self.ms: dict[str, float] = {}
        self.idle_ms = 0.0

    async def run(self, name: str, step: Callable[[Candidate], Awaitable[None]]) -> None:
        """Let everybody take a step and note what it cost; steps of one name add up."""
        before = self.now()
        await all_do(self.everybody, step)
        self.note(name, before)

    def now(self) -> tuple[float, float]:
        """Return the CPU used so far, and the time, both in milliseconds."""
        return self.site.cpu_ms(), 1000 * time.monotonic()

    def note(self, name: str, before: tuple[float, float]) -> None:
        """Note what was used since."""
        used, at = self.now()
        idle = self.idle * (at - before[1]) / 1000 / len(self.everybody)
        spent = (used - before[0]) / len(self.everybody) - idle
        self.ms[name] = self.ms.get(name, 0.0) + spent
        self.idle_ms += idle if name != "login" else 0.0
        print(f"{name}: {self.ms[name]:.2f} ms CPU", file=sys.stderr)


async def _measure(site: Site, students: int) -> dict[str, Any]:
    idle = await _idle(site)
    cast = site.sitting(students, lead_s=LEAD_S)
    everybody = candidates_of(cast, site.base_url)
    meter = Meter(site, everybody, idle)
    await meter.run("login", Candidate.sign_in)
    await meter.run("lobby", Candidate.enter)
    await _until_started(cast)
    await meter.run("start", Candidate.start)
    await meter.run("room", Candidate.open_room)
    for nth in range(SAVES):
        await meter.run("saves", partial(Candidate.save, nth=nth))
    with site.grading_held():
        await meter.run("submit", Candidate.submit)
        before = meter.now()
    lost = _lost(everybody, await _graded(site, cast))
    meter.note("grade", before)
    await meter.run("receipt", Candidate.read_receipt)
    await close_all(everybody)
    ms = meter.ms
    whole = sum(spent for name, spent in ms.items() if name != "login")
    return {
        "students": students,
        "start_ms": round(ms["start"], 2),
        "save_ms": round(ms["saves"] / SAVES, 2),
        "submit_ms": round(ms["submit"], 2),
        "grade_ms": round(ms["grade"], 2),
        "sitting_ms": round(whole, 2),
        "login_ms": round(ms["login"], 2),
        "idle_ms_per_s": round(idle, 1),
        "sitting_with_idle_ms": round(whole + meter.idle_ms, 2),
        "parts_ms": {name: round(spent, 2) for name, spent in ms.items()},
        "lost": lost,
    }


async def _idle(site: Site) -> float:
    """Return the CPU that the stack uses by itself, milliseconds in a second."""
    await asyncio.sleep(3.0)  # what the start left behind
    before = site.cpu_ms()
    await asyncio.sleep(IDLE_S)
    return (site.cpu_ms() - before) / IDLE_S


async def _hand_in_at_once(site: Site, crowd: int) -> dict[str, Any]:
    cast = site.sitting(crowd, lead_s=LEAD_S)
    everybody = candidates_of(cast, site.base_url)
    await all_do(everybody, Candidate.sign_in)
    await all_do(everybody, Candidate.enter)
    await _until_started(cast)
    await all_do(everybody, Candidate.start)
    for nth in range(3):
        await all_do(everybody, partial(Candidate.save, nth=nth))
    await submit_within(everybody, 1.0)
    began = time.monotonic()
    lost = _lost(everybody, await _graded(site, cast))
    waits = sorted(who.submit_s for who in everybody)
    await close_all(everybody)
    return {
        "crowd": crowd,
        "submit500_p99_s": round(waits[int(len(waits) * 0.99)], 3),
        "graded_after_s": round(time.monotonic() - began, 1),
        "lost": lost,
    }


async def _until_started(cast: Cast) -> None:
    """Wait for the start and a little longer: the beat opens sittings every few seconds."""
    wait_s = cast.starts_at / 1000 - time.time()  # noqa: TID251 the browser's clock
    await asyncio.sleep(max(0.0, wait_s) + 3.0)


async def _graded(site: Site, cast: Cast) -> dict[str, Any]:
    """Return what is stored once every attempt is graded, or when it took too long.

    Asked rarely: each question costs the database a little.
    """
    end = time.monotonic() + GRADED_WITHIN_S
    while True:
        stored: dict[str, Any] = json.loads(site.manage("rehearsal_audit", str(cast.sitting)))
        attempts = stored["attempts"].values()
        if all(one["graded"] for one in attempts) or time.monotonic() > end:
            return stored
        await asyncio.sleep(2)


def _lost(everybody: Sequence[Candidate], stored: dict[str, Any]) -> int:
    """Count the answers and hand-ins that were acknowledged and are not there, or not graded."""
    lost = 0
    for who in everybody:
        one = stored["attempts"][str(who.attempt)]
        answers = one["answers"]
        lost += sum(
            1
            for question, seq in who.acked.items()
            if answers.get(str(question), {}).get("seq", 0) < seq
        )
        lost += not who.receipt or not one["graded"]
    return lost


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
