"""The port of virus scanners, and the engine of a site that has none."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from scanner.storage import Readable


class Finding(StrEnum):
    """What an engine said about the bytes it was given."""

    CLEAN = "clean"
    INFECTED = "infected"
    REFUSED = "refused"  # it cannot vouch for them: encrypted, too deep, too large


@dataclass(frozen=True, slots=True)
class ScanOutcome:
    """An engine's answer. `detail` is its own word for what it found."""

    finding: Finding
    detail: str = ""


class EngineUnavailable(Exception):
    """The engine gave no answer one could rely on; the file stays in quarantine."""


class ScanEngine(Protocol):
    """Checks bytes. Whatever is not a definite answer is EngineUnavailable, never clean."""

    name: str

    def version(self) -> str:
        """Return the version of engine and signatures.

        Raises:
            EngineUnavailable: Down, hung, or set up so that its "clean" means nothing.
        """

    def scan(self, stream: Readable, size: int) -> ScanOutcome:
        """Check `size` bytes of `stream`.

        Raises:
            EngineUnavailable: No answer within the time limit, or a broken one.
        """


class NoEngine:
    """There is no scanner on this site: everything stays in quarantine, and pages say so."""

    name = "none"

    def version(self) -> str:
        """Refuse: there is nothing to ask."""
        raise EngineUnavailable("no scanner is configured")

    def scan(self, stream: Readable, size: int) -> ScanOutcome:
        """Refuse: there is nothing to ask."""
        del stream, size
        raise EngineUnavailable("no scanner is configured")


class _Port:
    engine: ScanEngine = NoEngine()


def bind_engine(engine: ScanEngine) -> None:
    """Choose the engine of this process; called by invigil/wiring.py."""
    _Port.engine = engine


def bound_engine() -> ScanEngine:
    """Return the engine chosen at start; NoEngine until then."""
    return _Port.engine
