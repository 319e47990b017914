"""Ends a stack whose supervisor was killed: reads until the supervisor's pipe closes, then acts.

The supervisor says "q" before it leaves in order. A pipe that closes without it means that the
supervisor died, and what var/run/stack.json lists is ended in the same order as ever.
"""

import os
import signal
from pathlib import Path

from invigil.launch.processes import stop_in_waves
from invigil.launch.state import StackFile

LIFELINE = 0
FAREWELL = b"q"


def watch_stack(state_path: Path) -> int:
    """Wait for the supervisor's end; standard input is the pipe that it holds open."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    last_words = b""
    while chunk := os.read(LIFELINE, 16):
        last_words = chunk
    if last_words == FAREWELL:
        return 0
    end_leftovers(StackFile(state_path.parent))
    return 0


def end_leftovers(file: StackFile) -> int:
    """End what a dead supervisor left running, and return how many processes that were."""
    state = file.read()
    left = [one for one in state.processes if one.is_alive()] if state else []
    if state:
        stop_in_waves(state.processes)
        file.path.unlink(missing_ok=True)
    return len(left)
