"""What the provider tells later: reports, its own records of lost answers, and STOP."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from kernel import clock
from notifications.domain.delivery import DELIVERY, DeliveryAction, DeliveryState
from notifications.errors import CallbackRefused
from notifications.gateways.base import (
    BadSignature,
    GatewayError,
    Report,
    StatusReport,
    bound_gateway,
)
from notifications.models import Delivery, OptOut
from notifications.selectors import phone_hash
from notifications.services import deliveries, turns

log = structlog.get_logger(__name__)

ASK_AFTER: Final = timedelta(seconds=60)
NO_RECORD_AFTER: Final = timedelta(minutes=3)  # far beyond the longest request
# Our clock may be this fast. A wide window costs nothing: records of other rows have known ids.
CLOCK_ERROR: Final = timedelta(hours=1)
GIVE_UP_AFTER: Final = timedelta(hours=1)  # for a report, where the records cannot be asked
RECONCILE_BATCH: Final = 50
STOP_WORDS: Final = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "لغو"})
START_WORDS: Final = frozenset({"start", "unstop", "yes"})
_ACTIONS: Final = {
    Report.ACCEPTED: DeliveryAction.ACCEPT,
    Report.DELIVERED: DeliveryAction.DELIVER,
    Report.UNDELIVERED: DeliveryAction.FAIL,
}


def record_report(
    delivery_id: UUID, attempt: int, *, path: str, form: Mapping[str, str], signature: str
) -> bool:
    """Store a signed status report; False when it changes nothing (a repeat, or out of order).

    Raises:
        CallbackRefused: It is not signed by the provider for this very address.
    """
    try:
        report = bound_gateway().read_report(public_url(path), form, signature)
    except BadSignature:
        raise CallbackRefused from None
    return _apply(delivery_id, attempt, report)


def record_incoming(*, path: str, form: Mapping[str, str], signature: str) -> None:
    """Obey STOP and START of a phone; anything else is left unanswered.

    Raises:
        CallbackRefused: It is not signed by the provider for this very address.
    """
    try:
        message = bound_gateway().read_incoming(public_url(path), form, signature)
    except BadSignature:
        raise CallbackRefused from None
    word = message.text.strip().lower()
    hashed = phone_hash(message.sender)
    if word in STOP_WORDS:
        OptOut.objects.get_or_create(phone_hash=hashed, defaults={"source": "stop"})
    elif word in START_WORDS:
        OptOut.objects.filter(phone_hash=hashed).delete()


def reconcile_unknown() -> int:
    """Ask the provider about messages whose answer was lost; returns how many were resolved.

    Found in its records: accepted. Not found long after the request: it never left, so it may be
    tried again. Until then, and while the records cannot be read: unknown. The records are asked
    by number, and of the number written to only a hash is kept: once the profile has another one,
    only a report can resolve it, and without one it is never sent again.
    """
    lost = Delivery.objects.filter(
        state=DeliveryState.UNKNOWN, sending_at__lt=clock.now() - ASK_AFTER
    ).select_related("recipient")
    resolved = 0
    for row in lost.order_by("sending_at")[:RECONCILE_BATCH]:
        try:
            resolved += _reconcile(row)
        except GatewayError as error:
            log.warning("sms.records_unreadable", error=str(error))
            break
    return resolved


def public_url(path: str) -> str:
    """Return the address the provider called, as it knows it: behind a proxy ours differs."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def _reconcile(row: Delivery) -> bool:
    began = row.sending_at or clock.now()
    waited = clock.now() - began
    if phone_hash(row.recipient.phone) != row.phone_hash:
        return waited >= GIVE_UP_AFTER and _give_up(row)
    found = bound_gateway().find(row.recipient.phone, row.body, since=began - CLOCK_ERROR)
    known = set(
        Delivery.objects.filter(provider_id__in=[each.provider_id for each in found]).values_list(
            "provider_id", flat=True
        )
    )
    new = [each for each in found if each.provider_id not in known]
    if new:
        return _apply(row.pk, row.attempt, new[0])
    return waited >= NO_RECORD_AFTER and _release(row)


def _give_up(row: Delivery) -> bool:
    moved = Delivery.objects.filter(
        pk=row.pk, state=DeliveryState.UNKNOWN, attempt=row.attempt
    ).update(
        state=DELIVERY.next_state(DeliveryState.UNKNOWN, DeliveryAction.FAIL),
        reason="number_changed",
        settled_at=clock.now(),
    )
    deliveries.close_if_done(row.notice_id)
    return bool(moved)


def _apply(delivery_id: UUID, attempt: int, report: StatusReport) -> bool:
    """Move the row along, never back: the table has no way from a final state."""
    row = Delivery.objects.filter(pk=delivery_id).first()
    if row is None:
        return False
    if row.attempt != attempt or row.provider_id not in {"", report.provider_id}:
        log.error("sms.report_of_another_attempt", delivery_id=str(delivery_id), attempt=attempt)
        return False
    action = _ACTIONS[report.report]
    sources = DELIVERY.sources(action)
    target = {DELIVERY.next_state(state, action) for state in sources}.pop()
    now = clock.now()
    changes: dict[str, object] = {"provider_id": report.provider_id, "reason": ""}
    if row.accepted_at is None:
        changes["accepted_at"] = now
    if action is not DeliveryAction.ACCEPT:
        changes["settled_at"] = now
    if action is DeliveryAction.FAIL:
        changes |= {"error_code": report.error_code[:20], "reason": "undelivered"}
    try:
        with transaction.atomic():
            moved = Delivery.objects.filter(
                pk=delivery_id, attempt=attempt, state__in=sources
            ).update(state=target, **changes)
    except IntegrityError:
        log.exception("sms.report_claims_another_message", delivery_id=str(delivery_id))
        return False
    if moved:
        deliveries.close_if_done(row.notice_id)
    return bool(moved)


def _release(row: Delivery) -> bool:
    """Let a message that never left be tried again; not if its notice was cancelled meanwhile."""
    moved = deliveries.let_try_again(
        row, DeliveryAction.RELEASE, reason="no_record", not_before=clock.now()
    )
    if moved:
        turns.wake(row.notice_id)
    return moved
