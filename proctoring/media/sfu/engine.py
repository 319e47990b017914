"""The SFU as an object: peers, feeds and slots of one worker. Calls are synchronous and short.

Everything runs on one event loop; the caller supplies time, addresses, a way to start tasks and a
way to tell others what happened.
"""

import contextlib
import logging
import secrets
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from proctoring.media.errors import MediaBusy, OfferRefused, PeerUnknown
from proctoring.media.ports import Answer, IceCredentials, SourceRef
from proctoring.media.sfu.counters import Counters
from proctoring.media.sfu.feeds import Emit, FeedTable
from proctoring.media.sfu.ice import IceLite
from proctoring.media.sfu.inbound import KIND_NAMES, Feed, Inbound, feed_layers
from proctoring.media.sfu.link import Certificate
from proctoring.media.sfu.offer import Codec, MediaSection, Offer, parse_offer
from proctoring.media.sfu.outbound import Outbound, Slot
from proctoring.media.sfu.peer import Peer
from proctoring.media.sfu.sdp import (
    SEND_TIME_URI,
    Accepted,
    LocalTransport,
    Outgoing,
    accept_publication,
    build_answer,
    viewer_sections,
)
from proctoring.media.sfu.sink import Sink
from proctoring.media.sfu.source import Source

log = logging.getLogger(__name__)

IDLE_SECONDS: Final = 30.0

Spawn = Callable[[Coroutine[None, None, None]], object]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one worker."""

    peers: int = 1500
    viewers_per_person: int = 4
    publisher_bps: int = 2_500_000


class Sfu:
    """One worker's media plane.

    Attributes:
        ice: Fed by the mux; its table admits media.
        feeds: What is published, by room and name.
    """

    def __init__(
        self,
        *,
        name: str,
        ice: IceLite,
        addresses: tuple[tuple[str, int], ...],
        spawn: Spawn,
        emit: Emit,
        clock: Callable[[], float],
        limits: Limits = Limits(),
    ) -> None:
        self.name = name
        self.ice = ice
        self.counters = Counters()
        self.peers: dict[str, Peer] = {}
        self.feeds = FeedTable(emit)
        self._addresses = addresses
        self._spawn = spawn
        self._clock = clock
        self._limits = limits
        self._certificate = Certificate()

    def publish(self, room: str, who: str, offer_sdp: str, layers: Sequence[str]) -> Answer:
        """Take media of `who`; see MediaEngine.publish."""
        offer = parse_offer(offer_sdp)
        accepted = accept_publication(offer, layers)
        if not accepted:
            raise OfferRefused(reason="nothing_to_carry")
        peer = self._open(room, who)
        extensions: dict[int, str] = {}
        for part in accepted.values():
            extensions |= part.section.extensions
        peer.inbound = Inbound(extensions, peer.ssrc, self._limits.publisher_bps)
        for part in accepted.values():
            self._add_feed(peer, peer.inbound, part)
        return self._answer(peer, offer, accepted)

    def subscribe(
        self, room: str, who: str, offer_sdp: str, slots: Sequence[SourceRef | None]
    ) -> Answer:
        """Open slots for a viewer; see MediaEngine.subscribe."""
        offer = parse_offer(offer_sdp)
        sections = viewer_sections(offer)
        if not sections:
            raise OfferRefused(reason="nothing_to_carry")
        mine = [p for p in self.peers.values() if p.who == who and p.outbound is not None]
        if len(mine) >= self._limits.viewers_per_person:
            raise MediaBusy(limit=self._limits.viewers_per_person)
        peer = self._open(room, who)
        accepted: dict[str, Accepted] = {}
        opened: list[Slot] = []
        for number, (section, codecs) in enumerate(sections):
            slot = self._slot(peer, section, codecs)
            slot.wanted = slots[number] if number < len(slots) else None
            opened.append(slot)
            outgoing = Outgoing(f"slot{number}", slot.sink.ssrc, slot.sink.rtx_ssrc)
            accepted[section.mid] = Accepted(section, codecs, outgoing=outgoing)
        peer.outbound = Outbound(opened)
        return self._answer(peer, offer, accepted)

    def switch(self, peer_id: str, changes: Mapping[int, SourceRef | None]) -> None:
        """Show other sources; see MediaEngine.switch."""
        peer = self._peer(peer_id)
        slots = [] if peer.outbound is None else peer.outbound.slots
        if not all(0 <= number < len(slots) for number in changes):
            raise PeerUnknown(reason="no_such_slot")
        for number, wanted in changes.items():
            slots[number].wanted = wanted
        self.review()

    def restart_ice(self, peer_id: str) -> IceCredentials:
        """Issue new credentials; see MediaEngine.restart_ice."""
        agent = self._peer(peer_id).agent
        self.ice.restart(agent)
        return IceCredentials(agent.ufrag, agent.password)

    def close(self, peer_id: str) -> None:
        """Forget a peer and everything it published; unknown peers are ignored."""
        peer = self.peers.pop(peer_id, None)
        if peer is None:
            return
        peer.connected = False
        if peer.outbound is not None:
            peer.outbound.close()
        self.feeds.remove_of_peer(peer.id)
        self._spawn(self._goodbye(peer))
        self.review()

    def tick(self) -> None:
        """Repeat what was not answered; call every 40 ms."""
        now = self._clock()
        for peer in list(self.peers.values()):
            with self._alone(peer):
                peer.tick(now)

    def keep_house(self, unix_seconds: float) -> None:
        """Report, announce, choose layers and drop the silent; call every 200 ms."""
        now = self._clock()
        for peer in list(self.peers.values()):
            if now - peer.agent.last_seen > IDLE_SECONDS:
                self._lose(peer)
                continue
            with self._alone(peer):
                peer.report(now, unix_seconds)
        self.review()

    def review(self) -> None:
        """Announce feeds and bring every slot nearer to what its viewer wants."""
        now = self._clock()
        viewers = [p for p in self.peers.values() if p.outbound is not None and p.connected]
        self.feeds.announce(viewers, now)
        for peer in viewers:
            if peer.outbound is not None:
                with self._alone(peer):
                    peer.outbound.review(self.feeds.finder(peer.room), now)

    @contextlib.contextmanager
    def _alone(self, peer: Peer) -> Iterator[None]:
        """Lose the one peer whose turn fails; everybody else's media goes on."""
        try:
            yield
        except Exception:  # whatever a hostile peer brought about is its own end only
            log.exception("a peer failed and is dropped")
            self._lose(peer)

    async def _goodbye(self, peer: Peer) -> None:
        """Tell the browser by DTLS while its address is known, then forget the address."""
        try:
            await peer.link.close()
        finally:
            self.ice.close(peer.agent)

    def _open(self, room: str, who: str) -> Peer:
        if len(self.peers) >= self._limits.peers:
            raise MediaBusy(limit=self._limits.peers)
        peer = Peer(
            f"{secrets.token_hex(12)}@{self.name}",
            room=room,
            who=who,
            ice=self.ice,
            certificate=self._certificate,
            counters=self.counters,
            now=self._clock(),
        )
        self.peers[peer.id] = peer
        return peer

    def _peer(self, peer_id: str) -> Peer:
        peer = self.peers.get(peer_id)
        if peer is None:
            raise PeerUnknown
        return peer

    def _add_feed(self, peer: Peer, inbound: Inbound, part: Accepted) -> None:
        section = part.section
        name = f"{peer.who}/{KIND_NAMES[section.kind]}"
        feed = Feed(room=peer.room, name=name, kind=section.kind, peer_id=peer.id)
        for layer in feed_layers(part):
            source = Source(
                part.codecs[0],
                mid=section.mid,
                layer=layer,
                feedback=peer.link.send_control,
                feedback_ssrc=peer.ssrc,
                counters=self.counters,
            )
            feed.layers[layer] = source
            inbound.expect(source, None if part.rids else section.ssrc)
        replaced = self.feeds.add(feed)
        if replaced is not None:
            self.close(replaced.peer_id)

    def _slot(self, peer: Peer, section: MediaSection, codecs: tuple[Codec, ...]) -> Slot:
        repairs = {codec.apt: codec.payload_type for codec in codecs if codec.name == "RTX"}
        kinds = {
            codec.name: (codec.payload_type, repairs.get(codec.payload_type))
            for codec in codecs
            if codec.name != "RTX"
        }
        ids = [
            n for n, uri in section.extensions.items() if uri == SEND_TIME_URI and n < 15
        ]  # one-byte headers
        send_time_id = ids[0] if ids else None
        sink = Sink(peer.link.send, kinds, send_time_id=send_time_id, counters=self.counters)
        return Slot(section.kind, sink)

    def _answer(self, peer: Peer, offer: Offer, accepted: Mapping[str, Accepted]) -> Answer:
        local = LocalTransport(
            peer.agent.ufrag, peer.agent.password, self._certificate.fingerprint, self._addresses
        )
        self._spawn(self._connect(peer, offer.fingerprints))
        return Answer(build_answer(offer, accepted, local), peer.id)

    async def _connect(self, peer: Peer, fingerprints: list[tuple[str, str]]) -> None:
        peer.link.on_closed = lambda: self._lose(peer)
        try:
            is_connected = await peer.link.connect(fingerprints)
        except Exception:  # whatever OpenSSL makes of one browser's records; the others go on
            log.exception("handshake of %s failed", peer.id)
            is_connected = False
        if is_connected:
            peer.connected = peer.id in self.peers
            self.review()
        else:
            self._lose(peer)

    def _lose(self, peer: Peer) -> None:
        if peer.id in self.peers:
            self.close(peer.id)
            self.feeds.announce_lost(peer)
