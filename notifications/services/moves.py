"""What becomes of the notices about a sitting when the sitting is moved."""

from datetime import datetime
from typing import Final

import structlog
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Cast

from notifications.domain.notice import Audience, AudienceKind, NoticeState
from notifications.models import Notice
from notifications.presets import PRESETS
from notifications.services import notices
from notifications.services.notices import NoticeDraft

log = structlog.get_logger(__name__)

BEGUN: Final = [NoticeState.EXPANDING, NoticeState.SENDING]
MOVED: Final = "sitting_moved"


def follow_sitting(*, sitting_id: int, starts_at: datetime, actor_id: int) -> None:
    """Let no notice say or assume the old start.

    1. A notice with a lead moves with the start; one that is being sent ends with it. Their texts
       read the start at the moment of sending, so they name the new one.
    2. A notice with a time of its own becomes a draft again: whether its time and its words still
       fit is for a person to say.
    3. Where somebody was told already, a correction is drafted for the same candidates. A person
       sends it: it costs money and may come at night.

    Needs: the transaction that moves the sitting.
    """
    about = Notice.objects.filter(sitting_id=sitting_id)
    with_lead = about.filter(lead__isnull=False)
    start = Cast(Value(starts_at), DateTimeField())
    with_lead.filter(state=NoticeState.SCHEDULED).update(
        send_at=start - F("lead"), expires_at=starts_at
    )
    with_lead.filter(state__in=BEGUN).update(expires_at=starts_at)
    own_time = about.filter(state=NoticeState.SCHEDULED, lead__isnull=True)
    for notice_id in own_time.order_by("pk").values_list("pk", flat=True):
        notices.return_to_draft(notice_id, actor_id=None, reason=MOVED)
    told = about.filter(expanded_at__isnull=False).exclude(audience_kind=AudienceKind.PERSON)
    first = told.order_by("pk").first()
    if first is not None:
        _draft_correction(first.institution_id, sitting_id, actor_id)


def _draft_correction(institution_id: int, sitting_id: int, actor_id: int) -> None:
    """Draft the correction, unless one waits already: it names whatever start is true when sent."""
    preset = PRESETS["moved"]
    waiting = Notice.objects.filter(
        sitting_id=sitting_id, state=NoticeState.DRAFT, text_en=preset.text_en
    )
    if waiting.exists():
        return
    audience = Audience(AudienceKind.SITTING, institution_id, sitting_id=sitting_id)
    draft = NoticeDraft(
        title=str(preset.title),
        audience=audience,
        text_en=preset.text_en,
        text_fa=preset.text_fa,
    )
    notice_id = notices.save_draft(actor_id=actor_id, draft=draft)
    log.info("notice.correction_drafted", notice_id=notice_id, sitting_id=sitting_id)
