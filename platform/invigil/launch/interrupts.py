"""Ctrl-C, SIGTERM and a closed terminal: noted when they come, acted on at safe points.

A handler that raised could strike between the start of a process and its registration and
leave it running with nobody to stop it; so the handlers only count.
"""

import os
import select
import signal
from contextlib import suppress
from types import FrameType

from invigil.launch.report import Stop

_received: list[int] = []
WATCHED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Stop):
    """A person or the system asked the command to end."""

    def __init__(self, signal_number: int) -> None:
        super().__init__("Stopped.", code=128 + signal_number)


def _note(signal_number: int, frame: FrameType | None) -> None:
    del frame
    _received.append(signal_number)


def install() -> None:
    """Note the signals from now on, instead of dying from them."""
    for number in WATCHED:
        signal.signal(number, _note)


class Alarm:
    """A file descriptor that becomes readable at every signal, the death of a child included."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        os.set_blocking(self.writer, False)
        signal.signal(signal.SIGCHLD, _wake)
        self.before = signal.set_wakeup_fd(self.writer, warn_on_full_buffer=False)

    def sleep(self, limit_s: float) -> None:
        """Sleep until a signal comes, at most so many seconds."""
        select.select([self.reader], [], [], limit_s)
        with suppress(BlockingIOError):
            os.read(self.reader, 4096)

    def close(self) -> None:
        """Leave the signals as they were before."""
        signal.set_wakeup_fd(self.before)
        os.close(self.reader)
        os.close(self.writer)


def count() -> int:
    """Return how often the command was asked to end."""
    return len(_received)


def last() -> int:
    """Return the number of the last signal; 0 when there was none."""
    return _received[-1] if _received else 0


def _wake(signal_number: int, frame: FrameType | None) -> None:
    """Do nothing: that the signal came is what wakes the loop."""
    del signal_number, frame


def check() -> None:
    """Go on, unless the command was asked to end.

    Raises:
        Interrupted: It was.
    """
    if _received:
        raise Interrupted(_received[0])
