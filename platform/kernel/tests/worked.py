"""Jobs for tests that start real Celery workers (`celery -A … worker -I kernel.tests.worked`)."""

import os
import time
from pathlib import Path

from kernel.outbox import PermanentFailure, job

QUEUE = os.environ.get("TEST_QUEUE", "tests")


@job("tests.note", queue=QUEUE)
def note(*, path: str, text: str, slow_s: float = 0.0) -> None:
    """Write a line when it begins and one when it ends; slow only the first time."""
    file = Path(path)
    is_first = not file.exists()
    with file.open("a") as lines:
        lines.write(f"begin {text} {os.getpid()} {os.getppid()}\n")
    if is_first:
        time.sleep(slow_s)
    with file.open("a") as lines:
        lines.write(f"end {text}\n")


@job("tests.fail", queue=QUEUE)
def fail(*, path: str, permanent: bool) -> None:
    """Fail, for good or for now."""
    with Path(path).open("a") as lines:
        lines.write("begin\n")
    if permanent:
        raise PermanentFailure("there is no such phone")
    raise ConnectionError("the gateway is away")
