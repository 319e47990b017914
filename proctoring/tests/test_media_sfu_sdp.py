"""Answers to Chromium's offers, compared with reviewed golden files, and their invariants."""

from pathlib import Path

import pytest

from proctoring.media.sfu.offer import parse_offer
from proctoring.media.sfu.sdp import (
    Accepted,
    LocalTransport,
    Outgoing,
    accept_publication,
    build_answer,
    viewer_sections,
)

OFFERS = Path(__file__).parent / "offers"
LOCAL = LocalTransport(
    ufrag="0011223344556677",
    password="00112233445566778899aabbccddeeff",
    fingerprint=":".join(["AB"] * 32),
    addresses=(("127.0.0.1", 8002), ("192.0.2.7", 8002)),
)


def offer_text(name: str) -> str:
    return (OFFERS / f"{name}.sdp").read_bytes().decode()


def golden(name: str) -> str:
    return (OFFERS / f"{name}.answer.sdp").read_bytes().decode()


def publication_answer(text: str) -> str:
    offer = parse_offer(text)
    return build_answer(offer, accept_publication(offer, ("q", "f")), LOCAL)


def viewer_answer(text: str) -> str:
    offer = parse_offer(text)
    accepted = {
        section.mid: Accepted(section, codecs, outgoing=Outgoing(f"slot{n}", 1000 + n, 2000 + n))
        for n, (section, codecs) in enumerate(viewer_sections(offer))
    }
    return build_answer(offer, accepted, LOCAL)


@pytest.mark.parametrize(
    "name", ["chromium_camera", "chromium_camera_and_voice", "chromium_camera_and_data"]
)
def test_answer_to_a_publication_is_the_reviewed_one(name: str) -> None:
    assert publication_answer(offer_text(name)) == golden(name)


@pytest.mark.parametrize("name", ["chromium_wall", "chromium_one_slot"])
def test_answer_to_a_viewer_is_the_reviewed_one(name: str) -> None:
    assert viewer_answer(offer_text(name)) == golden(name)


def test_simulcast_is_answered_with_only_the_layers_we_take() -> None:
    offer = parse_offer(offer_text("chromium_camera"))
    answer = build_answer(offer, accept_publication(offer, ("q",)), LOCAL)
    assert "a=simulcast:recv q\r\n" in answer
    assert "a=rid:f" not in answer


def test_vp8_is_asked_for_wherever_the_browser_ranks_it() -> None:
    text = offer_text("chromium_camera").replace("RTP/SAVPF 96 97 ", "RTP/SAVPF 102 103 96 97 ")
    offer = parse_offer(text)
    (part,) = accept_publication(offer, ()).values()
    assert [codec.name for codec in part.codecs] == ["VP8"]


@pytest.mark.parametrize("codec", ["H264", "VP9", "AV1"])
def test_other_codecs_pass_through_when_vp8_is_not_offered(codec: str) -> None:
    lines = offer_text("chromium_camera").split("\r\n")
    names = {"VP8", "H264", "VP9", "AV1"} - {codec}
    kept = [line for line in lines if not any(f" {name}/" in line for name in names)]
    (part,) = accept_publication(parse_offer("\r\n".join(kept)), ("q", "f")).values()
    assert part.codecs[0].name == codec


def test_h264_without_packetization_mode_1_is_not_taken() -> None:
    lines = offer_text("chromium_camera").split("\r\n")
    kept = [
        line.replace("packetization-mode=1", "packetization-mode=0")
        for line in lines
        if not any(f" {name}/" in line for name in ("VP8", "VP9", "AV1"))
    ]
    assert accept_publication(parse_offer("\r\n".join(kept)), ()) == {}


def test_data_channel_and_second_camera_are_rejected() -> None:
    text = offer_text("chromium_camera_and_data")
    answer = publication_answer(text)
    assert "m=application 0 UDP/DTLS/SCTP webrtc-datachannel" in answer
    assert "a=group:BUNDLE 0\r\n" in answer


def test_a_viewer_gets_no_slot_for_a_section_it_does_not_receive() -> None:
    offer = parse_offer(offer_text("chromium_wall").replace("a=recvonly", "a=sendonly", 1))
    assert [section.mid for section, _ in viewer_sections(offer)] == ["1", "2"]
