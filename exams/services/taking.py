"""The candidate's own moves: take the lease, start, hand in."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from exams import queries_attempts
from exams.domain.states import LIVE, AttemptAction, AttemptState, SittingState, SubmissionKind
from exams.errors import (
    AnswersMissing,
    AttemptIsPaused,
    AttemptOver,
    AttemptUnknown,
    LeaseLost,
    NotOpen,
    NotStarted,
    TooLate,
    TryAgain,
)
from exams.events import AttemptStarted, LeaseMoved
from exams.models import Attempt, Submission
from exams.queries import database_now
from exams.queries_attempts import read_attempt
from exams.services import pushes
from exams.services.endings import Ending, end_held, stored_answers
from exams.services.ledger import deadline_for
from exams.services.sittings import catch_up
from exams.services.trail import append_line
from exams.wire import Receipt
from kernel.clock import to_millis
from kernel.events import bus
from realtime.publish import close_user_sockets

TAKEN_OVER: Final = 4409


def take_lease(
    attempt_id: int,
    *,
    student_id: int,
    device: str = "",
    browser: str = "",
    connection_id: str | None = None,
) -> UUID:
    """Make the caller's tab the one that may write, and return its fencing token.

    The newest tab wins: an older one is told, its socket is closed, its next save is refused.

    Args:
        attempt_id: The candidate's own attempt.
        student_id: Who asks.
        device: What the candidate's page calls itself, for the invigilator.
        browser: What tells this browser from others of the same name; empty when it is not known.
        connection_id: The new tab's own socket, which stays open.

    Raises:
        AttemptUnknown: There is none, or it is somebody else's.
        NotOpen: The lobby is not open yet, or the sitting was cancelled.
        AttemptOver: The attempt has ended.
    """
    _require_open(own_attempt(attempt_id, student_id), {SittingState.LOBBY, SittingState.RUNNING})
    return _take_over(
        attempt_id, student_id, device=device[:120], browser=browser[:64], spared=connection_id
    )


@transaction.atomic
def _take_over(
    attempt_id: int, student_id: int, *, device: str, browser: str, spared: str | None
) -> UUID:
    lease, before = uuid4(), own_attempt(attempt_id, student_id, lock=True)
    taken = Attempt.objects.filter(pk=attempt_id, student_id=student_id, state__in=LIVE).update(
        lease=lease,
        lease_device=device,
        lease_browser=browser,
        checked_in_at=Coalesce(F("checked_in_at"), database_now()),
    )
    if not taken:
        raise AttemptOver(state=before.state)
    pushes.lease_taken(attempt_id, str(lease), device)
    _note_move(before, browser, device)
    _close_older_tabs(before, spared)
    return lease


def _close_older_tabs(before: Attempt, spared: str | None) -> None:
    """Close the candidate's sockets of this attempt but the new tab's own, if we know that one.

    Also those that only show a camera: it could go on from a machine that does not answer.
    """
    for topic in (f"attempt:{before.pk}", f"media:a{before.pk}") if spared else ():
        close_user_sockets(before.student_id, TAKEN_OVER, topic=topic, except_connection=spared)


def _is_other_browser(before: Attempt, browser: str, device: str) -> bool:
    """Two browsers of one name are told apart by their ids, as long as both have one."""
    if before.lease_browser and browser:
        return before.lease_browser != browser
    return before.lease_device not in {"", device}


def _note_move(before: Attempt, browser: str, device: str) -> None:
    """Write down, and tell while the exam is going on, that another browser has the lease now.

    A reload and a second tab are no move: docs/adr/0017.
    """
    if before.lease is None or not _is_other_browser(before, browser, device):
        return
    facts = {"from": before.lease_device, "to": device, "state": before.state}
    append_line("attempt.lease_moved", before, before.student_id, data=facts)
    if before.state in {AttemptState.RUNNING, AttemptState.PAUSED}:
        bus.emit(
            LeaseMoved(
                attempt_id=before.pk,
                sitting_id=before.sitting_id,
                student_id=before.student_id,
                from_device=before.lease_device,
                device=device,
            )
        )


def start_attempt(attempt_id: int, *, student_id: int, lease: str, browser: str = "") -> None:
    """Start the candidate's clock; calling it again changes nothing.

    The sitting is started here too when its time has come and the beat is late.

    Raises:
        AttemptUnknown, LeaseLost, NotOpen, TooLate, AttemptOver: Nothing was changed.
        TryAgain: The attempt was changed meanwhile, for one by an extension: `version` tells.
    """
    attempt = own_attempt(attempt_id, student_id)
    token = lease_token(lease)
    if not _holds_lease(attempt, token, browser):
        raise LeaseLost
    if attempt.state in {AttemptState.RUNNING, AttemptState.PAUSED}:
        return
    if attempt.state != AttemptState.READY:
        raise AttemptOver(state=attempt.state)
    _require_open(attempt, {SittingState.RUNNING})
    _start(attempt)


@transaction.atomic
def _start(attempt: Attempt) -> None:
    now = attempt.read_at
    if now > attempt.deadline:
        raise TooLate
    deadline = deadline_for(attempt, now)
    version = queries_attempts.start_attempt(attempt, now=now, deadline=deadline)
    if version is None:
        raise TryAgain
    attempt.state, attempt.version = AttemptState.RUNNING, version
    attempt.started_at, attempt.deadline = now, deadline
    bus.emit(
        AttemptStarted(
            attempt_id=attempt.pk,
            sitting_id=attempt.sitting_id,
            student_id=attempt.student_id,
            deadline=deadline,
        )
    )
    pushes.attempt_told(attempt, answered=0, at=now)  # nobody answers before the start


def _require_open(attempt: Attempt, states: set[SittingState]) -> None:
    """Refuse what the sitting's state does not allow; the clock's moves are caught up with first.

    They commit by themselves: they take the end of the audit trail, which everybody else takes
    after the attempt's row. In one transaction with a move of the attempt, the two would wait for
    each other.
    """
    sitting = attempt.sitting
    if sitting.state not in states and sitting.state in {
        SittingState.SCHEDULED,
        SittingState.LOBBY,
    }:
        catch_up(sitting.pk)
        sitting.refresh_from_db(fields=["state"])
    if sitting.state not in states:
        raise NotOpen(state=sitting.state, starts_at=to_millis(sitting.starts_at))


@transaction.atomic
def submit_attempt(
    attempt_id: int, *, student_id: int, lease: str, digest: Mapping[int, int], browser: str = ""
) -> Receipt:
    """Hand the attempt in, if the server holds every answer the client names.

    Idempotent: an attempt handed in before gives the same receipt again.

    Args:
        attempt_id: The candidate's own attempt.
        student_id: Who asks.
        lease: The tab's fencing token.
        digest: Question id → highest sequence number the client has written.
        browser: The id of the browser that asks, as given to `take_lease`.

    Raises:
        AnswersMissing: `missing` names the questions to send again; the attempt goes on.
        AttemptUnknown, LeaseLost, NotStarted, AttemptIsPaused, AttemptOver: Nothing was changed.

    Budget: 7 queries, those of the handlers included.
    """
    token = lease_token(lease)
    attempt = own_attempt(attempt_id, student_id, lock=True)  # no save comes between check and move
    if attempt.state not in LIVE:
        submission = Submission.objects.filter(attempt_id=attempt_id).first()
        if submission and submission.kind == SubmissionKind.SELF:
            return receipt_of(submission)
    require_writable(attempt, token, browser)
    answers = stored_answers(attempt_id)
    missing = missing_answers(answers, digest)
    if missing:
        raise AnswersMissing(missing)
    ended = end_held(attempt, Ending(AttemptAction.SUBMIT, SubmissionKind.SELF), answers)
    if ended is None or ended.submission is None:
        raise TryAgain
    return receipt_of(ended.submission)


def missing_answers(
    answers: Mapping[str, Mapping[str, Any]], digest: Mapping[int, int]
) -> list[int]:
    """Return the questions of which the server does not hold the revision the client names.

    Args:
        answers: As `stored_answers` gives them.
        digest: Question id → sequence number.
    """
    stored = {int(question): answer["seq"] for question, answer in answers.items()}
    return sorted(question for question, seq in digest.items() if stored.get(question, 0) < seq)


def require_writable(attempt: Attempt, token: UUID, browser: str) -> None:
    """Refuse whoever may not write to the attempt now.

    Raises:
        LeaseLost, NotStarted, AttemptIsPaused, AttemptOver: As their names say.
    """
    if attempt.state not in LIVE:
        raise AttemptOver(state=attempt.state)
    if not _holds_lease(attempt, token, browser):
        raise LeaseLost
    if attempt.state == AttemptState.READY:
        raise NotStarted
    if attempt.state == AttemptState.PAUSED:
        raise AttemptIsPaused


def _holds_lease(attempt: Attempt, token: UUID, browser: str) -> bool:
    """A copied token is worth nothing in another browser; without an id any browser will do."""
    return attempt.lease == token and attempt.lease_browser in {"", browser}


def receipt_of(submission: Submission) -> Receipt:
    """Return what the candidate keeps as proof."""
    return Receipt(
        receipt=str(submission.receipt),
        submitted_at=to_millis(submission.submitted_at),
        answered=submission.answered,
        total=submission.total,
    )


def lease_token(lease: str) -> UUID:
    """Return the token as a UUID.

    Raises:
        LeaseLost: It is not one, so it cannot be the live one.
    """
    try:
        return UUID(lease)
    except ValueError:
        raise LeaseLost from None


def own_attempt(attempt_id: int, student_id: int, *, lock: bool = False) -> Attempt:
    """Return a candidate's own attempt with its sitting and candidate, locked if asked for.

    Raises:
        AttemptUnknown: There is none, or it is somebody else's.
    """
    attempt = read_attempt(attempt_id, student_id=student_id, lock=lock)
    if attempt is None:
        raise AttemptUnknown(attempt=attempt_id)
    return attempt
