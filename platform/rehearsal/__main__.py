"""`python3 run.py rehearse`: play a whole sitting against the running stack and report."""

import argparse
import asyncio
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

from rehearsal.browser import Refused
from rehearsal.chaos import kill_roles
from rehearsal.invigilator import Invigilator
from rehearsal.plan import ROLES, Cast, Options
from rehearsal.report import Report, build
from rehearsal.stack import NotRunning, Stack
from rehearsal.student import Student

ARRIVE_TOGETHER: Final = 6
GRADING_PATIENCE_S: Final = 120.0
VIDEO_PATIENCE_S: Final = 20.0
CHAT_PATIENCE_S: Final = 30.0
LEAD_S: Final = 30.0
OVERTIME_S: Final = 240.0  # the sitting stays open as long after the working time


@dataclass(frozen=True, slots=True)
class Play:
    """Who and what takes part in one rehearsal, and what became of it so far."""

    stack: Stack
    options: Options
    cast: Cast
    students: list[Student]
    invigilator: Invigilator
    sockets: list[asyncio.Task[None]] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)


def main() -> int:
    """Parse the options, rehearse, print; 0 only when the report is clean."""
    parsed = _parser().parse_args()
    options = Options(
        students=parsed.students,
        kill=tuple(role for role in parsed.kill.split(",") if role),
        minutes=parsed.minutes,
    )
    unknown = set(options.kill) - set(ROLES)
    if unknown:
        return _fail(f"--kill: unknown role {min(unknown)}; use {', '.join(ROLES)}")
    state_file = Path(os.environ.get("VAR_DIR", "var")) / "run" / "stack.json"
    try:
        report = asyncio.run(rehearse(Stack(state_file), options))
    except NotRunning as error:
        return _fail(str(error))
    _print(report, only_json=parsed.json)
    return 0 if report.is_clean else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py rehearse", description=__doc__)
    parser.add_argument("--students", type=int, default=30, help="simulated candidates")
    parser.add_argument("--kill", default="", help="roles to kill once each: web,rt,sfu,worker")
    parser.add_argument("--minutes", type=float, default=1.0, help="working time")
    parser.add_argument("--json", action="store_true", help="only the JSON line")
    return parser


async def rehearse(stack: Stack, options: Options) -> Report:
    """Play one sitting from sign-in to the graded submissions; a report comes in any case.

    Whatever does not come to its end is given up once the sitting must be closed.
    """
    lead_s = LEAD_S + options.students  # to sign everybody in: a password check is slow on purpose
    play = _prepare(stack, options, lead_s)
    try:
        is_played = await _play_within(play, lead_s + options.minutes * 60 + OVERTIME_S)
        _note_dead_sockets(play)
        stored = await _wait_for_grading(play, GRADING_PATIENCE_S if is_played else 0.0)
        logs = [student.log for student in play.students]
        return build(logs, stored, play.invigilator.log, play.killed)
    finally:
        for socket in play.sockets:
            socket.cancel()
        await asyncio.gather(play.invigilator.leave(), *(s.leave() for s in play.students))


def _prepare(stack: Stack, options: Options, lead_s: float) -> Play:
    cast = stack.prepare(options.students, round(lead_s), options.minutes)
    say(f"Sitting {cast.sitting}: {options.students} candidates, starts in {lead_s:.0f} s")
    students = [_student(stack, cast, index) for index in range(options.students)]
    invigilator = Invigilator(
        cast.invigilator, base_url=stack.base_url, ws_url=stack.ws_url, sitting=cast.sitting
    )
    return Play(stack, options, cast, students, invigilator)


def _student(stack: Stack, cast: Cast, index: int) -> Student:
    return Student(
        cast.students[index],
        cast.attempts[index],
        base_url=stack.base_url,
        ws_url=stack.ws_url,
        sitting=cast.sitting,
        room=cast.room,
    )


async def _play_within(play: Play, limit_s: float) -> bool:
    """Return whether it was played to its end; if not, why not is a problem of the report."""
    limit = asyncio.timeout(limit_s)
    try:
        async with limit:
            await _arrive(play)
            await _sit(play)
            await _wait_for_the_chat(play)
    except (TimeoutError, aiohttp.ClientError, Refused) as error:
        why = f"not finished within {limit_s:.0f} s" if limit.expired() else f"broke off: {error!r}"
        play.invigilator.log.problems.append(why)
        say(f"Given up: {why}")
        return False
    return True


def _note_dead_sockets(play: Play) -> None:
    """A socket's task runs until it is cancelled: one that has ended met a fault of ours."""
    play.invigilator.log.problems.extend(
        f"a socket ended: {socket.exception()!r}" for socket in play.sockets if socket.done()
    )


async def _arrive(play: Play) -> None:
    await play.invigilator.arrive([student.attempt for student in play.students])
    play.sockets.append(asyncio.ensure_future(play.invigilator.live.run()))
    gate = asyncio.Semaphore(ARRIVE_TOGETHER)
    await asyncio.gather(*(_bring_in(play, student, gate) for student in play.students))
    say("Everybody is in the lobby; cameras are on")


async def _bring_in(play: Play, student: Student, gate: asyncio.Semaphore) -> None:
    """Sign in through the gate, then wait in the open for the lobby, as everybody else."""
    try:
        async with gate:
            await student.arrive()
        play.sockets.append(asyncio.ensure_future(student.live.run()))
        await student.enter()
    except (TimeoutError, aiohttp.ClientError, Refused) as error:
        student.log.problems.append(f"could not arrive: {error!r}")


async def _sit(play: Play) -> None:
    """Work and hand in; meanwhile the invigilator acts and, if asked, roles are killed."""
    working = asyncio.gather(*(student.work(play.options) for student in play.students))
    try:
        await _interfere(play)
        await working
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    say("Everybody has come to the end")


async def _wait_for_the_chat(play: Play) -> None:
    """The last hand-in closes the sitting: everybody's chat must open again by itself."""
    end = time.monotonic() + CHAT_PATIENCE_S
    logs = [student.log.chat for student in play.students]
    while time.monotonic() < end and any(not log.reopened for log in logs):  # noqa: ASYNC110 many tasks post, none knows all
        await asyncio.sleep(0.5)


async def _interfere(play: Play) -> None:
    third_s = play.options.minutes * 60 / 3
    until_start_s = max(0.0, play.cast.starts_at / 1000 - time.time())  # noqa: TID251 a browser's clock
    await asyncio.sleep(until_start_s + third_s)
    everybody = [student.attempt for student in play.students]
    invigilator = play.invigilator
    await invigilator.command("message", everybody, text="Ten questions are a good pace.")
    await invigilator.command("extend", everybody[:1], text="Wi-Fi was slow.", extra_s=60)
    play.killed.extend(await kill_roles(play.stack, play.options.kill))
    if play.killed:
        say(f"Killed: {', '.join(play.killed)}")
    await _wait_for_video(invigilator, everybody)


async def _wait_for_video(invigilator: Invigilator, attempts: list[int]) -> None:
    """After kills, every camera must come back by itself: count frames anew from here."""
    frames = invigilator.log.frames
    frames.clear()
    end = time.monotonic() + VIDEO_PATIENCE_S
    while time.monotonic() < end and any(not frames[a] for a in attempts):  # noqa: ASYNC110 many tasks count, none knows all
        await asyncio.sleep(0.5)


async def _wait_for_grading(play: Play, patience_s: float) -> dict[str, object]:
    end = time.monotonic() + patience_s
    while True:
        stored = await asyncio.to_thread(play.stack.stored, play.cast.sitting)
        attempts = stored["attempts"].values()
        if all(attempt["graded"] for attempt in attempts) or time.monotonic() > end:
            return stored
        await asyncio.sleep(1.0)


def _print(report: Report, *, only_json: bool) -> None:
    if not only_json:
        for key, value in report.facts.items():
            print(f"  {key:<18} {value}")
        for loss in report.losses:
            print(f"  LOST {loss}")
        for problem in report.facts["problems"]:
            print(f"  PROBLEM {problem}")
        print("  Clean." if report.is_clean else "  NOT clean.")
    print(report.as_json())


def say(text: str) -> None:
    """Tell the person what goes on, beside the report."""
    print(text, file=sys.stderr, flush=True)


def _fail(text: str) -> int:
    print(text, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
