"""Which peers belong to which socket of this process. No I/O."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from proctoring.media.errors import MediaBusy, PeerUnknown
from proctoring.media.ports import HIGH_LAYER, SourceRef

MAX_PEERS_PER_CONNECTION: Final = 4


@dataclass(slots=True)
class PeerRecord:
    """One peer of one socket.

    Attributes:
        attempt_id: Set for a candidate's publication, None for a wall.
        slots: What the wall asked for, by slot number.
    """

    peer_id: str
    connection_id: str
    sitting_id: int
    attempt_id: int | None = None
    slots: dict[int, SourceRef | None] = field(default_factory=dict)

    @property
    def topic(self) -> str:
        """Return the topic on which the holder hears about this peer."""
        if self.attempt_id is None:
            return f"media:{self.sitting_id}"
        return f"media:a{self.attempt_id}"


class PeerBook:
    """The records, by peer; a socket that closes while its call is under way is remembered."""

    def __init__(self) -> None:
        self._records: dict[str, PeerRecord] = {}
        self._under_way: dict[str, int] = {}
        self._gone: set[str] = set()

    @contextmanager
    def opening(self, connection_id: str) -> Iterator[None]:
        """Hold a place for a peer while the engine is asked.

        Raises:
            MediaBusy: The socket has all the peers it may have.
        """
        busy = self._under_way.get(connection_id, 0)
        if len(self.of_connection(connection_id)) + busy >= MAX_PEERS_PER_CONNECTION:
            raise MediaBusy(limit=MAX_PEERS_PER_CONNECTION)
        self._under_way[connection_id] = busy + 1
        try:
            yield
        finally:
            self._under_way[connection_id] -= 1
            if not self._under_way[connection_id]:
                del self._under_way[connection_id]
                self._gone.discard(connection_id)

    def add(self, record: PeerRecord) -> bool:
        """Enter a new peer; False when its socket has closed meanwhile."""
        if record.connection_id in self._gone:
            return False
        self._records[record.peer_id] = record
        return True

    def owned(self, connection_id: str, peer_id: str) -> PeerRecord:
        """Return a peer of this socket.

        Raises:
            PeerUnknown: No such peer, or it is somebody else's.
        """
        record = self._records.get(peer_id)
        if record is None or record.connection_id != connection_id:
            raise PeerUnknown
        return record

    def find(self, peer_id: str) -> PeerRecord | None:
        """Return a peer of this process."""
        return self._records.get(peer_id)

    def of_connection(self, connection_id: str) -> list[PeerRecord]:
        """Return the peers of one socket."""
        return [r for r in self._records.values() if r.connection_id == connection_id]

    def on_worker(self, address: str) -> list[PeerRecord]:
        """Return the peers that live on `<worker>/<epoch>`."""
        return [r for r in self._records.values() if r.peer_id.endswith(f"@{address}")]

    def drop(self, records: Iterable[PeerRecord]) -> None:
        """Forget peers."""
        for record in list(records):
            self._records.pop(record.peer_id, None)

    def drop_connection(self, connection_id: str) -> list[PeerRecord]:
        """Forget everything of a socket that closed; return its peers."""
        if connection_id in self._under_way:
            self._gone.add(connection_id)
        records = self.of_connection(connection_id)
        self.drop(records)
        return records


def attempt_of(source: str) -> int:
    """Return whose a source named `attempt:<id>/…` is."""
    return int(source.partition("/")[0].removeprefix("attempt:"))


def attempts_at_large(slots: Iterable[SourceRef | None]) -> frozenset[int]:
    """Return whose picture these slots show in the high layer."""
    return frozenset(
        attempt_of(shown.name) for shown in slots if shown is not None and shown.layer == HIGH_LAYER
    )
