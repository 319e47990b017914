"""Frames: what is taken, what is refused, and the exact text that is sent."""

import contextlib
import json

import msgspec
import pytest
from hypothesis import given, strategies as st

from kernel.errors import DomainError
from kernel.wire import MAX_FRAME_BYTES, BadMessage
from realtime import envelope
from realtime.envelope import Ack, Gap, Heads, Pushed, read_frame, write


class Posted(msgspec.Struct, frozen=True, tag="chat.posted", tag_field="t"):
    body: str
    reply_to: int | None = None


class Nameless(msgspec.Struct, frozen=True):
    body: str


def test_one_object_and_an_array_are_both_frames() -> None:
    assert [r.t for r in read_frame('{"t":"hb"}')] == ["hb"]
    both = read_frame(' [{"t":"sub","id":"c1","top":"chat:1","since":4},{"t":"hb","id":"h"}]')
    assert [(r.t, r.id, r.top, r.since) for r in both] == [
        ("sub", "c1", "chat:1", 4),
        ("hb", "h", None, None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "null",
        "1",
        '"hb"',
        "{}",
        '{"t":1}',
        '{"t":"hb","x":1}',
        '{"t":"HB"}',
        '{"t":"a.b.c"}',
        '{"t":""}',
        '{"t":"chat.post","id":""}',
        '{"t":"chat.post","id":"' + "i" * 65 + '"}',
        '{"t":"sub","since":-1}',
        '{"t":"sub","since":1.5}',
        '{"t":"hb"}{"t":"hb"}',
        "[" + ",".join(['{"t":"hb"}'] * 33) + "]",
        '{"t":"hb","d":' + "[" * 17 + "]" * 17 + "}",
        '{"t":"hb","d":"' + "x" * MAX_FRAME_BYTES + '"}',
        '{"t":"hb","d":"\ud800"}',
    ],
)
def test_what_breaks_the_contract_is_refused(text: str) -> None:
    with pytest.raises(BadMessage):
        read_frame(text)


@given(st.text(max_size=400))
def test_no_text_raises_anything_but_bad_message(text: str) -> None:
    with contextlib.suppress(BadMessage):
        assert read_frame(text)


def test_the_frames_of_the_server_have_the_documented_shape() -> None:
    assert json.loads(write(Ack(re="k1", d=Nameless("x")))) == {
        "t": "ack",
        "re": "k1",
        "d": {"body": "x"},
    }
    assert json.loads(write(Gap(top="chat:1", head=9))) == {"t": "gap", "top": "chat:1", "head": 9}
    assert json.loads(write(Heads(d={"chat:1": 9}))) == {"t": "pos", "d": {"chat:1": 9}}


def test_an_event_carries_its_name_once_and_its_fields_as_d() -> None:
    event = Pushed.of("chat:12", Posted("hi"), seq=991, at_ms=1732187)
    assert json.loads(write(event)) == {
        "t": "chat.posted",
        "top": "chat:12",
        "at": 1732187,
        "seq": 991,
        "d": {"body": "hi", "reply_to": None},
    }


def test_an_event_without_a_number_has_no_seq_on_the_wire() -> None:
    assert "seq" not in json.loads(write(Pushed.of("wall:1", Posted("hi"))))


def test_a_struct_without_a_name_cannot_be_published() -> None:
    with pytest.raises(TypeError, match=r"noun\.verbed"):
        Pushed.of("chat:1", Nameless("hi"))


def test_a_refusal_becomes_an_err_frame_with_code_and_data() -> None:
    class Locked(DomainError):
        code = "chat_locked"

    assert json.loads(envelope.error_frame("k7", Locked(until=5))) == {
        "t": "err",
        "re": "k7",
        "code": "chat_locked",
        "d": {"until": 5},
    }


def test_joining_keeps_one_frame_as_it_is_and_makes_an_array_of_several() -> None:
    assert envelope.join(['{"t":"a"}']) == '{"t":"a"}'
    assert json.loads(envelope.join(['{"t":"a"}', '{"t":"b"}'])) == [{"t": "a"}, {"t": "b"}]
