"""wall:<sitting> for staff, watch:<attempt> for the candidate, media:<sitting> and media:a<attempt>."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

import msgspec

from exams.errors import LeaseLost
from exams.selectors.browsers import holds_lease_in
from kernel.wire import BadMessage, plain
from proctoring.domain.command import CommandKind, DeliveryAction
from proctoring.domain.incident import IncidentAction
from proctoring.domain.observation import ObservationKind
from proctoring.errors import NotAllowed
from proctoring.media import binding
from proctoring.media.messages import (
    MediaAnswer,
    MediaClose,
    MediaIce,
    MediaLayer,
    MediaLayerWanted,
    MediaPublish,
    MediaReassign,
    MediaRestart,
    MediaRoom,
    MediaSources,
    MediaSubscribe,
    MediaSwitch,
)
from proctoring.media.signalling import MediaCaller
from proctoring.messages import (
    CandidateSync,
    CommandIssued,
    HelpReplied,
    HelpView,
    IncidentTold,
    IncidentView,
    Outcome,
    WallCommand,
    WallDecide,
    WallReply,
    WallState,
    WatchAck,
    Watchers,
    WatchExplain,
    WatchHelp,
    WatchObserve,
)
from proctoring.policies import own_attempt, watch_of
from proctoring.selectors import candidate_sync, wall_state
from proctoring.services.commands import Order, issue_commands, record_ack
from proctoring.services.help import answer_help, ask_help
from proctoring.services.incidents import add_statement, decide_incident, record_observation
from realtime.errors import NotFound
from realtime.ratelimit import Rate
from realtime.threads import in_database
from realtime.topics import Call, Caller, Delivery, Snapshot, Topic

K = TypeVar("K", bound=StrEnum)

MAX_ATTEMPTS: Final = 500
MAX_TEXT: Final = 500
LIVE_STATES: Final = frozenset({"running", "paused"})
# What a browser may report; a second device and a lost connection are the server's to see.
REPORTED: Final = frozenset(ObservationKind) - {
    ObservationKind.SECOND_DEVICE,
    ObservationKind.CONNECTION_LOST,
}


def number_of(key: str) -> int:
    """Return the id in a topic's key.

    Raises:
        NotFound: It is not a number.
    """
    if not key.isascii() or not key.isdigit() or len(key) > 18:
        raise NotFound(topic=key[:40])
    return int(key)


def uuid_of(text: str) -> UUID:
    """Return a client-made id.

    Raises:
        BadMessage: It is not a UUID.
    """
    try:
        return UUID(text)
    except ValueError:
        raise BadMessage(reason="not a UUID") from None


class WallTopic(Topic):
    """The board of one sitting, for who may watch it."""

    noun = "wall"
    delivery = Delivery.STATE
    state = WallState

    def __init__(self) -> None:
        self.calls: Mapping[str, Call] = {
            "wall.command": Call(WallCommand, self._command, Outcome, Rate(5, 20)),
            "wall.decide": Call(WallDecide, self._decide, IncidentView),
            "wall.reply": Call(WallReply, self._reply, HelpView),
        }

    async def subscribe(self, caller: Caller, key: str, since: int | None) -> Snapshot:
        """Return the whole board; every change follows as a delta."""
        del since
        state = await in_database(_wall_snapshot, caller.user_id, number_of(key))
        return Snapshot(state=state)

    async def _command(self, caller: Caller, key: str, message: WallCommand) -> Outcome:
        outcome = await in_database(_issue, caller.user_id, number_of(key), message)
        return Outcome({str(attempt): word for attempt, word in outcome.items()})

    async def _decide(self, caller: Caller, key: str, message: WallDecide) -> IncidentView:
        return await in_database(_decide, caller.user_id, number_of(key), message)

    async def _reply(self, caller: Caller, key: str, message: WallReply) -> HelpView:
        return await in_database(_reply, caller.user_id, number_of(key), message)


def _wall_snapshot(user_id: int, sitting_id: int) -> WallState:
    return wall_state(watch_of(user_id, sitting_id))


def _issue(user_id: int, sitting_id: int, message: WallCommand) -> dict[int, str]:
    watch = watch_of(user_id, sitting_id)
    kind = _one_of(CommandKind, message.kind)
    if not watch.can_command or (kind is CommandKind.TERMINATE and not watch.can_lead):
        raise NotAllowed(command=kind.value)
    if not 0 < len(message.attempts) <= MAX_ATTEMPTS or len(message.text) > MAX_TEXT:
        raise BadMessage(reason="attempts or text out of bounds")
    order = Order(
        command_id=uuid_of(message.command_id),
        kind=kind,
        text=plain(message.text),
        extra=_extra_of(message),
        issued_by=user_id,
        sitting_id=sitting_id,
        max_extra=watch.max_extra,
        may_take=watch.can_lead,
    )
    return issue_commands(order, message.attempts)


def _extra_of(message: WallCommand) -> timedelta:
    if abs(message.extra_s) > 86_400:
        raise BadMessage(reason="extra_s out of bounds")
    return timedelta(seconds=message.extra_s)


def _decide(user_id: int, sitting_id: int, message: WallDecide) -> IncidentView:
    if not watch_of(user_id, sitting_id).can_command:
        raise NotAllowed
    action = _one_of(IncidentAction, message.action)
    return decide_incident(
        message.incident_id,
        sitting_id,
        action,
        actor_id=user_id,
        reason=plain(message.reason)[:MAX_TEXT],
    )


def _reply(user_id: int, sitting_id: int, message: WallReply) -> HelpView:
    if not watch_of(user_id, sitting_id).can_command:
        raise NotAllowed
    reply = plain(message.reply)
    return answer_help(uuid_of(message.help_id), sitting_id, reply, actor_id=user_id)


def _one_of(kinds: type[K], word: str) -> K:
    """Return the member named by `word`.

    Raises:
        BadMessage: There is no such member.
    """
    try:
        return kinds(word)
    except ValueError:
        raise BadMessage(reason=f"unknown {kinds.__name__}") from None


class WatchTopic(Topic):
    """What proctoring tells one candidate, and what that candidate's browser reports."""

    noun = "watch"
    delivery = Delivery.COMMAND
    state = CandidateSync
    events: Sequence[type[msgspec.Struct]] = (CommandIssued, IncidentTold, HelpReplied, Watchers)

    def __init__(self) -> None:
        self.calls: Mapping[str, Call] = {
            "watch.ack": Call(WatchAck, self._ack, None, Rate(10, 50)),
            "watch.help": Call(WatchHelp, self._help, HelpView, Rate(0.2, 5)),
            "watch.observe": Call(WatchObserve, self._observe, None, Rate(2, 20)),
            "watch.explain": Call(WatchExplain, self._explain, IncidentView, Rate(0.5, 5)),
        }

    async def subscribe(self, caller: Caller, key: str, since: int | None) -> Snapshot:
        """Return everything the browser has not applied yet."""
        del since
        state = await in_database(_sync, caller.user_id, number_of(key))
        return Snapshot(state=state)

    async def _ack(self, caller: Caller, key: str, message: WatchAck) -> None:
        action = DeliveryAction.APPLY if message.outcome == "applied" else DeliveryAction.DELIVER
        await in_database(_ack, caller.user_id, number_of(key), message.command_id, action)

    async def _help(self, caller: Caller, key: str, message: WatchHelp) -> HelpView:
        return await in_database(_help, caller.user_id, number_of(key), message)

    async def _observe(self, caller: Caller, key: str, message: WatchObserve) -> None:
        await in_database(_observe, caller.user_id, number_of(key), message)

    async def _explain(self, caller: Caller, key: str, message: WatchExplain) -> IncidentView:
        return await in_database(_explain, caller.user_id, number_of(key), message)


def _sync(user_id: int, attempt_id: int) -> CandidateSync:
    return candidate_sync(own_attempt(user_id, attempt_id).attempt_id)


def _ack(user_id: int, attempt_id: int, command_id: str, action: DeliveryAction) -> None:
    own_attempt(user_id, attempt_id)
    record_ack(uuid_of(command_id), attempt_id, action)


def _help(user_id: int, attempt_id: int, message: WatchHelp) -> HelpView:
    own_attempt(user_id, attempt_id)
    text = plain(message.text)
    if not text:
        raise BadMessage(reason="text")
    return ask_help(uuid_of(message.help_id), attempt_id, text)


def _observe(user_id: int, attempt_id: int, message: WatchObserve) -> None:
    facts = own_attempt(user_id, attempt_id)
    kind = _one_of(ObservationKind, message.kind)
    if kind not in REPORTED or not math.isfinite(message.amount) or message.amount < 0:
        raise BadMessage(reason="kind or amount")
    if facts.state in LIVE_STATES:
        client_at = datetime.fromtimestamp(min(max(message.at, 0), 4e12) / 1000, UTC)
        record_observation(attempt_id, kind, message.amount, client_at=client_at)


def _explain(user_id: int, attempt_id: int, message: WatchExplain) -> IncidentView:
    own_attempt(user_id, attempt_id)
    words = plain(message.text)
    return add_statement(message.incident_id, attempt_id, words, actor_id=user_id)


class MediaTopic(Topic):
    """Signalling: `media:<sitting>` for who watches, `media:a<attempt>` for the candidate."""

    noun = "media"
    delivery = Delivery.RTC
    state = MediaRoom
    events: Sequence[type[msgspec.Struct]] = (MediaLayerWanted, MediaReassign, MediaSources)

    def __init__(self) -> None:
        self.calls: Mapping[str, Call] = {
            "media.publish": Call(MediaPublish, self._publish, MediaAnswer, Rate(1, 10)),
            "media.subscribe": Call(MediaSubscribe, self._subscribe, MediaAnswer, Rate(1, 10)),
            "media.switch": Call(MediaSwitch, self._switch),
            "media.layer": Call(MediaLayer, self._layer),
            "media.restart": Call(MediaRestart, self._restart, MediaIce, Rate(1, 10)),
            "media.close": Call(MediaClose, self._close),
        }

    async def subscribe(self, caller: Caller, key: str, since: int | None) -> Snapshot:
        """Return the live cameras to staff; a candidate learns of nobody."""
        del since
        who = await in_database(_media_caller, caller, key)
        if not who.is_staff:
            return Snapshot(state=MediaRoom(sources=()))
        signalling = await binding.current()
        return Snapshot(state=await signalling.room(who.sitting_id))

    async def left(self, caller: Caller, key: str) -> None:
        """Close the peers of a socket that is gone."""
        del key
        signalling = await binding.current()
        await signalling.connection_closed(caller.connection_id)

    async def _publish(self, caller: Caller, key: str, message: MediaPublish) -> MediaAnswer:
        who = await in_database(_camera_caller, caller, key)
        signalling = await binding.current()
        return await signalling.handle_publish(who, message.attempt, message.offer)

    async def _subscribe(self, caller: Caller, key: str, message: MediaSubscribe) -> MediaAnswer:
        who = await in_database(_media_caller, caller, key)
        signalling = await binding.current()
        return await signalling.handle_subscribe(who, who.sitting_id, message.offer, message.slots)

    async def _switch(self, caller: Caller, key: str, message: MediaSwitch) -> None:
        who = await in_database(_media_caller, caller, key)
        await (await binding.current()).handle_switch(who, message.peer, message.changes)

    async def _layer(self, caller: Caller, key: str, message: MediaLayer) -> None:
        who = await in_database(_media_caller, caller, key)
        signalling = await binding.current()
        await signalling.handle_layer(who, message.peer, message.slot, message.layer)

    async def _restart(self, caller: Caller, key: str, message: MediaRestart) -> MediaIce:
        who = await in_database(_media_caller, caller, key)
        return await (await binding.current()).handle_restart(who, message.peer)

    async def _close(self, caller: Caller, key: str, message: MediaClose) -> None:
        who = await in_database(_media_caller, caller, key)
        await (await binding.current()).handle_close(who, message.peer)


def _camera_caller(caller: Caller, key: str) -> MediaCaller:
    """Return who sends a camera: the machine that answers shows the face, no second one."""
    who = _media_caller(caller, key)
    if who.attempt_id and not holds_lease_in(who.attempt_id, caller.session_key):
        raise LeaseLost  # the page tries again, and succeeds once it has the lease
    return who


def _media_caller(caller: Caller, key: str) -> MediaCaller:
    if key.startswith("a"):
        facts = own_attempt(caller.user_id, number_of(key[1:]))
        return MediaCaller(
            user_id=caller.user_id,
            connection_id=caller.connection_id,
            sitting_id=facts.sitting_id,
            attempt_id=facts.attempt_id,
        )
    watch_of(caller.user_id, number_of(key))
    return MediaCaller(
        user_id=caller.user_id,
        connection_id=caller.connection_id,
        sitting_id=number_of(key),
        is_staff=True,
    )
