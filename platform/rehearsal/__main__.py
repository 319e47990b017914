"""`python3 run.py rehearse`: play a whole sitting against the running stack and report."""

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path

from rehearsal.chaos import kill_roles
from rehearsal.invigilator import Invigilator
from rehearsal.plan import ROLES, Cast, Options
from rehearsal.report import Report, build
from rehearsal.stack import NotRunning, Stack
from rehearsal.student import Student

ARRIVE_TOGETHER = 6
GRADING_PATIENCE_S = 120.0
VIDEO_PATIENCE_S = 20.0


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
    """Play one sitting from sign-in to the graded submissions."""
    lead_s = 20 + options.students  # time to sign everybody in: a password check is slow on purpose
    cast = stack.prepare(options.students, lead_s, options.minutes)
    say(f"Sitting {cast.sitting}: {options.students} candidates, starts in {lead_s} s")
    students = [_student(stack, cast, index) for index in range(options.students)]
    invigilator = Invigilator(
        cast.invigilator, base_url=stack.base_url, ws_url=stack.ws_url, sitting=cast.sitting
    )
    sockets: list[asyncio.Task[None]] = []
    killed: list[str] = []
    try:
        await _arrive(students, invigilator, sockets)
        killed = await _sit(stack, cast, students, invigilator, options)
        stored = await _wait_for_grading(stack, cast)
        return build([s.log for s in students], stored, invigilator.log, killed)
    finally:
        for socket in sockets:
            socket.cancel()
        await asyncio.gather(invigilator.leave(), *(s.leave() for s in students))


def _student(stack: Stack, cast: Cast, index: int) -> Student:
    return Student(
        cast.students[index],
        cast.attempts[index],
        base_url=stack.base_url,
        ws_url=stack.ws_url,
        sitting=cast.sitting,
        room=cast.room,
    )


async def _arrive(
    students: list[Student], invigilator: Invigilator, sockets: list[asyncio.Task[None]]
) -> None:
    await invigilator.arrive([student.attempt for student in students])
    sockets.append(asyncio.ensure_future(invigilator.live.run()))
    gate = asyncio.Semaphore(ARRIVE_TOGETHER)

    async def enter(student: Student) -> None:
        async with gate:
            await student.arrive()
            sockets.append(asyncio.ensure_future(student.live.run()))

    await asyncio.gather(*(enter(student) for student in students))
    say("Everybody is signed in; cameras are on")


async def _sit(
    stack: Stack,
    cast: Cast,
    students: list[Student],
    invigilator: Invigilator,
    options: Options,
) -> list[str]:
    """Work and hand in; meanwhile the invigilator acts and, if asked, roles are killed."""
    working = asyncio.gather(*(student.work(options) for student in students))
    await asyncio.sleep(max(0.0, cast.starts_at / 1000 - time.time()) + options.minutes * 60 / 3)
    everybody = [student.attempt for student in students]
    await invigilator.command("message", everybody, text="Ten questions are a good pace.")
    await invigilator.command("extend", everybody[:1], text="Wi-Fi was slow.", extra_s=60)
    killed = await kill_roles(stack, options.kill)
    if killed:
        say(f"Killed: {', '.join(killed)}")
    await _wait_for_video(invigilator, everybody)
    await working
    say("Everybody has handed in")
    return killed


async def _wait_for_video(invigilator: Invigilator, attempts: list[int]) -> None:
    """After kills, every camera must come back by itself: count frames anew from here."""
    frames = invigilator.log.frames
    frames.clear()
    end = time.monotonic() + VIDEO_PATIENCE_S
    while time.monotonic() < end and any(not frames[a] for a in attempts):  # noqa: ASYNC110 many tasks count, none knows all
        await asyncio.sleep(0.5)


async def _wait_for_grading(stack: Stack, cast: Cast) -> dict[str, object]:
    end = time.monotonic() + GRADING_PATIENCE_S
    while True:
        stored = await asyncio.to_thread(stack.stored, cast.sitting)
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
