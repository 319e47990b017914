"""Reads of attempts: facts for staff code, the snapshot for the candidate."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from exams.domain.accommodation import Exemption
from exams.domain.deadline import Terms, base_of
from exams.domain.policy import Camera, policy_of
from exams.domain.states import HANDED_IN, AttemptState, SittingState
from exams.errors import AttemptUnknown
from exams.models import Attempt, Candidate, Sitting, Submission
from exams.queries_attempts import read_attempt
from exams.selectors.open_page import open_page, page_view
from exams.selectors.sittings import early_end_of
from exams.wire import (
    AttemptChanged,
    AttemptSnapshot,
    SittingCard,
)
from kernel.clock import to_millis, to_millis_or_none


@dataclass(frozen=True, slots=True)
class AttemptFacts:
    """What other apps need to know of an attempt to judge who may do what."""

    attempt_id: int
    sitting_id: int
    student_id: int
    institution_id: int
    class_group_id: int
    state: AttemptState
    started_at: datetime | None
    deadline: datetime
    camera: str
    exemptions: tuple[str, ...]


def attempt_facts(attempt_id: int) -> AttemptFacts:
    """Return the facts of one attempt. One query.

    Raises:
        AttemptUnknown: There is none.
    """
    facts = facts_of([attempt_id]).get(attempt_id)
    if facts is None:
        raise AttemptUnknown(attempt=attempt_id)
    return facts


def facts_of(attempt_ids: Iterable[int]) -> dict[int, AttemptFacts]:
    """Return facts by attempt id; an unknown id is left out. One query."""
    rows = Attempt.objects.select_related("sitting", "candidate").defer("paper")
    return {
        row.pk: AttemptFacts(
            attempt_id=row.pk,
            sitting_id=row.sitting_id,
            student_id=row.student_id,
            institution_id=row.sitting.institution_id,
            class_group_id=row.sitting.class_group_id,
            state=AttemptState(row.state),
            started_at=row.started_at,
            deadline=row.deadline,
            camera=camera_of(row.sitting, row.candidate).value,
            exemptions=tuple(row.candidate.exemptions),
        )
        for row in rows.filter(pk__in=set(attempt_ids))
    }


def attempt_of(sitting_id: int, student_id: int) -> int:
    """Return the id of a student's latest attempt in a sitting.

    Raises:
        AttemptUnknown: The student is not a candidate of it.
    """
    rows = Attempt.objects.filter(sitting_id=sitting_id, student_id=student_id)
    found = rows.order_by("-number").values_list("pk", flat=True).first()
    if found is None:
        raise AttemptUnknown(sitting=sitting_id)
    return found


def snapshot(attempt_id: int, student_id: int, *, browser: str = "") -> AttemptSnapshot:
    """Return what the exam room needs, to the attempt's own candidate only.

    Questions and answers are in it only while the attempt runs and for the browser that holds the
    lease: who reads them elsewhere has to take it, and that is on record.

    Budget: 2 queries; the exam's content comes from memory once it was read.

    Raises:
        AttemptUnknown: There is none, or it is somebody else's.
    """
    attempt = _own(attempt_id, student_id)
    submission = _submission(attempt)
    shown = attempt.state == AttemptState.RUNNING and attempt.lease_browser in {"", browser}
    page = open_page(attempt) if shown else None
    return AttemptSnapshot(
        attempt=attempt.pk,
        sitting=sitting_card_of(attempt),
        state=AttemptState(attempt.state),
        version=attempt.version,
        seat=attempt.candidate.seat,
        room=attempt.candidate.room,
        started_at=to_millis_or_none(attempt.started_at),
        deadline=to_millis_or_none(attempt.deadline if attempt.started_at else None),
        paused_at=to_millis_or_none(attempt.paused_at),
        ended_at=to_millis_or_none(attempt.ended_at),
        duration_s=int(_time_of(attempt).total_seconds()),
        server_time=to_millis(attempt.read_at),
        lease=str(attempt.lease)[:8] if attempt.lease else None,
        lease_device=attempt.lease_device,
        questions=page.questions if page else None,
        answers=page.answers if page else {},
        total=attempt.asked,
        page=page.view if page else page_view(attempt, is_last=not attempt.paper.get("pages")),
        last_command_seq=attempt.last_command_seq,
        hold_reason=attempt.state_reason,
        receipt=str(submission.receipt) if submission else None,
        submitted_at=to_millis_or_none(submission.submitted_at if submission else None),
        answered=submission.answered if submission else None,
    )


def _own(attempt_id: int, student_id: int) -> Attempt:
    attempt = read_attempt(attempt_id, student_id=student_id)
    if attempt is None:
        raise AttemptUnknown(attempt=attempt_id)
    return attempt


def _submission(attempt: Attempt) -> Submission | None:
    if attempt.state not in HANDED_IN:
        return None
    return Submission.objects.filter(attempt_id=attempt.pk).first()


def _time_of(attempt: Attempt) -> timedelta:
    """The candidate's own working time, accommodation included."""
    candidate, sitting = attempt.candidate, attempt.sitting
    return base_of(
        Terms(
            duration=sitting.duration,
            closes_at=sitting.closes_at,
            extra_percent=candidate.extra_percent,
            extra_time=candidate.extra_time,
        )
    )


def camera_of(sitting: Sitting, candidate: Candidate) -> Camera:
    """Return what is asked of this candidate's camera: nothing of who is exempt."""
    is_exempt = Exemption.CAMERA.value in candidate.exemptions
    return Camera.OFF if is_exempt else policy_of(sitting.policy).camera


def sitting_card_of(attempt: Attempt) -> SittingCard:
    """Return what a candidate may know about a sitting at any time, as it holds for them.

    Needs: `sitting__exam` and `candidate` loaded with the attempt.
    """
    sitting = attempt.sitting
    policy = policy_of(sitting.policy)
    return SittingCard(
        id=sitting.pk,
        title=sitting.title,
        subject=sitting.exam.subject,
        state=SittingState(sitting.state),
        lobby_opens_at=to_millis(sitting.lobby_opens_at),
        starts_at=to_millis(sitting.starts_at),
        closes_at=to_millis(sitting.closes_at),
        duration_s=int(sitting.duration.total_seconds()),
        grace_s=int(sitting.grace.total_seconds()),
        camera=camera_of(sitting, attempt.candidate),
        chat_lock=policy.chat_lock,
        navigation=policy.navigation,
        early_end=early_end_of(sitting),
    )


@dataclass(frozen=True, slots=True)
class AttemptCard:
    """One line of a student's own list."""

    attempt_id: int
    sitting_id: int
    title: str
    subject: str
    code: str
    class_group_id: int
    sitting_state: SittingState
    state: AttemptState
    lobby_opens_at: datetime
    starts_at: datetime
    closes_at: datetime
    duration: timedelta
    deadline: datetime | None
    ended_at: datetime | None
    is_released: bool
    number: int


def attempts_of_student(student_id: int) -> list[AttemptCard]:
    """Return a student's attempts, the next ones first, cancelled sittings included. One query."""
    rows = (
        Attempt.objects.filter(student_id=student_id)
        .select_related("sitting__exam", "candidate", "result")
        .defer("paper", "sitting__exam__content")
        .order_by("sitting__starts_at", "pk")
    )
    return [
        AttemptCard(
            attempt_id=row.pk,
            sitting_id=row.sitting_id,
            title=row.sitting.title,
            subject=row.sitting.exam.subject,
            code=row.sitting.code,
            class_group_id=row.sitting.class_group_id,
            sitting_state=SittingState(row.sitting.state),
            state=AttemptState(row.state),
            lobby_opens_at=row.sitting.lobby_opens_at,
            starts_at=row.sitting.starts_at,
            closes_at=row.sitting.closes_at,
            duration=_time_of(row),
            deadline=row.deadline if row.started_at else None,
            ended_at=row.ended_at,
            is_released=_is_released(row),
            number=row.number,
        )
        for row in rows
    ]


def _is_released(attempt: Attempt) -> bool:
    result = getattr(attempt, "result", None)
    return result is not None and result.released_at is not None


def attempt_now(attempt_id: int) -> AttemptChanged:
    """Return where an attempt stands, as its topic tells it.

    Raises:
        AttemptUnknown: There is none.
    """
    rows = Attempt.objects.select_related("sitting").defer("paper")
    attempt = rows.filter(pk=attempt_id).first()
    if attempt is None:
        raise AttemptUnknown(attempt=attempt_id)
    return changed_of(attempt)


def changed_of(attempt: Attempt) -> AttemptChanged:
    """Return the message that says where an attempt stands.

    Needs: `sitting` loaded with the attempt.
    """
    return AttemptChanged(
        state=AttemptState(attempt.state),
        version=attempt.version,
        started_at=to_millis_or_none(attempt.started_at),
        deadline=to_millis(attempt.deadline) if attempt.started_at else None,
        paused_at=to_millis_or_none(attempt.paused_at),
        ended_at=to_millis_or_none(attempt.ended_at),
        reason=attempt.state_reason,
        last_command_seq=attempt.last_command_seq,
        early_end=early_end_of(attempt.sitting),
    )
