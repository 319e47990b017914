"""The only frames on the socket (pure): what a client may send, what the server sends.

A frame is one JSON object or an array of them. Times are whole milliseconds since the Unix
epoch, UTC. A new incompatible shape needs a new subprotocol, never a changed field.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from kernel import clock, wire
from kernel.errors import DomainError

SUBPROTOCOL: Final = "invigil.v1"
MAX_BATCH: Final = 32
MAX_ID: Final = 64
_TYPE: Final = re.compile(r"[a-z][a-z_]{0,31}(\.[a-z][a-z_]{0,31})?")


class Request(wire.Message, frozen=True):
    """One thing a client asks: `sub`, `unsub`, `hb` or a call `noun.verb`."""

    t: str
    id: str | None = None
    top: str | None = None
    since: int | None = None
    d: msgspec.Raw = msgspec.Raw(b"{}")


class Pushed(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event of a topic. `seq` is its place in the topic's log; absent when it has none."""

    t: str
    top: str
    at: int
    d: dict[str, Any]
    seq: int | None = None

    @classmethod
    def of(
        cls,
        topic: str,
        message: msgspec.Struct,
        *,
        seq: int | None = None,
        at_ms: int | None = None,
    ) -> "Pushed":
        """Return `message` (a struct tagged `noun.verbed`) as an event of `topic`.

        Raises:
            TypeError: The struct has no tag, so it has no name on the wire.
        """
        now_ms = clock.to_millis(clock.now()) if at_ms is None else at_ms
        return cls(t=tag_of(type(message)), top=topic, at=now_ms, d=body_of(message), seq=seq)


class Hello(msgspec.Struct, frozen=True, tag="hello", tag_field="t"):
    """First frame of the server: who you are, what time it is, how to come back cheaply."""

    d: "HelloBody"


class HelloBody(msgspec.Struct, frozen=True):
    """`ticket` is shown at the next connect instead of a session look-up."""

    user: int
    server_time: int
    ticket: str
    conn: str


class Subscribed(msgspec.Struct, frozen=True, tag="subd", tag_field="t"):
    """Answer to `sub`: the state now, its head, and what was missed since `since`."""

    re: str
    top: str
    head: int
    d: Any = None
    events: Sequence[Pushed] = ()


class Ack(msgspec.Struct, frozen=True, tag="ack", tag_field="t"):
    """The call has been carried out and committed."""

    re: str
    d: Any = None


class ErrorFrame(msgspec.Struct, frozen=True, tag="err", tag_field="t"):
    """The request `re` was refused and changed nothing."""

    re: str | None
    code: str
    d: dict[str, Any] = {}


class Gap(msgspec.Struct, frozen=True, tag="gap", tag_field="t"):
    """Events of `top` were dropped on the way to this client: subscribe again."""

    top: str
    head: int = 0


class Heads(msgspec.Struct, frozen=True, tag="pos", tag_field="t"):
    """Latest sequence number per topic; a client that is behind asks for the rest."""

    d: dict[str, int]


class HeartBeat(msgspec.Struct, frozen=True, omit_defaults=True, tag="hb", tag_field="t"):
    """Answer to `hb`, for the round trip and the clock; now and then with a new ticket."""

    at: int
    re: str | None = None
    ticket: str | None = None


class Bye(msgspec.Struct, frozen=True, tag="bye", tag_field="t"):
    """The server is going away; come back after `retry_after` milliseconds."""

    d: "ByeBody"


class ByeBody(msgspec.Struct, frozen=True):
    """How long to wait, so that not everybody returns in the same second."""

    retry_after: int


class Changed(msgspec.Struct, frozen=True):
    """Latest value per key of a STATE topic; `t` is `<noun>.changed`."""

    t: str
    top: str
    rev: int
    d: dict[str, msgspec.Raw]


_REQUESTS: Final = msgspec.json.Decoder(Request)
_BATCHES: Final = msgspec.json.Decoder(list[Request])
ServerFrame = (
    Hello | Subscribed | Ack | ErrorFrame | Gap | Heads | HeartBeat | Bye | Changed | Pushed
)


def read_frame(text: str) -> list[Request]:
    """Return the requests of one client frame.

    Raises:
        BadMessage: Too large, too deep, not JSON, unknown field, malformed name, or too many.
    """
    wire.check_limits(text)
    try:
        is_batch = text.lstrip()[:1] == "["
        requests = _BATCHES.decode(text) if is_batch else [_REQUESTS.decode(text)]
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise wire.BadMessage(reason=str(error)[:200]) from None
    if len(requests) > MAX_BATCH:
        raise wire.BadMessage(reason="too_many", limit=MAX_BATCH)
    for request in requests:
        _check_names(request)
    return requests


def _check_names(request: Request) -> None:
    if not _TYPE.fullmatch(request.t):
        raise wire.BadMessage(reason="type")
    if request.id is not None and not 0 < len(request.id) <= MAX_ID:
        raise wire.BadMessage(reason="id")
    if request.since is not None and request.since < 0:
        raise wire.BadMessage(reason="since")


def write(frame: ServerFrame) -> str:
    """Return `frame` as compact JSON text."""
    return msgspec.json.encode(frame).decode()


def error_frame(re: str | None, error: DomainError) -> str:
    """Return the `err` frame of a refusal."""
    return write(ErrorFrame(re=re, code=error.code, d=dict(error.data)))


def join(frames: Sequence[str]) -> str:
    """Return frames already encoded as one frame: itself, or an array of them."""
    return frames[0] if len(frames) == 1 else f"[{','.join(frames)}]"


def tag_of(message_type: type[msgspec.Struct]) -> str:
    """Return the wire name of a tagged struct.

    Raises:
        TypeError: It has no text tag.
    """
    tag = message_type.__struct_config__.tag
    if not isinstance(tag, str):
        raise TypeError(f"{message_type.__name__} has no tag: give it tag='noun.verbed'")
    return tag


def body_of(message: msgspec.Struct) -> dict[str, Any]:
    """Return the fields of `message` without its tag, ready to be encoded."""
    return msgspec.structs.asdict(message)
