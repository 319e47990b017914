"""Writing, scheduling and cancelling notices; finding their recipients when they are due."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.db.models import F

from accounts import selectors as people
from accounts.errors import ClassUnknown, PersonUnknown
from accounts.policies import can_send_notices
from accounts.selectors import roles_of
from exams.errors import SittingUnknown
from exams.selectors import sittings
from kernel import audit, clock, outbox
from notifications.domain.delivery import DELIVERY, DeliveryAction, DeliveryState
from notifications.domain.notice import NOTICE, Audience, AudienceKind, NoticeAction, NoticeState
from notifications.domain.text import check_text
from notifications.errors import (
    AudienceRefused,
    NoticeForbidden,
    NoticeMoved,
    NoticeUnknown,
    TextRefused,
    TimeRefused,
)
from notifications.models import Delivery, Notice
from notifications.selectors import NoticeCard, audience_preview, notice_card

log = structlog.get_logger(__name__)

QUEUE: Final = "notices"
EXPAND_TASK: Final = "notifications.expand_notice"
UNDO_WINDOW: Final = timedelta(seconds=30)
LASTS: Final = timedelta(hours=24)  # a notice without a sitting is not sent later than this
DUE_BATCH: Final = 50


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """What a person writes.

    Attributes:
        send_at: Aware; None with a `lead`, or to send at once (after the undo window).
        lead: This long before the start of the audience's sitting.
        wakes: Send in the recipient's night as well.
    """

    title: str
    audience: Audience
    text_en: str
    text_fa: str
    send_at: datetime | None = None
    lead: timedelta | None = None
    wakes: bool = False


@transaction.atomic
def save_draft(*, actor_id: int, draft: NoticeDraft, notice_id: int | None = None) -> int:
    """Write a new draft, or a draft anew; returns its id.

    Raises:
        NoticeForbidden: The actor may not send to this audience.
        AudienceRefused: Incomplete, or of another institution.
        TextRefused: A text that could not be sent to everybody.
        NoticeMoved: It is no longer a draft.
    """
    audience = draft.audience
    check_allowed(actor_id, audience)
    check_texts(draft.text_en, draft.text_fa, has_sitting=audience.sitting_id is not None)
    if draft.lead is not None and audience.sitting_id is None:
        raise TimeRefused(reason="lead_without_sitting")
    values = {
        "title": draft.title.strip()[:120],
        "audience_kind": audience.kind,
        "class_group_id": audience.class_id,
        "sitting_id": audience.sitting_id,
        "role": audience.role,
        "person_id": audience.person_id,
        "text_en": draft.text_en.strip(),
        "text_fa": draft.text_fa.strip(),
        "send_at": draft.send_at,
        "lead": draft.lead,
        "wakes": draft.wakes,
    }
    if notice_id is None:
        row = Notice.objects.create(
            institution_id=audience.institution_id, created_by_id=actor_id, **values
        )
        return row.pk
    card = card_for(notice_id, actor_id=actor_id)
    changed = Notice.objects.filter(
        pk=notice_id, institution_id=audience.institution_id, state=NoticeState.DRAFT
    ).update(**values)
    if not changed:
        raise NoticeMoved(state=card.state.value)
    return notice_id


@transaction.atomic
def schedule(notice_id: int, *, actor_id: int, even_for_nobody: bool = False) -> datetime:
    """Let a draft be sent at its time; returns the time. Within the undo window at the earliest.

    Args:
        notice_id: The draft.
        actor_id: Who does it.
        even_for_nobody: Also when nobody of the audience could be reached now: their numbers may
            be verified before the notice is due.

    Raises:
        TimeRefused: The time has passed, or lies after the start of the sitting it reminds of.
        AudienceRefused: Nobody is in the audience (`empty`), or nobody of it could be reached
            (`nobody_reachable`).
        NoticeMoved: It is no draft.
    """
    card = card_for(notice_id, actor_id=actor_id)
    check_allowed(actor_id, card.audience)
    has_sitting = card.audience.sitting_id is not None
    check_texts(card.text_en, card.text_fa, has_sitting=has_sitting)
    found = audience_preview(card.audience, has_persian=True, has_english=True)
    if not found.total:
        raise AudienceRefused(reason="empty")
    if not found.reachable and not even_for_nobody:
        raise AudienceRefused(reason="nobody_reachable")
    send_at = _time_of(card)
    _move(
        card,
        NoticeAction.SCHEDULE,
        actor_id=actor_id,
        data={"send_at": send_at.isoformat(), "recipients": found.total},
        send_at=send_at,
        expires_at=_expiry(card, send_at),
        scheduled_at=clock.now(),
    )
    return send_at


@transaction.atomic
def return_to_draft(notice_id: int, *, actor_id: int | None, reason: str = "") -> None:
    """Undo the scheduling while nothing was sent; an actor of None is the system.

    Raises:
        NoticeMoved: Its sending has begun.
    """
    card = card_for(notice_id, actor_id=actor_id)
    _move(card, NoticeAction.RETURN, actor_id=actor_id, reason=reason, scheduled_at=None)


@transaction.atomic
def cancel(notice_id: int, *, actor_id: int | None, reason: str = "") -> None:
    """Send it to nobody, or to nobody else: what has left cannot be called back.

    Raises:
        NoticeMoved: It is done or was cancelled before.
    """
    card = card_for(notice_id, actor_id=actor_id)
    now = clock.now()
    _move(card, NoticeAction.CANCEL, actor_id=actor_id, reason=reason, finished_at=now)
    Delivery.objects.filter(
        notice_id=notice_id, state__in=DELIVERY.sources(DeliveryAction.SKIP)
    ).update(state=DeliveryState.SKIPPED, reason="cancelled", settled_at=now)


@transaction.atomic
def reopen(notice_id: int, *, actor_id: int) -> None:
    """Make a cancelled notice a draft again, if it reached nobody.

    Raises:
        NoticeMoved: It is not cancelled, or its sending had begun.
    """
    card = card_for(notice_id, actor_id=actor_id)
    if card.expanded_at is not None:
        raise NoticeMoved(state=card.state.value)
    _move(card, NoticeAction.REOPEN, actor_id=actor_id, finished_at=None, scheduled_at=None)


def send_test(notice_id: int, *, actor_id: int) -> int:
    """Send the notice's text to the actor alone, at once; returns the id of the test.

    Raises:
        AudienceRefused: The actor has no verified number.
    """
    card = card_for(notice_id, actor_id=actor_id)
    contact = people.contacts_of([actor_id]).get(actor_id)
    if contact is None or not contact.phone or contact.phone_verified_at is None:
        raise AudienceRefused(reason="no_number_of_your_own")
    with transaction.atomic():
        row = Notice.objects.create(
            institution_id=card.institution_id,
            title=card.title,
            audience_kind=AudienceKind.PERSON,
            person_id=actor_id,
            sitting_id=card.audience.sitting_id,
            class_group_id=card.audience.class_id,
            text_en=card.text_en,
            text_fa=card.text_fa,
            wakes=True,
            send_at=clock.now(),
            expires_at=clock.now() + LASTS,
            created_by_id=actor_id,
        )
        test = notice_card(row.pk)
        _move(test, NoticeAction.SCHEDULE, actor_id=actor_id, scheduled_at=clock.now())
    start_due()
    return row.pk


def start_due() -> int:
    """Begin every notice whose time has come; returns how many. Run by beat."""
    _follow_sittings()
    due = Notice.objects.filter(state=NoticeState.SCHEDULED, send_at__lte=clock.now())
    started = 0
    for notice_id in due.order_by("send_at").values_list("pk", flat=True)[:DUE_BATCH]:
        with transaction.atomic():
            moved = Notice.objects.filter(
                pk=notice_id, state=NoticeState.SCHEDULED, send_at__lte=clock.now()
            ).update(state=NOTICE.next_state(NoticeState.SCHEDULED, NoticeAction.EXPAND))
            if moved:
                outbox.enqueue(EXPAND_TASK, {"notice_id": notice_id}, queue=QUEUE)
                started += 1
    return started


def cancel_for_sitting(sitting_id: int) -> int:
    """Cancel what was to be sent about a cancelled sitting; returns how many.

    Needs: the transaction that cancels the sitting.
    """
    waiting = Notice.objects.filter(sitting_id=sitting_id, state=NoticeState.SCHEDULED)
    ids = list(waiting.values_list("pk", flat=True))
    for notice_id in ids:
        cancel(notice_id, actor_id=None, reason="sitting_cancelled")
    return len(ids)


def card_for(notice_id: int, *, actor_id: int | None) -> NoticeCard:
    """Return a notice for somebody who may send there; None is the system.

    Raises:
        NoticeUnknown: There is none, or it is another institution's (one answer for both).
    """
    card = notice_card(notice_id)
    if actor_id is not None and not _may_send(actor_id, card.audience):
        raise NoticeUnknown
    return card


def check_allowed(actor_id: int, audience: Audience) -> None:
    """Refuse an audience that is not the actor's, or does not fit together.

    Raises:
        NoticeForbidden: The actor's roles do not cover it.
        AudienceRefused: Its class, sitting or person is missing or of another institution.
    """
    if not _may_send(actor_id, audience):
        raise NoticeForbidden
    if audience.kind is AudienceKind.PERSON and audience.person_id != actor_id:
        raise AudienceRefused(reason="person")
    if audience.kind is AudienceKind.CLASS and audience.class_id is None:
        raise AudienceRefused(reason="class")
    if audience.kind is AudienceKind.SITTING and audience.sitting_id is None:
        raise AudienceRefused(reason="sitting")


def check_texts(text_en: str, text_fa: str, *, has_sitting: bool) -> None:
    """Refuse texts that could not be sent to everybody; one language is enough.

    Raises:
        TextRefused: With `language` en or fa.
    """
    written = {"en": text_en.strip(), "fa": text_fa.strip()}
    if not any(written.values()):
        raise TextRefused(reason="empty", language="en")
    for language, text in written.items():
        if text:
            try:
                check_text(text, has_sitting=has_sitting)
            except TextRefused as refusal:
                raise TextRefused(**{**refusal.data, "language": language}) from None


def _may_send(actor_id: int, audience: Audience) -> bool:
    try:
        class_id = _class_of(audience)
    except (ClassUnknown, SittingUnknown, PersonUnknown):
        return False
    roles = roles_of(actor_id)
    return can_send_notices(roles, institution_id=audience.institution_id, class_id=class_id)


def _class_of(audience: Audience) -> int | None:
    """Return the class an audience lies in; None is the whole institution."""
    if audience.sitting_id is not None:
        sitting = sittings.sitting_view(audience.sitting_id)
        if sitting.institution_id != audience.institution_id:
            raise SittingUnknown(sitting=audience.sitting_id)
        return sitting.class_group_id
    if audience.class_id is not None:
        if people.class_card(audience.class_id).institution_id != audience.institution_id:
            raise ClassUnknown
        return audience.class_id
    return None


def _time_of(card: NoticeCard) -> datetime:
    now = clock.now()
    starts_at = start_of(card.audience)
    if card.lead is not None and starts_at is not None:
        send_at = starts_at - card.lead
    else:
        send_at = card.send_at or now + UNDO_WINDOW
    if send_at < now:
        raise TimeRefused(reason="past")
    return max(send_at, now + UNDO_WINDOW)


def start_of(audience: Audience) -> datetime | None:
    """Return when the audience's sitting starts; None without a sitting.

    Raises:
        TimeRefused: The sitting was cancelled.
    """
    if audience.sitting_id is None:
        return None
    sitting = sittings.sitting_view(audience.sitting_id)
    if sitting.state.value == "cancelled":
        raise TimeRefused(reason="sitting_cancelled")
    return sitting.starts_at


def _expiry(card: NoticeCard, send_at: datetime) -> datetime:
    """A reminder is worth nothing once its sitting has begun; anything else, after a day."""
    starts_at = start_of(card.audience)
    return starts_at if starts_at is not None and starts_at > send_at else send_at + LASTS


def _follow_sittings() -> None:
    """Move notices with a lead whose sitting was moved while they were being scheduled.

    Any other moves with its sitting (moves.follow_sitting). One query while none is behind.
    """
    start = F("sitting__starts_at") - F("lead")
    waiting = Notice.objects.filter(
        state=NoticeState.SCHEDULED, lead__isnull=False, sitting__isnull=False
    )
    behind = waiting.exclude(send_at=start).annotate(due_at=start)
    for notice_id, due_at, starts_at in behind.values_list("pk", "due_at", "sitting__starts_at"):
        waiting.filter(pk=notice_id).update(send_at=due_at, expires_at=starts_at)
        log.info("notice.follows_sitting", notice_id=notice_id)


def _move(
    card: NoticeCard,
    action: NoticeAction,
    *,
    actor_id: int | None,
    reason: str = "",
    data: dict[str, object] | None = None,
    **changes: object,
) -> None:
    """Move one notice and write the audit line.

    Raises:
        NoticeMoved: It is in no state that allows the action; nothing was changed.

    Needs: an open transaction.
    """
    sources = NOTICE.sources(action)
    target = {NOTICE.next_state(state, action) for state in sources}.pop()
    moved = Notice.objects.filter(pk=card.id, state__in=sources).update(state=target, **changes)
    if not moved:
        raise NoticeMoved(machine=NOTICE.name, state=card.state.value, action=action.value)
    audit.append(
        f"notice.{_PAST[action]}",
        actor_id=actor_id,
        subject=f"notice:{card.id}",
        reason=reason,
        data={"title": card.title, **(data or {})},
        institution_id=card.institution_id,
    )


_PAST: Final = {
    NoticeAction.SCHEDULE: "scheduled",
    NoticeAction.RETURN: "returned",
    NoticeAction.CANCEL: "cancelled",
    NoticeAction.REOPEN: "reopened",
}
