"""Freezing the audience of a due notice into one row per recipient."""

from datetime import datetime

import structlog
from django.db import transaction

from accounts import selectors as people
from accounts.selectors import Contact
from kernel import clock
from notifications.domain.delivery import DeliveryState, next_waking, zone_of
from notifications.domain.notice import NOTICE, NoticeAction, NoticeState
from notifications.domain.numbers import masked
from notifications.models import Delivery, Notice
from notifications.selectors import audience_ids, audience_of, opted_out_of, phone_hash
from notifications.services import turns
from notifications.services.reach import unreachable_reason
from notifications.services.wording import facts_of

log = structlog.get_logger(__name__)


@transaction.atomic
def expand(notice_id: int) -> int:
    """Write a row for everybody the notice is for; returns how many. Safe to repeat.

    Whoever cannot be written to gets a row as well, skipped with the reason: nobody vanishes.
    """
    notice = Notice.objects.select_for_update().filter(pk=notice_id).first()
    if notice is None or notice.state != NoticeState.EXPANDING:
        return 0
    now = clock.now()
    facts = facts_of(audience_of(notice))
    if facts.is_cancelled:
        _leave(notice, NoticeAction.CANCEL, finished_at=now)
        return 0
    if notice.lead is not None and facts.starts_at and facts.starts_at - notice.lead > now:
        send_at = facts.starts_at - notice.lead
        _leave(notice, NoticeAction.POSTPONE, send_at=send_at, expires_at=facts.starts_at)
        return 0
    rows = _rows(notice, now)
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    _leave(notice, NoticeAction.SEND, expanded_at=now)
    turns.wake(notice_id)
    log.info("notice.expanded", notice_id=notice_id, recipients=len(rows))
    return len(rows)


def _rows(notice: Notice, now: datetime) -> list[Delivery]:
    ids = audience_ids(audience_of(notice))
    contacts = people.contacts_of(ids)
    silent = opted_out_of(contacts.values())
    return [_row(notice, user_id, contacts.get(user_id), silent, now) for user_id in ids]


def _row(
    notice: Notice, user_id: int, contact: Contact | None, silent: set[int], now: datetime
) -> Delivery:
    row = Delivery(notice=notice, recipient_id=user_id)
    reason = unreachable_reason(contact, is_silent=user_id in silent)
    if contact is not None and contact.phone:
        row.phone_masked, row.phone_hash = masked(contact.phone), phone_hash(contact.phone)
    if contact is not None and not reason:
        waking = now if notice.wakes else next_waking(now, zone_of(contact.time_zone))
        row.not_before = waking if waking > now else None
        if notice.expires_at is not None and waking > notice.expires_at:
            reason = "night"
    if reason:
        row.state, row.reason, row.settled_at = DeliveryState.SKIPPED, reason, now
    return row


def _leave(notice: Notice, action: NoticeAction, **changes: object) -> None:
    target = NOTICE.next_state(NoticeState.EXPANDING, action)
    Notice.objects.filter(pk=notice.pk).update(state=target, **changes)
