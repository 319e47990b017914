"""The watch log: who saw whose camera at large, from when to when. Students can read theirs.

It is kept by the process that grants the high layer, not by what a browser says of itself.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from exams.selectors.attempts import facts_of
from kernel import clock
from proctoring.errors import NotAllowed
from proctoring.messages import Watchers
from proctoring.models import WatchView
from proctoring.selectors import watcher_names
from realtime.publish import publish

# A process says three times in this time that its views go on; after it they count as ended.
VIEW_LIFE: Final = timedelta(seconds=60)
OVER: Final = frozenset({"submitted", "expired", "terminated", "absent"})


@transaction.atomic
def keep_views(
    viewer_id: int, connection_id: str, attempt_ids: Collection[int], *, sitting_id: int
) -> None:
    """Make the log say that this connection sees exactly these students at large.

    A view that is there already goes on, the others of the connection end now. Repeating it is
    how a process says that the views go on. An attempt that is over sends no picture: no view of
    it is opened.

    Args:
        viewer_id: Who looks.
        connection_id: On which socket; views of the person's other sockets stay as they are.
        attempt_ids: Whom; empty when nobody is seen any more.
        sitting_id: The sitting that the viewer may watch.

    Raises:
        NotAllowed: One of the attempts is not of this sitting; nothing was changed.

    Budget: 1 query to renew, 3 to open or end; the names once per student concerned.
    """
    now = clock.now()
    mine = WatchView.objects.filter(viewer_id=viewer_id, connection_id=connection_id, ended_at=None)
    going_on = set(mine.values_list("attempt_id", flat=True))
    wanted = set(attempt_ids)
    added = _watchable(wanted - going_on, sitting_id)
    mine.filter(attempt_id__in=wanted).update(seen_at=now)
    mine.exclude(attempt_id__in=wanted).update(seen_at=now, ended_at=now)
    views = [
        WatchView(
            attempt_id=attempt_id,
            viewer_id=viewer_id,
            connection_id=connection_id,
            started_at=now,
            seen_at=now,
        )
        for attempt_id in added
    ]
    WatchView.objects.bulk_create(views, ignore_conflicts=True)
    _tell(added | (going_on - wanted))


def _watchable(attempt_ids: set[int], sitting_id: int) -> set[int]:
    """Return those that are not over.

    Raises:
        NotAllowed: One is not of this sitting.
    """
    facts = facts_of(attempt_ids) if attempt_ids else {}
    for attempt_id in attempt_ids:
        if attempt_id not in facts or facts[attempt_id].sitting_id != sitting_id:
            raise NotAllowed(attempt=attempt_id)
    return {attempt_id for attempt_id, fact in facts.items() if fact.state not in OVER}


@transaction.atomic
def end_silent_views() -> int:
    """End the views of processes that no longer say that they go on; return how many.

    They end when they were last known to go on, so a killed process adds nothing to the log.
    """
    silent = WatchView.objects.filter(ended_at=None, seen_at__lt=clock.now() - VIEW_LIFE)
    concerned = set(silent.values_list("attempt_id", flat=True))
    ended = silent.update(ended_at=F("seen_at"))
    _tell(concerned)
    return ended


def forget_attempt(attempt_id: int) -> None:
    """End every view of an attempt that is over."""
    now = clock.now()
    WatchView.objects.filter(attempt_id=attempt_id, ended_at=None).update(ended_at=now)


def _tell(attempt_ids: set[int]) -> None:
    for attempt_id in sorted(attempt_ids):
        publish(f"watch:{attempt_id}", Watchers(names=watcher_names(attempt_id)))
