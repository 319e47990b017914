"""wire.ts: what is in it, and that the checked-in file is the one our messages make."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from realtime import generate_wire
from realtime.generate_wire import TARGET, generate, main
from realtime.topics import Call, Caller, Delivery, Snapshot, Topic, registry


class Say(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    body: str
    reply_to: int | None = None


class SayDone(msgspec.Struct, frozen=True):
    seq: int


class Said(msgspec.Struct, frozen=True, tag="talk.said", tag_field="t"):
    body: str


class TalkState(msgspec.Struct, frozen=True):
    title: str


async def say(caller: Caller, key: str, message: Say) -> SayDone:
    return SayDone(1)


class Talk(Topic):
    noun = "talk"
    delivery = Delivery.LOG
    state = TalkState
    value = SayDone
    events = (Said,)
    calls: Mapping[str, Call] = {"talk.say": Call(Say, say, SayDone), "talk.nod": Call(Say, say)}

    async def subscribe(self, caller: Caller, key: str, since: int | None) -> Snapshot:
        return Snapshot()


def test_the_file_maps_calls_events_snapshots_and_values() -> None:
    text = generate([Talk()])
    for wanted in (
        '  "talk.say": { data: Say; result: SayDone };',
        '  "talk.nod": { data: Say; result: null };',
        '  "talk.said": Said;',
        '  "talk": TalkState;',
        "export interface Say {\n  body: string;\n  reply_to?: number | null;\n}",
        "export type ServerFrame = Ack | Bye | Changed | ErrorFrame | Gap | Heads | HeartBeat",
    ):
        assert wanted in text


def test_the_checked_in_file_is_current() -> None:
    """Run `python -m realtime.generate_wire` when this fails."""
    assert TARGET.read_text(encoding="utf-8") == generate(registry.handlers())


def test_check_says_how_to_mend_a_stale_file_and_writing_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate_wire, "TARGET", tmp_path / "wire.ts")
    assert main(["--check"]) == 1
    assert "python -m realtime.generate_wire" in capsys.readouterr().err
    assert main([]) == 0
    assert main(["--check"]) == 0
