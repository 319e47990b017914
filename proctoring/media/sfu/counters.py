"""What one worker counts; read by the heartbeat, never reset."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Totals since the worker started.

    Attributes:
        dropped: Packets not sent because the socket was full or the packet too large.
        refused: Datagrams that failed decryption or came from an unknown stream.
    """

    packets_in: int = 0
    packets_out: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    dropped: int = 0
    refused: int = 0
    nacks_out: int = 0
    nacks_in: int = 0
    repairs_out: int = 0
    key_requests: int = 0
