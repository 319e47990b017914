"""Strict decoding and encoding of wire messages: frozen msgspec structs, size and depth caps."""

import re
from typing import Any, Final, TypeVar

import msgspec

from kernel.errors import DomainError

MAX_FRAME_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 16

S = TypeVar("S", bound=msgspec.Struct)
_STRING_OR_BRACKET: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+|[\[\]{}]', re.DOTALL)


class BadMessage(DomainError):
    """The message is not what the contract says; nothing was done."""

    code = "bad_message"
    http_status = 400


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every wire message. Subclasses set `tag="noun.verb"` and `tag_field="t"` if tagged."""


def plain(text: str) -> str:
    """Return `text` without the one character that PostgreSQL cannot store, trimmed."""
    return text.replace("\x00", "").strip()


def decode(raw: bytes | str, shape: type[S], *, max_bytes: int = MAX_FRAME_BYTES) -> S:
    """Return `raw` JSON as `shape`.

    Raises:
        BadMessage: Too large, too deep, not JSON, unknown field, wrong type or missing field.
    """
    check_limits(raw, max_bytes=max_bytes)
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadMessage(reason=str(error)[:200]) from None


def check_limits(raw: bytes | str, *, max_bytes: int = MAX_FRAME_BYTES) -> None:
    """Refuse text that is too large or nested too deeply, before anything parses it.

    Raises:
        BadMessage: One of the two.
    """
    size = len(raw) if isinstance(raw, bytes) else len(raw.encode("utf-8", "surrogatepass"))
    if size > max_bytes:
        raise BadMessage(reason="too_large", size_bytes=size, limit_bytes=max_bytes)
    if depth_of(raw) > MAX_DEPTH:
        raise BadMessage(reason="too_deep", limit=MAX_DEPTH)


def depth_of(raw: bytes | str) -> int:
    """Return the deepest nesting of brackets in `raw` outside of strings.

    Linear: strings are skipped by one pattern that never steps back (possessive quantifiers).
    """
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    depth = deepest = 0
    for token in _STRING_OR_BRACKET.finditer(text):
        first = token[0][0]
        if first in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif first in "]}":
            depth -= 1
    return deepest


def encode(message: msgspec.Struct | dict[str, Any] | list[Any]) -> str:
    """Return `message` as compact JSON text."""
    return msgspec.json.encode(message).decode()
