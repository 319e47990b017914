"""What proctoring does when something happens elsewhere."""

from datetime import timedelta

from exams.events import (
    AttemptEnded,
    LeaseMoved,
    LedgerChanged,
    SittingClosed,
    SittingEndedEarly,
    SittingLobbyOpened,
    SittingMoved,
    SittingOpened,
)
from exams.selectors.attempts import facts_of
from exams.selectors.sittings import sitting_view
from kernel.clock import to_millis
from proctoring.domain.link import Link
from proctoring.domain.observation import ObservationKind
from proctoring.messages import NetView, SittingView
from proctoring.services import commands
from proctoring.services.incidents import record_observation
from proctoring.services.links import note_link
from proctoring.services.watch import forget_attempt
from realtime import presence
from realtime.events import PresenceChanged
from realtime.presence import Presence
from realtime.publish import publish_state


def show_presence(event: PresenceChanged) -> None:
    """Show a candidate's reachability on the wall; never a state of the attempt."""
    for facts in facts_of(event.attempt_ids).values():
        if facts.student_id != event.user_id:
            continue  # an invigilator follows attempts too: that connection is not the candidate's
        view = NetView(state=event.state, since=to_millis(event.at))
        publish_state(f"wall:{facts.sitting_id}", f"net:{facts.attempt_id}", view)


def note_connection(event: PresenceChanged) -> None:
    """Write into the board's log that a candidate was lost and that they are back.

    Silence that ends within the grace time is no loss; a loss stands at the moment it began.
    """
    if event.state == Presence.UNSTABLE:
        return
    is_back = event.state == Presence.ONLINE
    at = event.at if is_back else event.at - timedelta(seconds=presence.GRACE_S)
    for facts in facts_of(event.attempt_ids).values():
        if facts.student_id == event.user_id:
            note_link(facts.attempt_id, Link.CONNECTION, is_back=is_back, at=at)


def show_sitting(
    event: SittingLobbyOpened | SittingOpened | SittingClosed | SittingMoved | SittingEndedEarly,
) -> None:
    """Show on the wall where the sitting stands now."""
    sitting = sitting_view(event.sitting_id)
    early = sitting.ended_early
    view = SittingView(
        state=sitting.state,
        starts_at=to_millis(sitting.starts_at),
        closes_at=to_millis(sitting.closes_at),
        ended_early_at=to_millis(early.at) if early else None,
    )
    publish_state(f"wall:{event.sitting_id}", "sitting:state", view)


def tell_ledger(event: LedgerChanged) -> None:
    """Tell each candidate of a change of the time ledger, until they have seen it."""
    commands.tell_ledger(event)


def end_watching(event: AttemptEnded) -> None:
    """Nobody is watched any more once the attempt has ended."""
    forget_attempt(event.attempt_id)


def note_second_device(event: LeaseMoved) -> None:
    """Open an incident: another device took the attempt over while it ran."""
    record_observation(event.attempt_id, ObservationKind.SECOND_DEVICE, 1)
