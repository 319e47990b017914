"""The media.* messages refuse what the contract does not allow."""

import msgspec
import pytest

from proctoring.media import messages


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (messages.MediaPublish, {"attempt": 1, "offer": ""}),
        (messages.MediaPublish, {"attempt": 1, "offer": "x" * 60_001}),
        (messages.MediaPublish, {"attempt": 1, "offer": "v=0", "room": "sitting:9"}),
        (messages.MediaSubscribe, {"offer": "v=0", "slots": [None] * 65}),
        (messages.MediaSubscribe, {"offer": "v=0", "slots": [{"source": "attempt:1/screen"}]}),
        (messages.MediaSubscribe, {"offer": "v=0", "slots": [{"source": "attempt:x/camera"}]}),
        (messages.MediaSwitch, {"peer": "p", "changes": []}),
        (messages.MediaSwitch, {"peer": "p", "changes": [{"slot": 64, "show": None}]}),
        (messages.MediaLayer, {"peer": "p", "slot": 0, "layer": "h"}),
        (messages.MediaRestart, {"peer": ""}),
        (messages.MediaClose, {"peer": "p" * 161}),
    ],
)
def test_messages_outside_the_contract_are_refused(
    kind: type[msgspec.Struct], body: dict[str, object]
) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(body), type=kind)


def test_a_page_of_wishes_is_decoded() -> None:
    raw = b'{"peer":"p","changes":[{"slot":0,"show":{"source":"attempt:7/camera","layer":"f"}},{"slot":1,"show":null}]}'
    found = msgspec.json.decode(raw, type=messages.MediaSwitch)
    wish = messages.SlotWish(source="attempt:7/camera", layer="f")
    assert found.changes == (
        messages.SlotChange(slot=0, show=wish),
        messages.SlotChange(slot=1, show=None),
    )


def test_every_call_and_push_carries_its_name_and_is_frozen() -> None:
    for kind in (*messages.CALLS, *messages.PUSHES):
        config = kind.__struct_config__
        assert str(config.tag).startswith("media.")
        assert config.frozen
        assert config.forbid_unknown_fields
