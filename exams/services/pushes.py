"""Tell the browsers after commit: the candidate's own topic, the wall, the sitting."""

from collections.abc import Collection
from datetime import datetime

from exams.domain.saving import Saved
from exams.models import Attempt, Sitting
from exams.queries import database_now
from exams.selectors.attempts import changed_of
from exams.selectors.progress import answered_of, progress_value, wall_row
from exams.selectors.sittings import changed_of_sitting
from exams.wire import LeaseTaken, ProgressValue
from kernel.clock import to_millis
from realtime.publish import publish, publish_state


def attempt_moved(attempt_id: int) -> None:
    """Publish where an attempt stands now, to its candidate and to the wall."""
    attempts_moved([attempt_id])


def attempts_moved(attempt_ids: Collection[int]) -> None:
    """Publish where several attempts stand now. Three queries, whatever their number."""
    attempts = Attempt.objects.select_related("sitting").defer("paper").filter(pk__in=attempt_ids)
    answered = answered_of(attempt_ids)
    version = to_millis(database_now())
    for attempt in attempts:
        publish(f"attempt:{attempt.pk}", changed_of(attempt))
        value = progress_value(attempt, answered.get(attempt.pk, 0))
        publish_state(f"wall:{attempt.sitting_id}", str(attempt.pk), value, version=version)


def attempt_told(attempt: Attempt, *, answered: int, at: datetime) -> None:
    """Publish where an attempt stands by the row in hand, which was just written. No query.

    Args:
        attempt: With its `sitting` loaded, and every column as it is now stored.
        answered: How many answers say something.
        at: The database's time of the change.
    """
    publish(f"attempt:{attempt.pk}", changed_of(attempt))
    value = progress_value(attempt, answered)
    publish_state(f"wall:{attempt.sitting_id}", str(attempt.pk), value, version=to_millis(at))


def candidate_joined(attempt_id: int, sitting_id: int) -> None:
    """Publish a whole tile: the wall does not know this candidate yet."""
    row = wall_row(attempt_id)
    version = to_millis(database_now())
    publish_state(f"wall:{sitting_id}", str(attempt_id), row, version=version)


def answers_saved(attempt_id: int, saved: Saved) -> None:
    """Publish a save on the wall; everything comes from the saving statement itself."""
    value = ProgressValue(
        state=saved.state,
        started_at=to_millis(saved.started_at) if saved.started_at else None,
        deadline=to_millis(saved.deadline),
        paused_at=None,
        ended_at=None,
        answered=saved.answered,
        total=saved.total,
        current=saved.current_question,
        last_saved_at=to_millis(saved.last_saved_at),
        reason="",
    )
    version = to_millis(saved.server_time)
    publish_state(f"wall:{saved.sitting_id}", str(attempt_id), value, version=version)


def lease_taken(attempt_id: int, lease: str, device: str) -> None:
    """Tell the other tabs of a candidate that one has taken over."""
    publish(f"attempt:{attempt_id}", LeaseTaken(lease=lease[:8], device=device))


def sitting_moved(sitting: Sitting) -> None:
    """Publish where a sitting stands now."""
    publish(f"sitting:{sitting.pk}", changed_of_sitting(sitting))
