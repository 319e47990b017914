"""Commands to attempts: the effect, the row and the audit line commit together, then the push."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import F, Q, Sum

from accounts.selectors import user_cards
from exams.domain.states import LIVE
from exams.events import LedgerChanged
from exams.selectors.attempts import AttemptFacts, attempt_facts
from exams.services import attempts as exam_attempts
from exams.services.grants import note_seen
from kernel import audit, clock
from kernel.errors import DomainError
from kernel.events import bus
from proctoring.domain.command import (
    DELIVERY,
    MAX_EXTRA_INVIGILATOR,
    NEEDS_REASON,
    RESEND_AFTER_END,
    RESEND_AFTER_S,
    RESEND_EVERY_S,
    CommandKind,
    DeliveryAction,
    DeliveryState,
)
from proctoring.errors import CommandUnknown, NotAllowed, ReasonMissing, TooMuchTime
from proctoring.events import CommandApplied
from proctoring.messages import CommandIssued
from proctoring.models import Command
from proctoring.selectors import command_view
from realtime.publish import publish, publish_state


@dataclass(frozen=True, slots=True)
class Order:
    """What an invigilator asked for, checked and typed.

    Attributes:
        command_id: Client-made; with the attempt's id it names one command for ever.
        extra: For extend only; may be negative for a correction.
        sitting_id: The sitting whose wall it came from; attempts of others are refused.
        max_extra: The most this person may bring an attempt to, all its extensions together.
        may_take: Whether this person may leave an attempt with less than its own time.
    """

    command_id: UUID
    kind: CommandKind
    text: str
    extra: timedelta
    issued_by: int
    sitting_id: int
    max_extra: timedelta = MAX_EXTRA_INVIGILATOR
    may_take: bool = False


def issue_commands(order: Order, attempt_ids: Sequence[int]) -> dict[int, str]:
    """Issue one order to several attempts, each in its own transaction.

    Returns:
        Attempt id → "issued", or the code of the refusal for that attempt.

    Raises:
        ReasonMissing: The kind costs the student something and no reason was given.
        TooMuchTime: The grant is beyond what this person may give.
    """
    check_order(order)
    outcome: dict[int, str] = {}
    for attempt_id in attempt_ids:
        try:
            issue_command(order, attempt_id)
        except DomainError as refusal:
            outcome[attempt_id] = refusal.code
        else:
            outcome[attempt_id] = "issued"
    return outcome


def check_order(order: Order) -> None:
    """Refuse an order that is wrong for every attempt alike."""
    if order.kind in NEEDS_REASON and not order.text.strip():
        raise ReasonMissing(kind=order.kind.value)
    if order.kind is CommandKind.MESSAGE and not order.text.strip():
        raise ReasonMissing(kind=order.kind.value)
    if abs(order.extra) > order.max_extra:
        raise TooMuchTime(limit_s=int(order.max_extra.total_seconds()))


@transaction.atomic
def issue_command(order: Order, attempt_id: int) -> Command:
    """Apply one order to one attempt and record it; a repeated command_id changes nothing.

    Raises:
        IllegalMove: The attempt is not in a state that allows it; nothing was changed.
        NotAllowed: The attempt is not of this sitting, or time would be taken from it.
        TooMuchTime: All its extensions together are more than this person may give.
    """
    facts = attempt_facts(attempt_id)
    if facts.sitting_id != order.sitting_id:
        raise NotAllowed(attempt=attempt_id)
    row_id = uuid5(order.command_id, str(attempt_id))
    known = Command.objects.filter(pk=row_id).first()
    if known:
        return known
    # Locks the attempt: extensions add up one by one, and of two repeats one waits for the other.
    seq = exam_attempts.next_command_seq(attempt_id)
    known = Command.objects.filter(pk=row_id).first()
    if known:
        transaction.set_rollback(True)  # gives the number back
        return known
    if order.kind is CommandKind.EXTEND:
        _check_total(order, attempt_id)
    _apply(order, facts, row_id)
    command = _record(order, facts, row_id, seq)
    _push(command, facts.sitting_id)
    return command


def _record(order: Order, facts: AttemptFacts, row_id: UUID, seq: int) -> Command:
    """Write the row and its audit line."""
    command = Command.objects.create(
        id=row_id,
        attempt_id=facts.attempt_id,
        seq=seq,
        kind=order.kind,
        text=order.text.strip(),
        extra_s=int(order.extra.total_seconds()) if order.kind is CommandKind.EXTEND else 0,
        issued_by_id=order.issued_by,
    )
    audit.append(
        f"command.{order.kind.value}",
        actor_id=order.issued_by,
        subject=f"attempt:{facts.attempt_id}",
        reason=order.text.strip(),
        data={"command": str(row_id), "extra_s": command.extra_s},
        institution_id=facts.institution_id,
    )
    return command


def _check_total(order: Order, attempt_id: int) -> None:
    """Refuse an extension that, with those before it, is more than this person may give or take."""
    given = Command.objects.filter(
        attempt_id=attempt_id, kind=CommandKind.EXTEND, is_of_ledger=False
    )
    total = timedelta(seconds=given.aggregate(sum=Sum("extra_s"))["sum"] or 0) + order.extra
    if total > order.max_extra:
        raise TooMuchTime(limit_s=int(order.max_extra.total_seconds()))
    if total < timedelta() and order.extra < timedelta() and not order.may_take:
        raise NotAllowed(attempt=attempt_id)


def _apply(order: Order, facts: AttemptFacts, row_id: UUID) -> None:
    reason = order.text.strip()
    match order.kind:
        case CommandKind.PAUSE:
            exam_attempts.pause_attempt(facts.attempt_id, actor_id=order.issued_by, reason=reason)
        case CommandKind.RESUME:
            exam_attempts.resume_attempt(facts.attempt_id, actor_id=order.issued_by)
        case CommandKind.EXTEND:
            exam_attempts.extend_attempt(
                facts.attempt_id,
                extra=order.extra,
                actor_id=order.issued_by,
                reason=reason,
                order=row_id,
            )
        case CommandKind.FORCE_SUBMIT:
            exam_attempts.force_submit(facts.attempt_id, actor_id=order.issued_by, reason=reason)
        case CommandKind.TERMINATE:
            exam_attempts.terminate_attempt(
                facts.attempt_id, actor_id=order.issued_by, reason=reason
            )
        case CommandKind.MESSAGE:
            pass  # its effect is the text itself


def _push(command: Command, sitting_id: int) -> None:
    view = command_view(command)
    publish(f"watch:{command.attempt_id}", CommandIssued(command=view))
    publish_state(f"wall:{sitting_id}", f"command:{command.pk}", view)


def tell_ledger(event: LedgerChanged) -> None:
    """Tell candidates of time that was given to, or taken from, several at once; it is done already.

    Who has seen it is on the page of the ledger; the board's log is not flooded with it.

    Budget: 2 queries for any number of candidates.

    Needs: the transaction of who changed the ledger.
    """
    commands = Command.objects.bulk_create(
        Command(
            id=one.order,
            attempt_id=one.attempt_id,
            seq=one.seq,
            kind=CommandKind.EXTEND,
            text=event.reason,
            extra_s=int(event.extra.total_seconds()),
            issued_by_id=event.actor_id,
            issued_at=clock.now(),
            pushed_at=clock.now(),
            is_of_ledger=True,
        )
        for one in event.orders
    )
    cards = user_cards({event.actor_id})
    names = {user_id: card.name for user_id, card in cards.items()}
    for command in commands:
        view = command_view(command, names)
        publish(f"watch:{command.attempt_id}", CommandIssued(command=view))


@transaction.atomic
def record_ack(command_id: UUID, attempt_id: int, action: DeliveryAction) -> None:
    """Record what the candidate's browser reports; a late or repeated report changes nothing.

    Raises:
        CommandUnknown: This attempt has no such command.
    """
    now = clock.now()
    target = DeliveryState.APPLIED if action is DeliveryAction.APPLY else DeliveryState.DELIVERED
    stamps = {"delivered_at": now} if action is DeliveryAction.DELIVER else {"applied_at": now}
    moved = Command.objects.filter(
        pk=command_id, attempt_id=attempt_id, state__in=DELIVERY.sources(action)
    ).update(state=target, **stamps)
    command = Command.objects.filter(pk=command_id, attempt_id=attempt_id).first()
    if command is None:
        raise CommandUnknown(command=str(command_id))
    if not moved:
        return
    if target is DeliveryState.APPLIED:
        note_seen(command_id)
        bus.emit(CommandApplied(command_id=str(command_id), attempt_id=attempt_id))
    if command.is_of_ledger:
        return
    sitting_id = attempt_facts(attempt_id).sitting_id
    publish_state(f"wall:{sitting_id}", f"command:{command.pk}", command_view(command))


def resend_unacknowledged(limit: int = 500) -> int:
    """Push again every command whose pause since the last push is over: 2, 4, 8, 8 … seconds.

    To an attempt that has ended this goes on for a minute, so that its browser still hears what
    ended it; one that comes later asks for what it has not applied.

    Budget: 2 queries, and 1 for each push.

    Returns:
        How many were pushed.
    """
    now = clock.now()
    candidates = Command.objects.exclude(state=DeliveryState.APPLIED).filter(
        Q(attempt__state__in=LIVE) | Q(issued_at__gt=now - RESEND_AFTER_END),
        issued_at__gt=now - timedelta(hours=12),
        pushed_at__lte=now - timedelta(seconds=RESEND_AFTER_S[0]),
    )
    waiting = candidates.order_by("pushed_at")[:limit]
    due = [one for one in waiting if now - one.pushed_at >= resend_pause(one.pushes)]
    cards = user_cards({one.issued_by_id for one in due})
    names = {user_id: card.name for user_id, card in cards.items()}
    pushed = 0
    for command in due:
        claimed = Command.objects.filter(pk=command.pk, pushes=command.pushes).update(
            pushes=F("pushes") + 1, pushed_at=now
        )
        if claimed:
            view = command_view(command, names)
            publish(f"watch:{command.attempt_id}", CommandIssued(command=view))
            pushed += 1
    return pushed


def resend_pause(pushes: int) -> timedelta:
    """Return the pause after the n-th push (n from 1)."""
    index = pushes - 1
    seconds = RESEND_AFTER_S[index] if index < len(RESEND_AFTER_S) else RESEND_EVERY_S
    return timedelta(seconds=seconds)
