"""What the rt processes and a worker say to each other over Redis: keys, calls, replies, facts.

1. A worker writes its heartbeat hash every second and lists itself in WORKERS.
2. A caller pushes a Request on the worker's call list and reads its own reply list.
3. Facts (MediaEvent) are published on the EVENTS channel; they may be lost, so nothing depends on
   hearing each one.
"""

from typing import Final

import msgspec

from proctoring.media.ports import Answer, IceCredentials, MediaEvent, SourceRef

WORKERS: Final = "sfu:workers"
EVENTS: Final = "sfu:events"
HEARTBEAT_SECONDS: Final = 1.0
HEARTBEAT_TTL_SECONDS: Final = 3
CALL_SECONDS: Final = 2.0
MAX_WAITING_CALLS: Final = 512
MAX_REPLY_BYTES: Final = 256 * 1024
LIST_TTL_SECONDS: Final = 10


def worker_key(worker: str) -> str:
    """Return the key of a worker's heartbeat hash."""
    return f"sfu:worker:{worker}"


def calls_key(worker: str, epoch: str) -> str:
    """Return the key of a worker's call list; a restarted worker has another one."""
    return f"sfu:calls:{worker}:{epoch}"


def replies_key(client: str) -> str:
    """Return the key of a caller's reply list."""
    return f"sfu:replies:{client}"


def room_key(room: str) -> str:
    """Return the key that says which worker serves a room."""
    return f"sfu:room:{room}"


class _Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="call"):
    """Base of what a worker can be asked."""


class Publish(_Call, frozen=True, tag="publish"):
    """MediaEngine.publish."""

    room: str
    who: str
    offer: str
    layers: tuple[str, ...]


class Subscribe(_Call, frozen=True, tag="subscribe"):
    """MediaEngine.subscribe."""

    room: str
    who: str
    offer: str
    slots: tuple[SourceRef | None, ...]


class Switch(_Call, frozen=True, tag="switch"):
    """MediaEngine.switch."""

    peer: str
    changes: dict[int, SourceRef | None]


class Restart(_Call, frozen=True, tag="restart"):
    """MediaEngine.restart_ice."""

    peer: str


class Close(_Call, frozen=True, tag="close"):
    """MediaEngine.close."""

    peer: str


class Sources(_Call, frozen=True, tag="sources"):
    """MediaEngine.sources."""

    room: str


Call = Publish | Subscribe | Switch | Restart | Close | Sources


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One call.

    Attributes:
        reply_to: The caller's reply list.
        expires_ms: Unix time after which nobody waits for the reply any more.
    """

    id: str
    reply_to: str
    expires_ms: int
    call: Call


class Fault(msgspec.Struct, frozen=True):
    """A refusal: the code and data of a DomainError."""

    code: str
    data: dict[str, str | int | float | bool | list[int] | None]


class Reply(msgspec.Struct, frozen=True):
    """The outcome of one call; which of the fields is set follows from the call."""

    id: str
    answer: Answer | None = None
    credentials: IceCredentials | None = None
    sources: tuple[str, ...] = ()
    fault: Fault | None = None


class Heartbeat(msgspec.Struct, frozen=True):
    """A worker's state; stored as a hash of texts.

    Attributes:
        epoch: Start time of the process in Unix milliseconds; differs after a restart.
        beat: Grows with each heartbeat; one that stands still means a dead worker.
        load: Packets sent per second.
        rooms: Rooms somebody publishes in, comma separated.
    """

    epoch: str
    beat: int
    port: int
    ips: str
    load: int
    peers: int
    rooms: str = ""


encode: Final = msgspec.json.Encoder().encode
decode_request: Final = msgspec.json.Decoder(Request).decode
decode_reply: Final = msgspec.json.Decoder(Reply).decode
decode_event: Final = msgspec.json.Decoder(MediaEvent).decode
