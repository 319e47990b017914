"""Log files: one for each role, set aside when they have grown large."""

from pathlib import Path
from typing import BinaryIO

from invigil.launch.report import Stop

KEPT_BYTES = 10 * 1024 * 1024
KEPT_FILES = 3


def open_log(path: Path) -> BinaryIO:
    """Open a log for appending; make its folder, and set it aside first when it is large.

    Raises:
        Stop: The folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        rotate(path)
        return path.open("ab")
    except OSError as error:
        raise unwritable(path, error) from None


def unwritable(path: Path, error: OSError) -> Stop:
    """Return the failure for a place under var/ that this user cannot write to."""
    return Stop(
        f"{path} cannot be written ({error.strerror}).",
        f"Give the folder to this user, or move it away: mv {path.parent} {path.parent}.old",
    )


def rotate(path: Path, limit_bytes: int = KEPT_BYTES) -> None:
    """Set a log aside as `.1`, `.2`, `.3` when it is larger than the limit."""
    if not path.exists() or path.stat().st_size <= limit_bytes:
        return
    for number in range(KEPT_FILES - 1, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        if older.exists():
            older.replace(path.with_name(f"{path.name}.{number + 1}"))
    path.replace(path.with_name(f"{path.name}.1"))


def tail(path: Path) -> str:
    """Return the end of a log; empty when there is none."""
    try:
        with path.open("rb") as source:
            source.seek(max(0, path.stat().st_size - 8192))
            return source.read().decode("utf-8", "replace")
    except OSError:
        return ""


def last_line(path: Path) -> str:
    """Return the last line that says something, for the one-line message of a failed role."""
    lines = (line.strip() for line in reversed(tail(path).splitlines()))
    return next((line[:300] for line in lines if line), "")
