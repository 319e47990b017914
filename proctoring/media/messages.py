"""The media.* messages on the socket: calls, their answers, and what the server pushes."""

from typing import Annotated, Final

from msgspec import Meta

from kernel.wire import Message
from proctoring.media.ports import Layer

MAX_OFFER_CHARS: Final = 60_000
MAX_SLOTS: Final = 64

Offer = Annotated[str, Meta(min_length=1, max_length=MAX_OFFER_CHARS)]
PeerId = Annotated[str, Meta(min_length=1, max_length=160)]
SlotNumber = Annotated[int, Meta(ge=0, lt=MAX_SLOTS)]
SourceName = Annotated[str, Meta(pattern=r"^attempt:[0-9]{1,18}/(camera|microphone)$")]


class SlotWish(Message, frozen=True):
    """What a slot should show: a source by name, in the low (q) or high (f) layer."""

    source: SourceName
    layer: Layer = "q"


class SlotChange(Message, frozen=True):
    """A new wish for one slot; null empties it."""

    slot: SlotNumber
    show: SlotWish | None


class MediaPublish(Message, frozen=True, tag="media.publish", tag_field="t"):
    """A candidate's browser offers its camera; acknowledged with MediaAnswer."""

    attempt: int
    offer: Offer


class MediaSubscribe(Message, frozen=True, tag="media.subscribe", tag_field="t"):
    """A wall offers one receive-only slot per media section; acknowledged with MediaAnswer."""

    offer: Offer
    slots: Annotated[tuple[SlotWish | None, ...], Meta(max_length=MAX_SLOTS)] = ()


class MediaSwitch(Message, frozen=True, tag="media.switch", tag_field="t"):
    """A wall turns its page: other sources in some slots, no new SDP."""

    peer: PeerId
    changes: Annotated[tuple[SlotChange, ...], Meta(min_length=1, max_length=MAX_SLOTS)]


class MediaLayer(Message, frozen=True, tag="media.layer", tag_field="t"):
    """A wall wants another layer of what a slot shows."""

    peer: PeerId
    slot: SlotNumber
    layer: Layer


class MediaRestart(Message, frozen=True, tag="media.restart", tag_field="t"):
    """A browser restarts ICE on a peer; acknowledged with MediaIce."""

    peer: PeerId


class MediaClose(Message, frozen=True, tag="media.close", tag_field="t"):
    """A browser is done with a peer."""

    peer: PeerId


class MediaAnswer(Message, frozen=True):
    """The SDP answer and the handle of the new peer."""

    sdp: str
    peer: str


class MediaIce(Message, frozen=True):
    """New ICE credentials, to be put into the answer the browser holds."""

    ufrag: str
    password: str


class MediaRoom(Message, frozen=True):
    """Snapshot of `media:<sitting>`: the live sources, sorted."""

    sources: tuple[str, ...]


class MediaLayerWanted(Message, frozen=True, tag="media.layer_wanted", tag_field="t"):
    """To a candidate: send this layer, or stop sending it."""

    layer: Layer
    wanted: bool


class MediaReassign(Message, frozen=True, tag="media.reassign", tag_field="t"):
    """These peers are gone with their worker: whoever holds one makes a new connection now."""

    peers: tuple[str, ...]


class MediaSources(Message, frozen=True, tag="media.sources", tag_field="t"):
    """To the wall: sources that came up and that went down."""

    up: tuple[str, ...] = ()
    down: tuple[str, ...] = ()


CALLS: Final = (MediaPublish, MediaSubscribe, MediaSwitch, MediaLayer, MediaRestart, MediaClose)
PUSHES: Final = (MediaLayerWanted, MediaReassign, MediaSources)
