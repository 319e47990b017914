"""Sending: claim, store `sending`, make one request, store what came of it.

A message is accepted by the provider at most once: whatever may have left is never sent again,
unless the provider itself has no record of it (services/reports.py).
"""

import time
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts import selectors as people
from accounts.selectors import Contact
from kernel import clock
from notifications.domain.delivery import (
    CLAIM_LEASE,
    DELIVERY,
    MAX_TRIES,
    OPEN,
    DeliveryAction,
    DeliveryState,
    next_waking,
    pause_before,
    zone_of,
)
from notifications.domain.notice import NOTICE, NoticeAction, NoticeState
from notifications.domain.numbers import masked
from notifications.domain.text import size_of
from notifications.errors import TextRefused
from notifications.gateways.base import GatewayError, Outgoing, Sent, bound_gateway
from notifications.models import Delivery, Notice, OptOut
from notifications.selectors import audience_of, opted_out_of, phone_hash
from notifications.services.reach import InstitutionDay, cap_reason, unreachable_reason
from notifications.services.wording import Facts, Wording, facts_of, word_for

log = structlog.get_logger(__name__)

BATCH: Final = 100
BATCH_SECONDS: Final = 15.0  # far below the lease of a run, one slow request included
LOST_AFTER: Final = timedelta(seconds=60)  # `sending` for so long: its worker is gone


def send_batch(notice_id: int) -> int:
    """Send the next messages of a notice; returns how many were handled. Safe to repeat.

    Needs: no open transaction: `sending` must be on disk before the request leaves.
    """
    notice = Notice.objects.filter(pk=notice_id, state=NoticeState.SENDING).first()
    if notice is None:
        return 0
    day = InstitutionDay(notice.institution_id)
    ends = time.monotonic() + BATCH_SECONDS
    handled = 0
    while handled < BATCH and time.monotonic() < ends:
        delivery = _claim(notice_id)
        if delivery is None:
            break
        # Read for each message: the sitting may be moved while a batch is under way.
        _handle(notice, facts_of(audience_of(notice)), delivery, day)
        handled += 1
    close_if_done(notice_id)
    return handled


def close_if_done(notice_id: int) -> bool:
    """Close a notice of which no message is open; True if this did it. One statement."""
    still_open = Delivery.objects.filter(notice_id=OuterRef("pk"), state__in=OPEN)
    done = Notice.objects.filter(~Exists(still_open), pk=notice_id, state=NoticeState.SENDING)
    target = NOTICE.next_state(NoticeState.SENDING, NoticeAction.FINISH)
    return bool(done.update(state=target, finished_at=clock.now()))


def due_of(notice_id: int) -> QuerySet[Delivery]:
    """Return the rows that a worker may take now, those of a silent worker included."""
    now = clock.now()
    due = Q(not_before=None) | Q(not_before__lte=now)
    waiting = Q(state__in=[DeliveryState.PENDING, DeliveryState.RETRY]) & due
    abandoned = Q(state=DeliveryState.CLAIMED, claimed_at__lt=now - CLAIM_LEASE)
    return Delivery.objects.filter(waiting | abandoned, notice_id=notice_id)


def lose_silent() -> int:
    """Move what a dead worker left in `sending` to unknown: it may have left."""
    silent = Delivery.objects.filter(
        state=DeliveryState.SENDING, sending_at__lt=clock.now() - LOST_AFTER
    )
    return silent.update(
        state=DELIVERY.next_state(DeliveryState.SENDING, DeliveryAction.LOSE), reason="worker_lost"
    )


@transaction.atomic
def let_try_again(delivery: Delivery, action: DeliveryAction, **changes: object) -> bool:
    """Move what surely did not leave back to a try, or skip it if its notice was cancelled.

    Cancelling skips whatever waits, but not what is under way. The notice's row is locked first,
    as cancelling does: either it finds this message waiting, or this finds it cancelled.

    Args:
        delivery: As it was when its last request began.
        action: RETRY or RELEASE.
        changes: Fields of the row; `not_before` and the reason.

    Returns:
        False if somebody else has moved the row meanwhile.
    """
    notice = Notice.objects.select_for_update(of=("self",)).get(pk=delivery.notice_id)
    moved = _settle(delivery, action, **changes)
    if moved and notice.state == NoticeState.CANCELLED:
        _settle(delivery, DeliveryAction.SKIP, reason="cancelled")
    return moved


def _handle(notice: Notice, facts: Facts, delivery: Delivery, day: InstitutionDay) -> None:
    contact = people.contacts_of([delivery.recipient_id]).get(delivery.recipient_id)
    silent = opted_out_of([contact]) if contact else set()
    reason = unreachable_reason(contact, is_silent=bool(silent)) or _stale_reason(notice, facts)
    if contact is None or reason:
        _settle(delivery, DeliveryAction.SKIP, reason=reason)
        return
    waking = _waking(notice, contact)
    if waking is not None:
        _settle(delivery, DeliveryAction.DEFER, not_before=waking)
        return
    try:
        wording = word_for(contact, facts, text_en=notice.text_en, text_fa=notice.text_fa)
    except TextRefused:
        _settle(delivery, DeliveryAction.SKIP, reason="text")
        return
    reason = cap_reason(contact, day)
    if reason:
        _settle(delivery, DeliveryAction.SKIP, reason=reason)
        return
    if _send(delivery, contact, wording):
        day.add_one()


def _send(delivery: Delivery, contact: Contact, wording: Wording) -> bool:
    """Make the one request of this attempt; False if surely nothing has left.

    1. Store `sending`, the attempt's number and the text; a crash from here on means "unknown".
    2. Ask the gateway, outside of any transaction.
    3. Store what it said, if the attempt is still the current one.
    """
    gateway = bound_gateway()
    attempt = delivery.attempt + 1
    begun = _settle(
        delivery,
        DeliveryAction.SEND,
        attempt=attempt,
        sending_at=clock.now(),
        gateway=gateway.name,
        body=wording.body,
        locale=wording.language,
        segments=size_of(wording.body).segments,
        phone_masked=masked(contact.phone),
        phone_hash=phone_hash(contact.phone),
        reason="",
    )
    if not begun:
        return False
    message = Outgoing(contact.phone, wording.body, _report_url(delivery, attempt))
    delivery.attempt = attempt
    try:
        provider_id = gateway.send(message)
    except GatewayError as error:
        _record_failure(delivery, contact, error)
        return error.sent is Sent.UNKNOWN
    except BaseException:  # a bug or the end of this process: it may have left
        _settle(delivery, DeliveryAction.LOSE, reason="broken")
        raise
    else:
        now = clock.now()
        _settle(delivery, DeliveryAction.ACCEPT, provider_id=provider_id, accepted_at=now)
        return True


def _record_failure(delivery: Delivery, contact: Contact, error: GatewayError) -> None:
    facts = {"error_code": error.code[:20], "error_detail": str(error)[:300]}
    log.warning("sms.failed", delivery_id=str(delivery.pk), sent=error.sent, code=error.code)
    if error.opted_out:
        OptOut.objects.get_or_create(
            phone_hash=phone_hash(contact.phone), defaults={"source": "provider"}
        )
    if error.sent is Sent.UNKNOWN:
        _settle(delivery, DeliveryAction.LOSE, reason="no_answer", **facts)
    elif error.permanent:
        reason = "opted_out" if error.opted_out else "refused"
        _settle(delivery, DeliveryAction.REJECT, reason=reason, settled_at=clock.now(), **facts)
    elif delivery.attempt >= MAX_TRIES:
        _settle(delivery, DeliveryAction.REJECT, reason="gave_up", settled_at=clock.now(), **facts)
    else:
        again = clock.now() + pause_before(delivery.attempt)
        let_try_again(delivery, DeliveryAction.RETRY, reason="retry", not_before=again, **facts)


def _settle(delivery: Delivery, action: DeliveryAction, **changes: object) -> bool:
    """Move the row if it still is where this attempt left it; False if somebody was faster."""
    sources = DELIVERY.sources(action)
    target = {DELIVERY.next_state(state, action) for state in sources}.pop()
    if action is DeliveryAction.SKIP:
        changes.setdefault("settled_at", clock.now())
    mine = Delivery.objects.filter(pk=delivery.pk, state__in=sources, attempt=delivery.attempt)
    return bool(mine.update(state=target, **changes))


def _claim(notice_id: int) -> Delivery | None:
    """Take the next due row for this worker; rows that another worker holds are passed over."""
    with transaction.atomic():
        row = (
            due_of(notice_id)
            .filter(notice__state=NoticeState.SENDING)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by(F("not_before").asc(nulls_first=True), "pk")
            .first()
        )
        if row is None:
            return None
        row.state = DELIVERY.next_state(DeliveryState(row.state), DeliveryAction.CLAIM)
        row.claimed_at = clock.now()
        row.save(update_fields=["state", "claimed_at"])
    return row


def _stale_reason(notice: Notice, facts: Facts) -> str:
    if facts.is_cancelled:
        return "sitting_cancelled"
    expires_at = notice.expires_at
    return "too_late" if expires_at is not None and clock.now() > expires_at else ""


def _waking(notice: Notice, contact: Contact) -> datetime | None:
    """Return the end of the recipient's night if it is night there; None to send now."""
    now = clock.now()
    waking = now if notice.wakes else next_waking(now, zone_of(contact.time_zone))
    return waking if waking > now else None


def _report_url(delivery: Delivery, attempt: int) -> str:
    """Return where the provider may report; a site without a public address has no such place."""
    if not settings.SITE_URL.startswith("https://"):
        return ""
    path = reverse("notifications:report", args=[delivery.pk, attempt])
    return f"{settings.SITE_URL.rstrip('/')}{path}"
