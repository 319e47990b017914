"""ClamAV through clamd's INSTREAM. Every failure, whatever its kind, means "not clean".

Four things in the `clamd` package need care (release 1.0.2, read in its source): it connects
before it sets a time limit, its limit is per operation, it sends with `send`, which may take only
a part of a chunk and so garble the stream that is being checked, and it fails with AttributeError
when it cannot connect. They are settled by the socket we hand to it.
"""

import socket
import time
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO, Final

import clamd  # type: ignore[import-untyped] # the package has no types

from scanner.engines import samples
from scanner.engines.base import EngineUnavailable, Finding, ScanOutcome
from scanner.storage import Readable

PROOF_LASTS_SECONDS: Final = 60.0
_LIMIT_WORDS: Final = ("Heuristics.Limits.", "Heuristics.Encrypted.")


@dataclass(frozen=True, slots=True)
class ClamavAddress:
    """Where clamd listens: `path` of a unix socket, or host and port."""

    path: str = ""
    host: str = "127.0.0.1"
    port: int = 3310


@dataclass(slots=True)
class ClamavEngine:
    """Asks one clamd.

    Attributes:
        max_bytes: Larger files are refused without asking; must not exceed clamd's own
            StreamMaxLength, MaxFileSize and MaxScanSize.
        timeout_seconds: For one whole question, connecting included.
    """

    address: ClamavAddress
    max_bytes: int
    timeout_seconds: float = 20.0
    name: str = "clamav"
    _proved_until: float = field(default=0.0, repr=False)

    def version(self) -> str:
        """Return clamd's version line, after proof that its settings can be relied upon.

        Raises:
            EngineUnavailable: Down, hung, or AlertEncrypted or AlertExceedsMax is off: with
                those off clamd says OK to what it has not looked into.
        """
        try:
            said = str(self._client(min(self.timeout_seconds, 3.0)).version())
        except (clamd.ClamdError, OSError) as error:
            raise EngineUnavailable(f"clamd: {error}") from error
        if not said.startswith("ClamAV"):
            raise EngineUnavailable(f"clamd answered {said[:80]!r}")
        if time.monotonic() >= self._proved_until:
            self._prove()
        return said[:120]

    def scan(self, stream: Readable, size: int) -> ScanOutcome:
        """Check the stream; see ScanEngine."""
        if size > self.max_bytes:
            return ScanOutcome(Finding.REFUSED, "larger than the scanner's limit")
        try:
            answer = self._client(self.timeout_seconds).instream(stream)
        except clamd.BufferTooLongError:
            return ScanOutcome(Finding.REFUSED, "larger than the scanner's limit")
        except (clamd.ClamdError, OSError) as error:
            raise EngineUnavailable(f"clamd: {error}") from error
        if not answer or "stream" not in answer:
            raise EngineUnavailable("clamd closed the connection without an answer")
        return _outcome(*answer["stream"])

    def _prove(self) -> None:
        for setting, sample in (
            ("AlertEncrypted", samples.encrypted_zip()),
            ("AlertExceedsMax", samples.nested_zip()),
        ):
            if self.scan(BytesIO(sample), len(sample)).finding is Finding.CLEAN:
                raise EngineUnavailable(f"clamd runs without {setting}")
        self._proved_until = time.monotonic() + PROOF_LASTS_SECONDS

    def _client(self, timeout_seconds: float) -> "_Client":
        return _Client(self.address, time.monotonic() + timeout_seconds)


def _outcome(status: str, found: str | None) -> ScanOutcome:
    word = found or ""
    if status == "OK":
        return ScanOutcome(Finding.CLEAN)
    if status != "FOUND":
        raise EngineUnavailable(f"clamd answered {status} {word}")
    refused = word.startswith(_LIMIT_WORDS)
    return ScanOutcome(Finding.REFUSED if refused else Finding.INFECTED, word[:120])


class _DeadlineSocket:
    """A socket whose every operation shares one deadline, and whose send sends everything."""

    def __init__(self, plain: socket.socket, deadline: float) -> None:
        self._plain = plain
        self._deadline = deadline

    def send(self, data: bytes) -> None:
        self._allow_rest()
        self._plain.sendall(data)

    def makefile(self, mode: str) -> BinaryIO:
        del mode
        self._allow_rest()
        return self._plain.makefile("rb")

    def close(self) -> None:
        self._plain.close()

    def _allow_rest(self) -> None:
        self._plain.settimeout(_rest(self._deadline))


class _Client(clamd.ClamdNetworkSocket):  # type: ignore[misc] # the package has no types
    def __init__(self, address: ClamavAddress, deadline: float) -> None:
        super().__init__()
        self.clamd_socket: _DeadlineSocket | None = None
        self._address = address
        self._deadline = deadline

    def _init_socket(self) -> None:
        self.clamd_socket = _DeadlineSocket(self._connect(), self._deadline)

    def _close_socket(self) -> None:
        if self.clamd_socket is not None:  # the package closes even what it could not open
            self.clamd_socket.close()

    def _connect(self) -> socket.socket:
        if not self._address.path:
            where = (self._address.host, self._address.port)
            return socket.create_connection(where, timeout=_rest(self._deadline))
        plain = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            plain.settimeout(_rest(self._deadline))
            plain.connect(self._address.path)
        except OSError:
            plain.close()
            raise
        return plain


def _rest(deadline: float) -> float:
    rest = deadline - time.monotonic()
    if rest <= 0:
        raise TimeoutError("clamd took too long")
    return rest
