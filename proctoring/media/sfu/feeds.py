"""What is published in which room, and the announcements that follow from it. Sans-I/O."""

from collections.abc import Callable, Iterable

from proctoring.media.ports import (
    HIGH_LAYER,
    LayerWanted,
    MediaEvent,
    PeerLost,
    SourceDown,
    SourceUp,
)
from proctoring.media.sfu.inbound import Feed
from proctoring.media.sfu.outbound import FindFeed
from proctoring.media.sfu.peer import Peer

Emit = Callable[[MediaEvent], None]


class FeedTable:
    """Feeds by room and name; a viewer can only ever look into its own room."""

    def __init__(self, emit: Emit) -> None:
        self._feeds: dict[tuple[str, str], Feed] = {}
        self._emit = emit

    def add(self, feed: Feed) -> Feed | None:
        """Put a feed in; return the one it replaces, announced as down."""
        key = (feed.room, feed.name)
        replaced = self._feeds.get(key)
        self._feeds[key] = feed
        if replaced is not None and replaced.live:
            self._emit(SourceDown(replaced.room, replaced.name, replaced.peer_id))
        return replaced

    def finder(self, room: str) -> FindFeed:
        """Return the look-up by name within a room."""
        return lambda name: self._feeds.get((room, name))

    def live(self, room: str) -> list[str]:
        """Return the names of the live feeds of a room, sorted."""
        return sorted(f.name for f in self._feeds.values() if f.room == room and f.live)

    def rooms(self) -> set[str]:
        """Return the rooms somebody publishes in."""
        return {feed.room for feed in self._feeds.values()}

    def remove_of_peer(self, peer_id: str) -> None:
        """Take out what a peer published, unless a newer publication replaced it."""
        for key, feed in list(self._feeds.items()):
            if feed.peer_id == peer_id:
                del self._feeds[key]
                if feed.live:
                    self._emit(SourceDown(feed.room, feed.name, feed.peer_id))

    def announce(self, viewers: Iterable[Peer], now: float) -> None:
        """Tell which feeds came up or went down, and which high layers are wanted now."""
        wanted: set[tuple[str, str]] = set()
        for viewer in viewers:
            names = {} if viewer.outbound is None else viewer.outbound.wants()
            wanted.update((viewer.room, name) for name, high in names.items() if high)
        for key, feed in self._feeds.items():
            self._announce_life(feed, now)
            self._announce_wish(feed, wanted=key in wanted)

    def announce_lost(self, peer: Peer) -> None:
        """Tell that the worker gave up on a peer."""
        self._emit(PeerLost(peer.room, peer.id))

    def _announce_life(self, feed: Feed, now: float) -> None:
        heard = feed.heard(now)
        if heard != feed.live:
            feed.live = heard
            kind = SourceUp if heard else SourceDown
            self._emit(kind(feed.room, feed.name, feed.peer_id))

    def _announce_wish(self, feed: Feed, *, wanted: bool) -> None:
        if feed.live and HIGH_LAYER in feed.layers and wanted != feed.high_wanted:
            feed.high_wanted = wanted
            wish = LayerWanted(feed.room, feed.name, HIGH_LAYER, wanted, feed.peer_id)
            self._emit(wish)
