"""`attempt:<id>` for its candidate and the invigilators, `sitting:<id>` for everybody in it."""

from exams.errors import AttemptUnknown, SittingUnknown
from exams.selectors.attempts import attempt_facts, attempt_now, attempt_of
from exams.selectors.sittings import sitting_now
from exams.watching import may_watch
from exams.wire import AttemptChanged, LeaseTaken, SittingChanged
from realtime.threads import in_database
from realtime.topics import Caller, Delivery, Snapshot, Topic


class AttemptTopic(Topic):
    """Where one attempt stands. The snapshot is the latest `attempt.changed`."""

    noun = "attempt"
    delivery = Delivery.COMMAND
    state = AttemptChanged
    events = (AttemptChanged, LeaseTaken)

    async def subscribe(self, caller: Caller, key: str, since: int | None) -> Snapshot:
        """Let in the candidate and who may watch the sitting.

        Raises:
            AttemptUnknown: There is none, or it is not the caller's to see (one answer for both).
        """
        del since
        return Snapshot(state=await in_database(_attempt_snapshot, caller.user_id, key))


class SittingTopic(Topic):
    """Where one sitting stands. The snapshot is the latest `sitting.changed`."""

    noun = "sitting"
    delivery = Delivery.COMMAND
    state = SittingChanged
    events = (SittingChanged,)

    async def subscribe(self, caller: Caller, key: str, since: int | None) -> Snapshot:
        """Let in the candidates and who may watch the sitting.

        Raises:
            SittingUnknown: There is none, or it is not the caller's to see (one answer for both).
        """
        del since
        return Snapshot(state=await in_database(_sitting_snapshot, caller.user_id, key))


def _is_number(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) <= 18


def _attempt_snapshot(user_id: int, key: str) -> AttemptChanged:
    if not _is_number(key):
        raise AttemptUnknown
    facts = attempt_facts(int(key))
    if facts.student_id != user_id and not may_watch(user_id, facts.sitting_id):
        raise AttemptUnknown(attempt=facts.attempt_id)
    return attempt_now(facts.attempt_id)


def _sitting_snapshot(user_id: int, key: str) -> SittingChanged:
    if not _is_number(key):
        raise SittingUnknown
    sitting_id = int(key)
    try:
        attempt_of(sitting_id, user_id)
    except AttemptUnknown:
        if not may_watch(user_id, sitting_id):
            raise SittingUnknown(sitting=sitting_id) from None
    return sitting_now(sitting_id)
