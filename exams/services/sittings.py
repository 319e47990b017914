"""The life of a sitting: lobby, start, close, cancel; each move safe to run late and twice."""

from collections.abc import Callable, Mapping
from typing import Final

import structlog
from django.db import transaction

from exams.domain import policy as policies
from exams.domain.states import LIVE, SITTING, SittingAction, SittingState
from exams.errors import ReasonNeeded, SittingUnknown
from exams.events import SittingClosed, SittingLobbyOpened, SittingOpened
from exams.models import Sitting
from exams.queries import database_now, due_sittings, move_sitting
from exams.services import pushes
from exams.services.scheduling import locked_sitting
from exams.services.trail import append_line
from kernel.events import bus
from kernel.machine import IllegalMove

log = structlog.get_logger(__name__)


@transaction.atomic
def open_lobby(sitting_id: int, *, actor_id: int | None = None) -> bool:
    """Open the lobby; False when it was open already. Safe to run late and twice.

    Raises:
        IllegalMove: The sitting was cancelled or has ended.
    """
    if not move_sitting(sitting_id, SittingAction.OPEN_LOBBY, {"lobby_opened_at": database_now()}):
        return _already(
            sitting_id, SittingAction.OPEN_LOBBY, {SittingState.LOBBY, SittingState.RUNNING}
        )
    sitting = Sitting.objects.get(pk=sitting_id)
    append_line("sitting.lobby_opened", sitting, actor_id)
    bus.emit(
        SittingLobbyOpened(
            sitting_id=sitting_id,
            institution_id=sitting.institution_id,
            class_group_id=sitting.class_group_id,
            locks_chat=_lock_of(sitting) is policies.ChatLock.LOBBY,
        )
    )
    pushes.sitting_moved(sitting)
    return True


@transaction.atomic
def start_sitting(sitting_id: int, *, actor_id: int | None = None) -> bool:
    """Let the candidates start; False when they could already. Safe to run late and twice.

    A sitting whose lobby was never opened gets both moves, in order, in this transaction.

    Raises:
        IllegalMove: The sitting was cancelled or has ended.
    """
    if Sitting.objects.filter(pk=sitting_id, state=SittingState.SCHEDULED).exists():
        open_lobby(sitting_id, actor_id=actor_id)
    if not move_sitting(sitting_id, SittingAction.START, {"started_at": database_now()}):
        return _already(sitting_id, SittingAction.START, {SittingState.RUNNING})
    sitting = Sitting.objects.get(pk=sitting_id)
    append_line("sitting.started", sitting, actor_id)
    bus.emit(
        SittingOpened(
            sitting_id=sitting_id,
            institution_id=sitting.institution_id,
            class_group_id=sitting.class_group_id,
            locks_chat=_lock_of(sitting) is not policies.ChatLock.NEVER,
        )
    )
    pushes.sitting_moved(sitting)
    return True


@transaction.atomic
def close_sitting(sitting_id: int, *, actor_id: int | None = None) -> bool:
    """Close a sitting whose attempts have all ended; False when it was closed already.

    Raises:
        IllegalMove: It has not started, or attempts are still live.
    """
    sitting = locked_sitting(sitting_id)
    if sitting.state == SittingState.RUNNING and sitting.attempts.filter(state__in=LIVE).exists():
        raise IllegalMove(SITTING.name, sitting.state, SittingAction.CLOSE.value)
    if not move_sitting(sitting_id, SittingAction.CLOSE, {"closed_at": database_now()}):
        ended = {SittingState.CLOSED, SittingState.GRADED, SittingState.PUBLISHED}
        return _already(sitting_id, SittingAction.CLOSE, ended)
    _tell_closed(sitting_id, "sitting.closed", actor_id)
    return True


@transaction.atomic
def cancel_sitting(sitting_id: int, *, actor_id: int, reason: str) -> None:
    """Cancel a sitting that has not started; its chat lock is released.

    Raises:
        ReasonNeeded: No reason was given.
        IllegalMove: It has started, ended or was cancelled before.
    """
    if not reason.strip():
        raise ReasonNeeded
    if not move_sitting(sitting_id, SittingAction.CANCEL, {"closed_at": database_now()}):
        _already(sitting_id, SittingAction.CANCEL, set())
    _tell_closed(sitting_id, "sitting.cancelled", actor_id, reason=reason, cancelled=True)


def _tell_closed(
    sitting_id: int, action: str, actor_id: int | None, *, reason: str = "", cancelled: bool = False
) -> None:
    sitting = Sitting.objects.get(pk=sitting_id)
    append_line(action, sitting, actor_id, reason=reason)
    bus.emit(
        SittingClosed(
            sitting_id=sitting_id,
            institution_id=sitting.institution_id,
            class_group_id=sitting.class_group_id,
            cancelled=cancelled,
        )
    )
    pushes.sitting_moved(sitting)


def finish_grading(sitting_id: int) -> bool:
    """Mark a closed sitting as graded; the caller knows that every result is."""
    moved = move_sitting(sitting_id, SittingAction.FINISH_GRADING, {})
    if moved:
        pushes.sitting_moved(Sitting.objects.get(pk=sitting_id))
    return moved


def catch_up(sitting_id: int) -> None:
    """Do what the clock asks of one sitting now, should the beat be late or down."""
    for action in (SittingAction.OPEN_LOBBY, SittingAction.START):
        if sitting_id in due_sittings(action):
            _MOVES[action](sitting_id)


def move_due_sittings() -> int:
    """Do what the clock asks of every sitting; returns how many moved.

    Any number of processes may run this at once: each move is a conditional UPDATE. A sitting
    that fails is logged and does not hold up the others.
    """
    moved = 0
    for action, move in _MOVES.items():
        for sitting_id in due_sittings(action):
            try:
                moved += move(sitting_id)
            except IllegalMove:
                log.info("sitting.moved_elsewhere", sitting=sitting_id, action=action.value)
            except Exception:  # one broken sitting must not stop the exams of the others
                log.exception("sitting.move_failed", sitting=sitting_id, action=action.value)
    return moved


_MOVES: Final[Mapping[SittingAction, Callable[[int], bool]]] = {
    SittingAction.OPEN_LOBBY: open_lobby,
    SittingAction.START: start_sitting,
    SittingAction.CLOSE: close_sitting,
    SittingAction.FINISH_GRADING: finish_grading,
}


def _already(sitting_id: int, action: SittingAction, fine: set[SittingState]) -> bool:
    """Return False when the sitting is past the move; refuse when the move is not open to it."""
    state = Sitting.objects.filter(pk=sitting_id).values_list("state", flat=True).first()
    if state is None:
        raise SittingUnknown(sitting=sitting_id)
    if state not in fine:
        raise IllegalMove(SITTING.name, state, action.value)
    return False


def _lock_of(sitting: Sitting) -> policies.ChatLock:
    return policies.policy_of(sitting.policy).chat_lock
