"""THE page: event → handlers, topic → handler, port → adapter. Nothing else binds anything.

Add a line to the table that fits; handlers of one event run in the order of the lines, inside the
transaction of whoever emits.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.conf import settings

from kernel.events import Event, bus
from realtime.topics import TopicHandler, register
from scanner.engines.base import NoEngine, ScanEngine, bind_engine
from scanner.engines.clamav import ClamavAddress, ClamavEngine

# ── Event → handler ─────────────────────────────────────────────────────────────────────────
EVENTS: Final[Sequence[tuple[type[Event], Callable[[Any], None]]]] = ()

# ── Topic → handler (one instance per process) ──────────────────────────────────────────────
TOPICS: Final[Sequence[Callable[[], TopicHandler]]] = ()


def bind() -> None:
    """Bind everything; called once per process after the apps are loaded."""
    for event_type, handler in EVENTS:
        bus.bind(event_type, handler)
    for make_handler in TOPICS:
        register(make_handler())
    bind_engine(scan_engine())


# ── Port → adapter ──────────────────────────────────────────────────────────────────────────
def scan_engine() -> ScanEngine:
    """Return ClamAV where one is named in the settings; else the engine that checks nothing."""
    if not (settings.CLAMD_SOCKET or settings.CLAMD_HOST):
        return NoEngine()
    address = ClamavAddress(
        path=settings.CLAMD_SOCKET, host=settings.CLAMD_HOST, port=settings.CLAMD_PORT
    )
    return ClamavEngine(address, max_bytes=settings.MAX_UPLOAD_BYTES)
