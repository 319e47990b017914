"""The watch log: who looked at whose camera, from when to when. Students can read theirs."""

from datetime import datetime

from django.db import transaction

from exams.selectors.attempts import attempt_facts
from kernel import clock
from proctoring.errors import NotAllowed
from proctoring.messages import Watchers
from proctoring.models import WatchView
from proctoring.selectors import watcher_names
from realtime.publish import publish


@transaction.atomic
def start_focus(viewer_id: int, attempt_id: int, *, sitting_id: int) -> None:
    """Record that a person now looks at one student at large; ends what they looked at before.

    Raises:
        NotAllowed: The attempt is not of this sitting.
    """
    if attempt_facts(attempt_id).sitting_id != sitting_id:
        raise NotAllowed(attempt=attempt_id)
    ended = end_focus(viewer_id)
    WatchView.objects.create(attempt_id=attempt_id, viewer_id=viewer_id, kind="focus")
    for changed in {attempt_id, *ended}:
        publish(f"watch:{changed}", Watchers(names=watcher_names(changed)))


@transaction.atomic
def stop_focus(viewer_id: int) -> None:
    """Record that a person no longer looks at anybody at large."""
    for attempt_id in end_focus(viewer_id):
        publish(f"watch:{attempt_id}", Watchers(names=watcher_names(attempt_id)))


def end_focus(viewer_id: int, at: datetime | None = None) -> list[int]:
    """Close this person's open views and return whose they were."""
    views = WatchView.objects.filter(viewer_id=viewer_id, kind="focus", ended_at=None)
    attempts = list(views.values_list("attempt_id", flat=True))
    views.update(ended_at=at or clock.now())
    return attempts


def forget_attempt(attempt_id: int) -> None:
    """Close every open view of an attempt that has ended."""
    WatchView.objects.filter(attempt_id=attempt_id, ended_at=None).update(ended_at=clock.now())
