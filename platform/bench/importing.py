"""`run.py bench import`: seconds from a GIFT file to questions in a draft, for n, 2n and 4n.

Measured is what a person waits for: the file is kept, looked at (parsed, checked, compared with
what exists) and written, each in its own transaction, as the pages of the import do it.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Final

import django

MOST: Final = 5000
FEWEST: Final = 40


def main(words: Sequence[str]) -> int:
    """Import three files of growing size, print one JSON line."""
    parser = argparse.ArgumentParser(prog="run.py bench import")
    parser.add_argument("--questions", type=int, default=MOST, help="of the largest file")
    most = max(FEWEST, parser.parse_args(words).questions)
    django.setup()
    from bench.stages.gift import Stage, gift_file  # noqa: PLC0415 needs django.setup()

    stage = Stage()
    stage.measure(gift_file(FEWEST))  # warms up
    counts = [most // 4, most // 2, most]
    runs = []
    for count in counts:
        runs.append(stage.measure(gift_file(count)))
        print(f"{count} questions: {runs[-1].seconds:.2f} s", file=sys.stderr)
    small, middle, large = runs
    report = {
        "bench": "import",
        "questions": most,
        "seconds": round(large.seconds, 2),
        "look_s": round(large.look_s, 2),
        "write_s": round(large.write_s, 2),
        "imported": large.imported,
        "reported": large.reported,
        "counts": counts,
        "growth": [
            round(middle.seconds / small.seconds, 2),
            round(large.seconds / middle.seconds, 2),
        ],
    }
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
