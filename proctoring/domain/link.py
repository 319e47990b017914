"""What a candidate hangs by while working, and when its absence is worth a line (pure)."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

# Shorter gaps are reloads and network changes; the camera starts again by itself meanwhile.
CAMERA_GRACE: Final = timedelta(seconds=20)
WORKING: Final = frozenset({"running", "paused"})


class Link(StrEnum):
    """What went or came back."""

    CONNECTION = "connection"
    CAMERA = "camera"
