"""A request is whole exactly when nothing of it is missing, however it is cut."""

import pytest
from hypothesis import given, strategies as st

from invigil.arrival import HEAD_LIMIT_BYTES, WHOLE_LIMIT_BYTES, Arrival, Progress

GET = b"GET /a HTTP/1.1\r\nHost: here\r\n\r\n"
POST = b"POST /a HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nabcde"


@given(request=st.sampled_from([GET, POST]), cuts=st.lists(st.integers(0, 70), max_size=6))
def test_each_cut_of_a_request_is_partial_until_the_last_byte(
    request: bytes, cuts: list[int]
) -> None:
    arrival, places = Arrival(), sorted({min(cut, len(request) - 1) for cut in cuts})
    for start, end in zip([0, *places], places, strict=False):
        assert arrival.add(request[start:end]) is Progress.PARTIAL
    assert arrival.add(request[places[-1] if places else 0 :]) is Progress.WHOLE
    assert bytes(arrival.data) == request


def test_what_was_read_ahead_counts() -> None:
    assert Arrival(POST).add(b"") is Progress.WHOLE
    assert Arrival(POST).add(GET) is Progress.WHOLE  # two requests: gunicorn keeps the second
    assert Arrival(POST[:-1]).add(b"") is Progress.PARTIAL


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Length: %d" % (WHOLE_LIMIT_BYTES + 1),
        b"content-length:  99999999999999999999 ",
        b"Transfer-Encoding: chunked",
        b"transfer-encoding : chunked",
        b"Content-Length: 5\r\nExpect: 100-continue",
    ],
)
def test_a_body_without_a_near_end_takes_the_long_lane(header: bytes) -> None:
    assert Arrival().add(b"POST / HTTP/1.1\r\n" + header + b"\r\n\r\n") is Progress.LONG


def test_the_length_of_a_long_body_is_told() -> None:
    arrival = Arrival(b"POST / HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n")
    arrival.add(b"")
    assert arrival.body_bytes == 2_000_000


def test_a_head_without_end_is_refused() -> None:
    arrival = Arrival(b"GET / HTTP/1.1\r\n")
    assert arrival.add(b"X-A: " + b"a" * 1000) is Progress.PARTIAL
    assert arrival.add(b"a" * HEAD_LIMIT_BYTES) is Progress.ENDLESS
