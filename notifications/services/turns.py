"""The chain of batches of a notice: one at a time, however often the notice is woken."""

from typing import Final

from django.db import transaction
from django.db.models import F

from kernel import outbox
from notifications.domain.notice import NoticeState
from notifications.models import Notice
from notifications.services import deliveries

SEND_TASK: Final = "notifications.send_batch"
QUEUE: Final = "notices"


def take_turn(notice_id: int, *, turn: int) -> int:
    """Send one batch, then ask for the next one; returns how many messages were handled.

    Every notice has one chain of batches, however often it is woken meanwhile:

    1. A turn is asked for once: its number is the key of its job (`wake`).
    2. Only the notice's present turn is run. A repeat of an earlier one does nothing.
    3. At its end the turn moves on in one UPDATE; whoever moved it asks for the next.

    Needs: no open transaction: `sending` must be on disk before the request leaves.
    """
    mine = Notice.objects.filter(pk=notice_id, state=NoticeState.SENDING, turn=turn)
    if not mine.exists():
        return 0
    handled = deliveries.send_batch(notice_id)
    with transaction.atomic():
        if mine.update(turn=F("turn") + 1):
            wake(notice_id)
    return handled


@transaction.atomic
def wake(notice_id: int) -> None:
    """Ask for the notice's present turn if anything is due; close it if nothing is open.

    Repeats cost nothing: there is one job for each turn.
    """
    if deliveries.close_if_done(notice_id) or not deliveries.due_of(notice_id).exists():
        return
    sending = Notice.objects.filter(pk=notice_id, state=NoticeState.SENDING)
    for turn in sending.values_list("turn", flat=True):
        outbox.enqueue(
            SEND_TASK,
            {"notice_id": notice_id, "turn": turn},
            queue=QUEUE,
            dedupe_key=f"notice:{notice_id}:turn:{turn}",
        )


def wake_all() -> int:
    """Give up on silent workers and wake every notice that is being sent. Run by beat."""
    deliveries.lose_silent()
    sending = Notice.objects.filter(state=NoticeState.SENDING).values_list("pk", flat=True)
    ids = list(sending)
    for notice_id in ids:
        wake(notice_id)
    return len(ids)
