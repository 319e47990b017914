"""Strict decoding and encoding of wire messages: frozen msgspec structs, size and depth caps."""

from typing import Any, Final, TypeVar

import msgspec

from kernel.errors import DomainError

MAX_FRAME_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 16

S = TypeVar("S", bound=msgspec.Struct)


class BadMessage(DomainError):
    """The message is not what the contract says; nothing was done."""

    code = "bad_message"
    http_status = 400


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every wire message. Subclasses set `tag="noun.verb"` and `tag_field="t"` if tagged."""


def decode(raw: bytes | str, shape: type[S], *, max_bytes: int = MAX_FRAME_BYTES) -> S:
    """Return `raw` JSON as `shape`.

    Raises:
        BadMessage: Too large, too deep, not JSON, unknown field, wrong type or missing field.
    """
    size = len(raw) if isinstance(raw, bytes) else len(raw.encode())
    if size > max_bytes:
        raise BadMessage(reason="too_large", size_bytes=size, limit_bytes=max_bytes)
    if depth_of(raw) > MAX_DEPTH:
        raise BadMessage(reason="too_deep", limit=MAX_DEPTH)
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadMessage(reason=str(error)[:200]) from None


def depth_of(raw: bytes | str) -> int:
    """Return the deepest nesting of brackets in `raw` outside of strings."""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    depth = deepest = 0
    in_string = escaped = False
    for char in text:
        if in_string:
            in_string, escaped = _string_state(char, escaped=escaped)
        elif char == '"':
            in_string = True
        elif char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _string_state(char: str, *, escaped: bool) -> tuple[bool, bool]:
    if escaped:
        return True, False
    return char != '"', char == "\\"


def encode(message: msgspec.Struct | dict[str, Any] | list[Any]) -> str:
    """Return `message` as compact JSON text."""
    return msgspec.json.encode(message).decode()
