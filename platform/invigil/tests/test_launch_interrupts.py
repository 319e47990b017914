"""Requests to end: counted by the handler, acted on at safe points."""

import os
import signal
import subprocess
import sys
import time

import pytest

from invigil.launch import interrupts
from invigil.launch.interrupts import Interrupted


@pytest.mark.parametrize("number", interrupts.WATCHED)
def test_a_signal_is_noted_and_raised_at_the_next_safe_point(
    quiet_interrupts: list[int], number: int
) -> None:
    interrupts.install()
    interrupts.check()
    os.kill(os.getpid(), number)
    with pytest.raises(Interrupted) as caught:
        interrupts.check()
    assert caught.value.code == 128 + number
    assert (interrupts.count(), interrupts.last()) == (1, number)


def test_the_death_of_a_child_wakes_a_sleeping_loop(quiet_interrupts: list[int]) -> None:
    alarm = interrupts.Alarm()
    begun = time.monotonic()
    try:
        with subprocess.Popen([sys.executable, "-c", ""]):
            alarm.sleep(60)
    finally:
        alarm.close()
    assert time.monotonic() - begun < 30


def test_an_alarm_inside_another_gives_the_signals_back(quiet_interrupts: list[int]) -> None:
    outer = interrupts.Alarm()
    interrupts.Alarm().close()
    assert signal.set_wakeup_fd(outer.writer) == outer.writer
    outer.close()
