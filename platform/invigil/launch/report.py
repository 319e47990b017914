"""What the launcher tells a person: a line for each step with its seconds, one line for a failure."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

_streams: dict[str, TextIO] = {}
_moments: dict[str, float] = {}


class Stop(Exception):
    """The command cannot go on. Its text is the one line that is shown, the mend included.

    Attributes:
        code: Exit code of the command, never 0.
    """

    def __init__(self, problem: str, mend: str = "", code: int = 1) -> None:
        super().__init__(" ".join(f"{problem} {mend}".split()))
        self.code = code


def begin(moment: float) -> None:
    """Note when the command was started, seconds since the epoch."""
    _moments["begun"] = moment


def begun() -> float:
    """Return when the command was started, seconds since the epoch."""
    return _moments.get("begun", time.time())  # noqa: TID251 see cli.main


def use_standard_error() -> None:
    """Keep standard output for what the command itself prints."""
    _streams["progress"] = sys.stderr


def say(text: str = "", *, end: str = "\n") -> None:
    """Show progress; a closed terminal must not take the stack down with it."""
    _write(_streams.get("progress", sys.stdout), text + end)


def complain(text: str) -> None:
    """Write one line to standard error."""
    _write(sys.stderr, text + "\n")


def _write(stream: TextIO, text: str) -> None:
    with suppress(OSError, ValueError):  # ValueError: the stream is closed
        stream.write(text)
        stream.flush()


@contextmanager
def step(name: str) -> Iterator[None]:
    """Show the step while it runs and its seconds when it is done."""
    begun = time.monotonic()
    say(f"  {name:<44}", end="")
    try:
        yield
    except BaseException:
        say("stopped")
        raise
    say(f"{time.monotonic() - begun:6.1f} s")
