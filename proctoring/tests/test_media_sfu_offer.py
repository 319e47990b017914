"""Parsing a browser's offer: Chromium's real ones, and text that is not an offer at all."""

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from proctoring.media.errors import OfferRefused
from proctoring.media.sfu.offer import MAX_OFFER_BYTES, MAX_SECTIONS, parse_offer

OFFERS = Path(__file__).parent / "offers"
CAMERA = (OFFERS / "chromium_camera.sdp").read_bytes().decode()
LINES = CAMERA.split("\r\n")


def test_simulcast_layers_and_extensions_of_chromium_are_read() -> None:
    offer = parse_offer(CAMERA)
    (section,) = offer.sections
    assert (section.kind, section.mid, section.direction) == ("video", "0", "sendonly")
    assert section.rids == ["q", "f"]
    assert section.extensions[10] == "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
    assert [c.payload_type for c in section.codecs if c.name == "VP8"] == [96]
    assert offer.setup == "actpass"
    assert [algorithm for algorithm, _ in offer.fingerprints] == ["sha-256"]


def test_primary_ssrc_and_channels_of_a_plain_offer_are_read() -> None:
    offer = parse_offer((OFFERS / "chromium_camera_and_voice.sdp").read_bytes().decode())
    video, audio = offer.sections
    assert video.ssrc is not None
    assert video.rids == []
    opus = next(codec for codec in audio.codecs if codec.name == "OPUS")
    assert (opus.clock_rate, opus.channels) == (48000, 2)


def test_rtx_names_the_codec_it_repairs() -> None:
    section = parse_offer(CAMERA).sections[0]
    assert next(codec for codec in section.codecs if codec.payload_type == 97).apt == 96


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not_sdp"),
        ("hello", "not_sdp"),
        ("v=0\r\n", "media_ids"),
        (CAMERA.replace("a=mid:0\r\n", ""), "media_ids"),
        (CAMERA.replace("a=fingerprint:sha-256", "a=fingerprint:md5"), "no_fingerprint"),
        (CAMERA.replace("a=setup:actpass", "a=setup:passive"), "dtls_role"),
        (CAMERA.replace("a=rtpmap:96 VP8/90000", "a=rtpmap:x VP8"), "malformed"),
        (CAMERA.replace("a=rtpmap:96", "a=rtpmap:300"), "malformed"),
        (CAMERA.replace("VP8/90000", "VP8/1" + "0" * 200), "malformed"),
        (CAMERA.replace("VP8/90000", "VP8/0"), "malformed"),
        (CAMERA.replace("a=extmap:", "a=extmap:-", 1), "malformed"),
        (CAMERA.replace("a=mid:0", "a=mid:0\ra=x"), "not_sdp"),
        (CAMERA.replace("a=mid:0", "a=mid:" + "0" * 33), "malformed"),
        (CAMERA.replace("a=rid:q send", "a=rid:<q> send"), "malformed"),
        (CAMERA + "a=x:" + "y" * 600, "not_sdp"),
        (CAMERA + "a=x:é", "not_sdp"),
        ("v=0\n" * 10000, "not_sdp"),
        ("v" * (MAX_OFFER_BYTES + 1), "too_large"),
        (CAMERA + "m=video 9 X 1\r\n" * MAX_SECTIONS, "malformed"),
    ],
)
def test_text_that_is_no_usable_offer_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(OfferRefused) as refusal:
        parse_offer(text)
    assert refusal.value.data["reason"] == reason


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_mangled_offers_are_refused_or_parsed_but_never_break(data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(lines) - 1))
        junk = data.draw(st.text(max_size=20) | st.sampled_from(["a=rtpmap:", "a=extmap:1", "m="]))
        lines[at] = data.draw(st.sampled_from([junk, lines[at][:5] + junk, lines[at] * 2]))
    try:
        offer = parse_offer("\r\n".join(lines))
    except OfferRefused:
        return
    assert offer.sections
