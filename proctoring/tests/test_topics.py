"""The three nouns of proctoring through their handlers, on real connections."""

from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from exams.errors import AttemptUnknown, LeaseLost
from exams.selectors.attempts import attempt_facts
from kernel.errors import DomainError
from kernel.wire import BadMessage
from proctoring.errors import NotAllowed
from proctoring.media import binding
from proctoring.media.messages import MediaPublish, MediaSubscribe, SlotWish
from proctoring.messages import (
    WallCommand,
    WallDecide,
    WallReply,
    WatchAck,
    WatchExplain,
    WatchHelp,
    WatchObserve,
)
from proctoring.models import Command, HelpRequest, Incident, Observation, WatchView
from proctoring.selectors import watcher_names
from proctoring.tests.stage import Stage, make_stage
from proctoring.tests.test_media_signalling import FakeEngine
from proctoring.topics import MediaTopic, WallTopic, WatchTopic, number_of, uuid_of
from realtime.errors import NotFound
from realtime.threads import in_database
from realtime.topics import Caller, TopicHandler

WALL, WATCH, MEDIA = WallTopic(), WatchTopic(), MediaTopic()


@pytest.fixture
def stage(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return make_stage(monkeypatch)


def caller(user_id: int) -> Caller:
    return Caller(user_id, "connection", "session")


def call(handler: TopicHandler, user_id: int, key: int | str, name: str, message: Any) -> Any:
    run = handler.calls[name].run
    return async_to_sync(run)(caller(user_id), str(key), message)


def join(handler: TopicHandler, user_id: int, key: int | str) -> Any:
    return async_to_sync(handler.subscribe)(caller(user_id), str(key), None).state


def pause(stage: Stage, **changes: Any) -> WallCommand:
    fields: dict[str, Any] = {
        "command_id": str(uuid4()),
        "attempts": [stage.ana],
        "kind": "pause",
        "text": "Fire alarm",
    }
    return WallCommand(**{**fields, **changes})


# ── wall ────────────────────────────────────────────────────────────────────────────────────
def test_the_board_opens_to_who_may_watch(stage: Stage) -> None:
    board = join(WALL, stage.cast.ivo.pk, stage.sitting)
    assert set(board.rows) == {str(stage.ana), str(stage.ben)}
    for stranger in (stage.cast.ana, stage.cast.olga):
        with pytest.raises(NotAllowed):
            join(WALL, stranger.pk, stage.sitting)


def test_an_invigilator_pauses_and_a_stranger_does_not(stage: Stage) -> None:
    ivo = stage.cast.ivo.pk
    answer = call(WALL, ivo, stage.sitting, "wall.command", pause(stage))
    assert answer.outcome == {str(stage.ana): "issued"}
    with pytest.raises(NotAllowed):
        call(WALL, stage.cast.olga.pk, stage.sitting, "wall.command", pause(stage))
    assert Command.objects.count() == 1


def test_only_a_leader_ends_an_attempt(stage: Stage) -> None:
    end = pause(stage, kind="terminate", text="Left the building")
    with pytest.raises(NotAllowed):
        call(WALL, stage.cast.ivo.pk, stage.sitting, "wall.command", end)
    assert attempt_facts(stage.ana).state == "running"
    call(WALL, stage.chief.pk, stage.sitting, "wall.command", end)
    assert attempt_facts(stage.ana).state == "terminated"


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "explode"},
        {"command_id": "not-a-uuid"},
        {"attempts": []},
        {"attempts": list(range(501))},
        {"text": "x" * 501},
        {"extra_s": 10**9, "kind": "extend"},
    ],
)
def test_a_command_that_makes_no_sense_is_refused_whole(stage: Stage, changes: Any) -> None:
    with pytest.raises(DomainError):
        call(WALL, stage.cast.ivo.pk, stage.sitting, "wall.command", pause(stage, **changes))
    assert not Command.objects.exists()


def test_help_goes_up_and_its_answer_comes_down(stage: Stage) -> None:
    hand = str(uuid4())
    call(WATCH, stage.cast.ana.pk, stage.ana, "watch.help", WatchHelp(help_id=hand, text="Why?"))
    reply = WallReply(help_id=hand, reply="Because.")
    view = call(WALL, stage.cast.ivo.pk, stage.sitting, "wall.reply", reply)
    assert view.reply == "Because."
    assert HelpRequest.objects.get().answered_by == stage.cast.ivo


def test_an_incident_is_reported_explained_and_decided(stage: Stage) -> None:
    ana = stage.cast.ana.pk
    seen = WatchObserve(kind="focus_lost", amount=9, at=1)
    call(WATCH, ana, stage.ana, "watch.observe", seen)
    incident = Incident.objects.get()
    words = WatchExplain(incident_id=incident.pk, text="A pop-up")
    assert call(WATCH, ana, stage.ana, "watch.explain", words).statement == "A pop-up"
    decision = WallDecide(incident_id=incident.pk, action="dismiss", reason="A pop-up indeed")
    view = call(WALL, stage.cast.ivo.pk, stage.sitting, "wall.decide", decision)
    assert view.state == "dismissed"


# ── watch ───────────────────────────────────────────────────────────────────────────────────
def test_a_candidate_gets_what_is_not_applied_yet_and_reports_it(stage: Stage) -> None:
    call(WALL, stage.cast.ivo.pk, stage.sitting, "wall.command", pause(stage))
    ana = stage.cast.ana.pk
    (command,) = join(WATCH, ana, stage.ana).commands
    assert command.text == "Fire alarm"
    done = WatchAck(command_id=command.id, outcome="applied")
    call(WATCH, ana, stage.ana, "watch.ack", done)
    assert join(WATCH, ana, stage.ana).commands == []


def test_nobody_speaks_for_somebody_else(stage: Stage) -> None:
    ben = stage.cast.ben.pk
    with pytest.raises(AttemptUnknown):
        join(WATCH, ben, stage.ana)
    with pytest.raises(AttemptUnknown):
        call(WATCH, ben, stage.ana, "watch.help", WatchHelp(help_id=str(uuid4()), text="Hi"))
    assert not HelpRequest.objects.exists()


@pytest.mark.parametrize(
    ("kind", "amount"),
    [("second_device", 1.0), ("connection_lost", 99.0), ("nonsense", 1.0), ("paste", float("nan"))],
)
def test_a_browser_cannot_report_what_only_the_server_knows(
    stage: Stage, kind: str, amount: float
) -> None:
    seen = WatchObserve(kind=kind, amount=amount, at=1)
    with pytest.raises(BadMessage):
        call(WATCH, stage.cast.ana.pk, stage.ana, "watch.observe", seen)
    assert not Observation.objects.exists()


def test_facts_after_the_end_are_not_recorded(stage: Stage) -> None:
    end = pause(stage, kind="terminate", text="Over")
    call(WALL, stage.chief.pk, stage.sitting, "wall.command", end)
    seen = WatchObserve(kind="focus_lost", amount=60, at=1)
    call(WATCH, stage.cast.ana.pk, stage.ana, "watch.observe", seen)
    assert not Observation.objects.exists()


# ── media ───────────────────────────────────────────────────────────────────────────────────
def test_a_candidate_joins_only_the_signalling_of_their_own_attempt(stage: Stage) -> None:
    ana = stage.cast.ana.pk
    assert join(MEDIA, ana, f"a{stage.ana}").sources == ()
    with pytest.raises(NotAllowed):
        join(MEDIA, ana, stage.sitting)
    with pytest.raises(AttemptUnknown):
        join(MEDIA, ana, f"a{stage.ben}")


def test_strangers_join_no_signalling(stage: Stage) -> None:
    with pytest.raises(NotAllowed):
        join(MEDIA, stage.cast.olga.pk, stage.sitting)
    with pytest.raises(AttemptUnknown):
        join(MEDIA, stage.cast.olga.pk, f"a{stage.ana}")


class QuietEngine(FakeEngine):
    """Carries nothing; what a topic may ask of it is granted."""

    async def start(self) -> None:
        """Nothing to open."""


@pytest.fixture
def media(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = binding._Binding(make_engine=QuietEngine, push=lambda topic, message: None)  # type: ignore[arg-type] # the port's fake
    monkeypatch.setattr(binding, "_binding", ours)


def at_large(attempt: int) -> SlotWish:
    return SlotWish(source=f"attempt:{attempt}/camera", layer="f")


def test_who_is_shown_the_high_layer_is_told_to_the_student_until_the_socket_ends(
    stage: Stage, media: None
) -> None:
    tab, again = (Caller(stage.cast.ivo.pk, name, "session") for name in ("tab", "again"))
    key, look = str(stage.sitting), MediaSubscribe(offer="offer", slots=(at_large(stage.ana),))
    names: list[list[str]] = []

    async def note() -> None:
        names.append(await in_database(watcher_names, stage.ana))

    async def scene() -> None:
        await MEDIA.calls["media.subscribe"].run(tab, key, look)
        await note()
        await MEDIA.left(tab, key)
        await note()
        await MEDIA.calls["media.subscribe"].run(again, key, look)
        await note()

    async_to_sync(scene)()
    assert names == [["Ivo"], [], ["Ivo"]]


def test_the_board_of_one_sitting_shows_no_student_of_another_at_large(
    stage: Stage, media: None
) -> None:
    look = MediaSubscribe(offer="offer", slots=(at_large(10**9),))
    with pytest.raises(NotAllowed):
        call(MEDIA, stage.cast.ivo.pk, stage.sitting, "media.subscribe", look)
    assert not WatchView.objects.exists()


def test_only_the_browser_that_answers_shows_its_camera(stage: Stage, media: None) -> None:
    """Nobody sits before the camera of one machine while another one answers."""
    signed_in, ana = Client(), stage.cast.ana
    signed_in.force_login(ana)
    lease = f"/api/attempts/{stage.ana}/lease"
    assert signed_in.post(lease, "{}", content_type="application/json").status_code == 200
    mine = Caller(ana.pk, "tab", str(signed_in.session.session_key))
    publish, offer = MEDIA.calls["media.publish"].run, MediaPublish(attempt=stage.ana, offer="o")
    with pytest.raises(LeaseLost):
        async_to_sync(publish)(caller(ana.pk), f"a{stage.ana}", offer)

    async def scene() -> Any:
        return await publish(mine, f"a{stage.ana}", offer)

    assert async_to_sync(scene)().sdp == "sdp"


# ── keys ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("key", ["", "x", "-1", "1.5", "\u0661", "9" * 19])
def test_a_key_that_is_no_id_is_not_found(key: str) -> None:
    with pytest.raises(NotFound):
        number_of(key)


def test_a_uuid_is_read_and_anything_else_refused() -> None:
    known = uuid4()
    assert uuid_of(str(known)) == known
    with pytest.raises(BadMessage):
        uuid_of("4711")
