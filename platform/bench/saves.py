"""`run.py bench saves`: CPU per saved answer, our one guarded statement against the object mapper.

Both sides run in this process on the same attempt, in turns, and commit each save. The peer is
what a straightforward view would do: read the attempt, check it, update_or_create the answer.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Final

import django

ROUNDS: Final = 7
SAVES: Final = 150


def main() -> int:
    """Prepare an attempt, measure both sides in turns, print one JSON line."""
    django.setup()
    from bench.stages.attempt import running_attempt  # noqa: PLC0415 needs django.setup()

    stage = running_attempt()
    sides: dict[str, Callable[[int], None]] = {
        "guarded": stage.save_guarded,
        "mapper": stage.save_by_mapper,
    }
    cpu_us: dict[str, list[float]] = {name: [] for name in sides}
    seq = 0
    for round_number in range(ROUNDS + 1):
        for name, save in sides.items():
            began = time.process_time()
            for _ in range(SAVES):
                seq += 1
                save(seq)
            spent = (time.process_time() - began) / SAVES * 1e6
            if round_number:  # the first round warms both sides up
                cpu_us[name].append(spent)
        print(f"round {round_number} of {ROUNDS}", file=sys.stderr)
    ratios = [m / g for m, g in zip(cpu_us["mapper"], cpu_us["guarded"], strict=True)]
    report = {
        "bench": "saves",
        "rounds": ROUNDS,
        "saves_per_round": SAVES,
        "guarded_cpu_us": round(statistics.median(cpu_us["guarded"])),
        "mapper_cpu_us": round(statistics.median(cpu_us["mapper"])),
        "mapper_over_guarded": round(statistics.median(ratios), 2),
        "ratio_min": round(min(ratios), 2),
        "ratio_max": round(max(ratios), 2),
    }
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
