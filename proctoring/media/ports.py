"""The port to a media engine: what signalling asks for and what it hears back. No I/O here."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final, Literal, Protocol

import msgspec

Layer = Literal["q", "f"]
LOW_LAYER: Final = "q"
HIGH_LAYER: Final = "f"
LAYERS: Final = (LOW_LAYER, HIGH_LAYER)


class SourceRef(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One picture and the layer of it that is wanted.

    Attributes:
        name: `attempt:<id>/camera` or `attempt:<id>/microphone`; unique within a room.
        layer: "q" (thumbnail) or "f" (full); a missing "f" is served as "q".
    """

    name: str
    layer: Layer = LOW_LAYER


class Answer(msgspec.Struct, frozen=True):
    """The engine's answer to a browser's offer.

    Attributes:
        peer_id: Handle for the later calls; names the worker too, opaque to browsers.
    """

    sdp: str
    peer_id: str


class IceCredentials(msgspec.Struct, frozen=True):
    """Replacement of `a=ice-ufrag` and `a=ice-pwd` in the answer the browser holds."""

    ufrag: str
    password: str


class _Event(msgspec.Struct, frozen=True, tag_field="kind"):
    """Base of the facts an engine reports."""


class SourceUp(_Event, frozen=True, tag="source_up"):
    """Packets of a source arrive (first ones, or again after silence)."""

    room: str
    name: str
    peer_id: str


class SourceDown(_Event, frozen=True, tag="source_down"):
    """No packet of a source for three seconds, or its publisher left."""

    room: str
    name: str
    peer_id: str


class LayerWanted(_Event, frozen=True, tag="layer_wanted"):
    """Whether any viewer wants this layer of a source; the publisher should send it or stop."""

    room: str
    name: str
    layer: Layer
    wanted: bool
    peer_id: str


class PeerLost(_Event, frozen=True, tag="peer_lost"):
    """The engine gave up on a peer: silent for too long, failed or closed by the browser."""

    room: str
    peer_id: str


class WorkerLost(_Event, frozen=True, tag="worker_lost"):
    """A worker died or restarted: every peer whose id ends in `@<worker>/<epoch>` is gone."""

    worker: str
    epoch: str


MediaEvent = SourceUp | SourceDown | LayerWanted | PeerLost | WorkerLost


class MediaEngine(Protocol):
    """A selective forwarding unit, wherever it runs. One contract test suite covers all adapters."""

    async def publish(
        self, room: str, who: str, offer_sdp: str, *, layers: Sequence[str] = LAYERS
    ) -> Answer:
        """Accept media of `who` (`attempt:<id>`) into `room`; a newer publication replaces an older.

        Raises:
            OfferRefused: Nothing in the offer can be carried.
            MediaBusy: The worker is full.
            MediaUnavailable: No worker answered within two seconds.
        """
        ...

    async def subscribe(
        self, room: str, who: str, offer_sdp: str, slots: Sequence[SourceRef | None]
    ) -> Answer:
        """Open one receive-only slot per media section of the offer; `slots` fills the first ones.

        A source that is not there yet is shown as soon as it comes up. Only sources of the same
        room can be seen.

        Raises:
            OfferRefused, MediaBusy, MediaUnavailable: As for `publish`.
        """
        ...

    async def switch(self, peer_id: str, changes: Mapping[int, SourceRef | None]) -> None:
        """Show other sources in slots of a viewer, without new SDP; None empties a slot.

        The old picture stays until the first key frame of the new one.

        Raises:
            PeerUnknown: The peer or a slot does not exist.
            MediaUnavailable: The worker did not answer within two seconds.
        """
        ...

    async def restart_ice(self, peer_id: str) -> IceCredentials:
        """Issue new ICE credentials for a peer; media goes on meanwhile.

        Raises:
            PeerUnknown, MediaUnavailable: As for `switch`.
        """
        ...

    async def close(self, peer_id: str) -> None:
        """Forget a peer; unknown peers are ignored."""
        ...

    async def sources(self, room: str) -> Sequence[str]:
        """Return the names of the live sources of a room, sorted.

        Raises:
            MediaUnavailable: The worker did not answer within two seconds.
        """
        ...

    def events(self) -> AsyncIterator[MediaEvent]:
        """Yield what happens from now on, in order per worker; may skip when Redis is away."""
        ...
