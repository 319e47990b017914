"""`run.py bench saves`: server CPU of a durable save over HTTP, and against the object mapper.

1. A stack of its own serves candidates who save one answer after the other, signed in, each over a
   kept connection: CPU of web, worker and PostgreSQL for each save, from /proc; the time to the
   acknowledgement at a pace of two saves a second for each candidate.
2. Both ways to store an answer, in this process on one attempt, in turns: our one guarded statement,
   and what a straightforward view would do with the object mapper: read the attempt, check it,
   update_or_create the answer. CPU of this process and of its PostgreSQL backend.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import django

from bench.stages.candidates import Candidate, all_do, candidates_of, close_all
from bench.stages.cpu import cpu_s
from bench.stages.saving import save_for
from bench.stages.site import Site, running_site

STUDENTS: Final = 40
SECONDS: Final = 15.0
WARM_S: Final = 3.0
PAUSE_S: Final = 0.5
LEAD_S: Final = 5
ROUNDS: Final = 7
SAVES: Final = 150


def main(words: Sequence[str]) -> int:
    """Measure both, print one JSON line."""
    parser = argparse.ArgumentParser(prog="run.py bench saves")
    parser.add_argument("--students", type=int, default=STUDENTS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each run over HTTP")
    options = parser.parse_args(words)
    report = _against_mapper()
    with running_site() as site:
        report |= asyncio.run(_over_http(site, options.students, options.seconds))
    print(json.dumps({"bench": "saves", **report}))
    return 0 if report["refused"] == 0 else 1


async def _over_http(site: Site, students: int, seconds: float) -> dict[str, Any]:
    cast = site.sitting(students, lead_s=LEAD_S)
    everybody = candidates_of(cast, site.base_url)
    await all_do(everybody, Candidate.sign_in)
    await all_do(everybody, Candidate.enter)
    await asyncio.sleep(max(0.0, cast.starts_at / 1000 - time.time()) + 3.0)  # noqa: TID251 the browser's clock
    await all_do(everybody, Candidate.start)
    await save_for(everybody, WARM_S)
    web, whole = cpu_s(site.pids("web")), site.cpu_ms()
    tally = await save_for(everybody, seconds)
    web, whole = cpu_s(site.pids("web")) - web, site.cpu_ms() - whole
    paced = await save_for(everybody, seconds, pause_s=PAUSE_S)
    await close_all(everybody)
    saves, waits = len(tally.waits_s), sorted(paced.waits_s)
    return {
        "students": students,
        "saves": saves,
        "cpu_ms_per_save": round(whole / saves, 3),
        "web_ms_per_save": round(1000 * web / saves, 3),
        "saves_per_web_cpu_s": round(saves / web),
        "p99_ms": round(1000 * waits[int(len(waits) * 0.99)], 1),
        "paced_saves_per_s": round(len(waits) / seconds, 1),
        "refused": tally.refused + paced.refused,
    }


def _against_mapper() -> dict[str, Any]:
    django.setup()
    from django.db import connection  # noqa: PLC0415 needs django.setup()

    from bench.stages.attempt import running_attempt  # noqa: PLC0415 needs django.setup()

    stage = running_attempt()
    backend = connection.connection.info.backend_pid
    sides: dict[str, Callable[[int], None]] = {
        "guarded": stage.save_guarded,
        "mapper": stage.save_by_mapper,
    }
    cpu_us: dict[str, list[float]] = {name: [] for name in sides}
    seq = 0
    for round_number in range(ROUNDS + 1):
        for name, save in sides.items():
            began = time.process_time() + cpu_s([backend])
            for _ in range(SAVES):
                seq += 1
                save(seq)
            spent = (time.process_time() + cpu_s([backend]) - began) / SAVES * 1e6
            if round_number:  # the first round warms both sides up
                cpu_us[name].append(spent)
        print(f"round {round_number} of {ROUNDS}", file=sys.stderr)
    ratios = [m / g for m, g in zip(cpu_us["mapper"], cpu_us["guarded"], strict=True)]
    return {
        "guarded_cpu_us": round(statistics.median(cpu_us["guarded"])),
        "mapper_cpu_us": round(statistics.median(cpu_us["mapper"])),
        "orm_ratio": round(statistics.median(ratios), 2),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
