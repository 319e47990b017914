"""The topic chat:<room id>: who may listen, what they get first, posting and read marks."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from chat import selectors, services, wire
from chat.errors import RoomNotFound
from kernel import clock
from realtime.ratelimit import Rate
from realtime.threads import in_database
from realtime.topics import Call, Caller, Delivery, Snapshot, Topic

# A person types; a script does not get further than this on one socket.
POST_RATE: Final = Rate(per_second=1, burst=5)
READ_RATE: Final = Rate(per_second=4, burst=20)


class ChatTopic(Topic):
    """One room. Its log is in the database; what is pushed only wakes."""

    noun = "chat"
    delivery = Delivery.LOG
    state = wire.RoomState
    events = wire.EVENTS

    def __init__(self) -> None:
        self.calls: Mapping[str, Call] = {
            "chat.post": Call(wire.Post, _post, result=wire.PostDone, rate=POST_RATE),
            "chat.read": Call(wire.Read, _read, result=wire.ReadDone, rate=READ_RATE),
        }

    async def subscribe(self, caller: Caller, key: str, since: int | None) -> Snapshot:
        """Return the room's state; `since` asks only for what followed.

        Raises:
            RoomNotFound: No such room, or not the caller's.
            ChatLocked: The caller is sealed and the room is not locked.
        """
        head, state = await in_database(
            selectors.room_state, _room_id(key), caller.user_id, since=since
        )
        return Snapshot(head=head, state=state)

    async def heads(self, keys: Sequence[str]) -> Mapping[str, int]:
        """Return the newest sequence number by key."""
        by_id = {_room_id(key): key for key in keys}
        heads = await in_database(selectors.heads_of, list(by_id))
        return {by_id[room_id]: head for room_id, head in heads.items()}


async def _post(caller: Caller, key: str, message: wire.Post) -> wire.PostDone:
    posted = await in_database(
        services.post_message,
        room_id=_room_id(key),
        sender_id=caller.user_id,
        client_id=message.client_id,
        body=message.body,
        attachment_id=message.attachment,
    )
    return wire.PostDone(seq=posted.seq, at=clock.to_millis(posted.at), again=posted.again)


async def _read(caller: Caller, key: str, message: wire.Read) -> wire.ReadDone:
    seq = await in_database(
        services.mark_read, room_id=_room_id(key), user_id=caller.user_id, seq=message.seq
    )
    return wire.ReadDone(seq=seq)


def _room_id(key: str) -> UUID:
    try:
        room_id = UUID(key)
    except ValueError:
        raise RoomNotFound from None
    if str(room_id) != key:  # another spelling would be another topic, which nobody speaks on
        raise RoomNotFound
    return room_id
