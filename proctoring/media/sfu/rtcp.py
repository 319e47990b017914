"""RTCP as bytes: the few packets the SFU sends, and a parser that never raises."""

import struct
from collections.abc import Sequence
from typing import Final

from aiortc import rtp

AnyPacket = rtp.AnyRtcpPacket
SenderReport = rtp.RtcpSrPacket
ReceiverReport = rtp.RtcpRrPacket
TransportFeedback = rtp.RtcpRtpfbPacket
PayloadFeedback = rtp.RtcpPsfbPacket
ReceptionBlock = rtp.RtcpReceiverInfo
Goodbye = rtp.RtcpByePacket

NACK: Final = rtp.RTCP_RTPFB_NACK
KEY_REQUESTS: Final = (rtp.RTCP_PSFB_PLI, rtp.RTCP_PSFB_FIR)
REMB: Final = rtp.RTCP_PSFB_APP
MAX_BLOCKS: Final = 31


def parse(data: bytes) -> list[AnyPacket]:
    """Return the packets of a compound; an empty list when it is malformed."""
    try:
        return rtp.RtcpPacket.parse(data)
    except (ValueError, struct.error, IndexError):
        return []


def key_request(sender: int, media: int) -> bytes:
    """Return a picture loss indication (RFC 4585 section 6.3.1)."""
    return bytes(rtp.RtcpPsfbPacket(fmt=rtp.RTCP_PSFB_PLI, ssrc=sender, media_ssrc=media))


def nack(sender: int, media: int, lost: Sequence[int]) -> bytes:
    """Return a generic NACK (RFC 4585 section 6.2.1)."""
    packet = rtp.RtcpRtpfbPacket(fmt=NACK, ssrc=sender, media_ssrc=media, lost=sorted(lost))
    return bytes(packet)


def receiver_report(sender: int, blocks: Sequence[ReceptionBlock]) -> bytes:
    """Return a receiver report (RFC 3550 section 6.4.2)."""
    return bytes(rtp.RtcpRrPacket(ssrc=sender, reports=list(blocks[:MAX_BLOCKS])))


def bandwidth_limit(sender: int, bits_per_second: int, streams: Sequence[int]) -> bytes:
    """Return a REMB (draft-alvestrand-rmcat-remb-03)."""
    fci = rtp.pack_remb_fci(bits_per_second, list(streams[:255]))
    return bytes(rtp.RtcpPsfbPacket(fmt=REMB, ssrc=sender, media_ssrc=0, fci=fci))


def sender_report(
    ssrc: int, *, ntp_seconds: float, rtp_time: int, packets: int, octets: int
) -> bytes:
    """Return a sender report (RFC 3550 section 6.4.1); `ntp_seconds` since 1900."""
    info = rtp.RtcpSenderInfo(
        ntp_timestamp=int(ntp_seconds * (1 << 32)) & 0xFFFFFFFFFFFFFFFF,
        rtp_timestamp=rtp_time & 0xFFFFFFFF,
        packet_count=packets & 0xFFFFFFFF,
        octet_count=octets & 0xFFFFFFFF,
    )
    return bytes(rtp.RtcpSrPacket(ssrc=ssrc, sender_info=info))


def parse_bandwidth(feedback: PayloadFeedback) -> int | None:
    """Return the bits per second of a REMB, None when it is something else."""
    try:
        return rtp.unpack_remb_fci(feedback.fci)[0]
    except (ValueError, struct.error, IndexError):
        return None


def reception_block(
    ssrc: int, *, fraction: int, lost: int, highest: int, jitter: int, sender: tuple[int, int]
) -> ReceptionBlock:
    """Return one block of a receiver report; `sender` is (LSR, DLSR) in 1/65536 s."""
    return rtp.RtcpReceiverInfo(
        ssrc=ssrc,
        fraction_lost=max(0, min(255, fraction)),
        packets_lost=rtp.clamp_packets_lost(lost),
        highest_sequence=highest & 0xFFFFFFFF,
        jitter=jitter & 0xFFFFFFFF,
        lsr=sender[0],
        dlsr=sender[1] & 0xFFFFFFFF,
    )
