"""Strict decoding: size, depth, unknown fields, and text of every kind."""

import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from kernel import wire
from kernel.wire import MAX_DEPTH, BadMessage, Message, decode, depth_of, encode


class Post(Message, frozen=True):
    body: str
    reply_to: int | None = None


def test_a_message_comes_back_as_it_was_written() -> None:
    message = Post(body="سلام", reply_to=4)
    assert decode(encode(message), Post) == message
    assert decode(encode(message).encode(), Post) == message


@pytest.mark.parametrize(
    "raw",
    [
        "", "{", "null", "[]", "{}", '{"body":1}', '{"body":"x","reply_to":"4"}',
        '{"body":"x","role":"admin"}', '{"body":null}', '{"body":"x"} x', b"\xff\xfe", b'{"body":"\xff"}',
        '{"body":"\ud800"}',
    ],
)  # fmt: skip
def test_what_breaks_the_contract_is_refused(raw: str | bytes) -> None:
    with pytest.raises(BadMessage) as refused:
        decode(raw, Post)
    assert refused.value.http_status == 400


def test_a_message_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Post(body="x").body = "y"  # type: ignore[misc] # the point of the test


def test_the_limit_counts_bytes_not_characters() -> None:
    text = json.dumps({"body": "é" * 30}, ensure_ascii=False)
    assert len(text) < 60 < len(text.encode())
    with pytest.raises(BadMessage) as refused:
        decode(text, Post, max_bytes=60)
    assert refused.value.data == {
        "reason": "too_large",
        "size_bytes": len(text.encode()),
        "limit_bytes": 60,
    }
    decode(text, Post, max_bytes=len(text.encode()))


def test_deep_nesting_is_refused_before_anything_parses_it() -> None:
    class Holder(Message, frozen=True):
        d: msgspec.Raw

    fits = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    decode(f'{{"d":{fits}}}', Holder)
    with pytest.raises(BadMessage) as refused:
        decode(f'{{"d":[{fits}]}}', Holder)
    assert refused.value.data == {"reason": "too_deep", "limit": MAX_DEPTH}
    with pytest.raises(BadMessage):
        decode("[" * 60_000, Post)


def test_brackets_inside_of_text_do_not_count() -> None:
    assert depth_of('{"a":"[[[[{{{{\\"[[["}') == 1
    assert depth_of('["\\\\",[]]') == 2
    assert depth_of('"never closed [[[') == 0


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='ab"\\[]{}é\n', max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


def true_depth(value: Any) -> int:
    children = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    )
    return 0 if children is None else 1 + max(map(true_depth, children), default=0)


@given(_json)
def test_the_depth_is_that_of_the_parsed_value(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert depth_of(text) == true_depth(value)
        assert depth_of(text.encode()) == true_depth(value)


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_no_input_raises_anything_but_bad_message(raw: bytes | str) -> None:
    try:
        decode(raw, Post)
    except BadMessage:
        return
    assert isinstance(msgspec.json.decode(raw), dict)


@given(st.text(max_size=20), st.none() | st.integers(-(2**53), 2**53))
def test_every_message_survives_the_way(body: str, reply_to: int | None) -> None:
    message = Post(body=body, reply_to=reply_to)
    assert decode(wire.encode(message), Post) == message


def test_the_depth_check_never_steps_back_and_so_is_linear_on_evil_text() -> None:
    evil = ('"' + "\\" * 30_000 + '"') + "[" * 5 + '\\"' * 10_000
    assert depth_of(evil) == 5
    yielding = re.findall(r"(?<!\()[*?](?!\+)", wire._STRING_OR_BRACKET.pattern)
    assert yielding == []  # each quantifier is possessive


def test_plain_text_can_be_stored() -> None:
    assert wire.plain(" a\x00b ") == "ab"
