"""THE page: event → handlers, topic → handler, port → adapter. Nothing else binds anything."""

from django.conf import settings

from scanner.engines.base import NoEngine, ScanEngine, bind_engine
from scanner.engines.clamav import ClamavAddress, ClamavEngine


def bind() -> None:
    """Bind everything; called once per process after the apps are loaded."""
    bind_engine(scan_engine())


def scan_engine() -> ScanEngine:
    """Return ClamAV where one is named in the settings; else the engine that checks nothing."""
    if not (settings.CLAMD_SOCKET or settings.CLAMD_HOST):
        return NoEngine()
    address = ClamavAddress(
        path=settings.CLAMD_SOCKET, host=settings.CLAMD_HOST, port=settings.CLAMD_PORT
    )
    return ClamavEngine(address, max_bytes=settings.MAX_UPLOAD_BYTES)
