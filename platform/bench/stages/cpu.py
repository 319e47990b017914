"""CPU time of running processes, read from /proc: user and system, ended children included."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
PROC: Final = Path("/proc")


def cpu_s(roots: Iterable[int]) -> float:
    """Return the CPU seconds that these processes and all below them have used so far.

    A child that was waited for counts with its parent; one that is gone otherwise is lost, so
    take differences over spans in which no process ends.
    """
    return sum(_ticks(pid) for pid in _with_descendants(roots)) / TICKS_PER_S


def _with_descendants(roots: Iterable[int]) -> set[int]:
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            fields = _fields(int(entry.name))
            if fields:
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        if pid not in found:
            found.add(pid)
            waiting += children.get(pid, [])
    return found


def _ticks(pid: int) -> int:
    """utime, stime, cutime and cstime: fields 14 to 17.

    Source: proc_pid_stat(5).
    """
    fields = _fields(pid)
    return sum(int(one) for one in fields[11:15]) if fields else 0


def _fields(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the third on; the name before may hold spaces."""
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()
