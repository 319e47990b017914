"""`run.py bench statistics`: seconds for the statistics of n, 2n and 4n attempts, and their growth.

The attempts answer the demo exam. Measured is what the page of a sitting asks for when a result has
changed: reading every result and every answer, all figures of the scores and of each question.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Final

import django

ROUNDS: Final = 3
MOST: Final = 10_000
FEWEST: Final = 40


def main(words: Sequence[str]) -> int:
    """Fill three sittings, measure each, print one JSON line."""
    parser = argparse.ArgumentParser(prog="run.py bench statistics")
    parser.add_argument("--attempts", type=int, default=MOST, help="of the largest sitting")
    most = max(FEWEST, parser.parse_args(words).attempts)
    django.setup()
    from bench.stages.marked import marked_sitting  # noqa: PLC0415 needs django.setup()

    seconds: list[float] = []
    counts = [most // 4, most // 2, most]
    stages = [marked_sitting(count) for count in counts]
    for count, stage in zip(counts, stages, strict=True):
        seconds.append(_median_seconds(stage.compute))
        print(f"{count} attempts: {seconds[-1]:.3f} s", file=sys.stderr)
    small, middle, large = seconds
    report = {
        "bench": "statistics",
        "rounds": ROUNDS,
        "questions": stages[0].questions,
        "attempts": counts,
        "seconds": [round(one, 3) for one in seconds],
        "statistics_s": round(large, 3),
        "growth": [round(middle / small, 2), round(large / middle, 2)],
    }
    print(json.dumps(report))
    return 0


def _median_seconds(compute: Callable[[], object]) -> float:
    spent = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        compute()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
